# frozen_string_literal: true

require_relative "helper"

class CallsTest < LomiTest
  SESSION = { checkout_session_id: "cs_1", amount: 10_000, currency_code: "XOF" }.freeze

  def test_a_session_is_created_read_and_listed
    made = lomi_client.checkout_sessions.create(amount: 10_000, currency_code: "XOF", title: "Thé à la menthe")
    assert_instance_of Lomi::Models::CheckoutSession, made
    assert_equal 10_000, made.amount
    assert_equal "Thé à la menthe", made.title
    assert_match(%r{\Ahttp://}, made.checkout_url)
    assert_instance_of Time, made.created_at
    assert_equal 201, made.last_response.status
    assert_equal made, made.session

    read = lomi_client.checkout_sessions.get(made.checkout_session_id)
    assert_equal made.checkout_session_id, read.checkout_session_id
    listed = lomi_client.checkout_sessions.list(limit: 1)
    assert_equal made.checkout_session_id, listed.first.checkout_session_id
  end

  def test_fields_are_keywords_a_hash_or_both
    server = serve { [201, SESSION] }
    server.client.checkout_sessions.create({ "amount" => 1, currency_code: "XOF" }, title: "x")
    assert_equal({ "amount" => 1, "currency_code" => "XOF", "title" => "x" }, JSON.parse(server.request["body"]))
  end

  def test_nil_empties_a_field_in_an_update_and_is_left_out_of_a_create
    server = serve { |request| [request["method"] == "POST" ? 201 : 200, SESSION] }
    client = server.client
    client.checkout_sessions.update("cs_1", title: nil)
    assert_equal '{"title":null}', server.request["body"]
    client.checkout_sessions.update("cs_1", success_url: "https://shop.example/paid")
    assert_equal '{"success_url":"https://shop.example/paid"}', server.request["body"]
    client.checkout_sessions.create(amount: 1, currency_code: "XOF", title: nil)
    assert_equal '{"amount":1,"currency_code":"XOF"}', server.request["body"]
  end

  def test_options_hold_for_one_call
    server = serve { [201, SESSION] }
    client = server.client
    client.checkout_sessions.create(
      amount: 1, currency_code: "XOF",
      options: { idempotency_key: "order-1", headers: { "X-Shop" => "dakar" }, extra_body: { new_field: 1 } }
    )
    request = server.request
    assert_equal "order-1", request["headers"]["idempotency-key"]
    assert_equal "dakar", request["headers"]["x-shop"]
    assert_equal 1, JSON.parse(request["body"])["new_field"]
    client.checkout_sessions.create(amount: 1, currency_code: "XOF")
    refute_equal "order-1", server.request["headers"]["idempotency-key"]
  end

  def test_values_of_ruby_are_sent_as_json_has_them
    server = serve { [201, SESSION] }
    moment = Time.at(0, 5, :millisecond).utc
    nested = { symbol: :yes, time: moment, zone: Time.new(2026, 1, 2, 3, 4, 5, "+01:00"), big: 10**25, float: 1.5,
               list: [1, nil, { deep: "é" }], money: Lomi::Money.new(5, "XOF"), text: "é".encode("ISO-8859-1") }
    server.client.checkout_sessions.create(amount: Lomi::Money.new(500, "XOF"), metadata: nested)
    body = JSON.parse(server.request["body"])
    assert_equal [500, "XOF"], body.values_at("amount", "currency_code")
    assert_equal(
      { "symbol" => "yes", "time" => "1970-01-01T00:00:00.005000Z", "zone" => "2026-01-02T03:04:05+01:00",
        "big" => 10**25, "float" => 1.5, "list" => [1, nil, { "deep" => "é" }],
        "money" => { "amount" => 5, "currency" => "XOF" }, "text" => "é" }, body["metadata"]
    )
  end

  def test_what_cannot_be_sent_is_refused_with_the_place_of_the_field
    sessions = Lomi::Client.new(api_key: KEY).checkout_sessions
    error = assert_raises(Lomi::ValidationError) { sessions.create(amount: 1, metadata: { a: [1, Object.new] }) }
    assert_match(/metadata\.a\[1\] is of type Object/, error.message)
    error = assert_raises(Lomi::ValidationError) { sessions.create(title: "\xff") }
    assert_match(/title is not valid UTF-8/, error.message)
    error = assert_raises(Lomi::ValidationError) { sessions.create(metadata: { 1 => 2 }) }
    assert_match(/metadata has a name of type Integer/, error.message)
    cyclic = {}
    cyclic[:again] = cyclic
    assert_match(/deeper/, assert_raises(Lomi::ValidationError) { sessions.create(metadata: cyclic) }.message)
    assert_match(/NilClass|String/, assert_raises(Lomi::ValidationError) { sessions.create("amount") }.message)
  end

  def test_a_misspelt_field_is_refused_with_the_name_that_was_meant
    sessions = Lomi::Client.new(api_key: KEY).checkout_sessions
    error = assert_raises(Lomi::ValidationError) { sessions.create(amuont: 1, currency_code: "XOF") }
    assert_match(/amount/, error.message)
    assert_equal "not_sent", error.outcome
  end

  def test_any_endpoint_can_be_called
    server = serve { [200, { "data" => [1, 2.5, nil, "é"] }] }
    found = server.client.request(:post, "/new/things", query: { a: 1 }, body: { b: [true] })
    request = server.request
    assert_equal ["POST", "/v1/new/things?a=1", '{"b":[true]}'], request.values_at("method", "target", "body")
    assert_includes [[1, 2.5, nil, "é"], { "data" => [1, 2.5, nil, "é"] }], found
  end

  def test_numbers_keep_every_digit
    digits = "12345678901234567890.123456789"
    server = serve { [200, "{\"x\":#{digits},\"y\":1.50,\"z\":99999999999999999999}"] }
    found = server.client.request("GET", "/x")
    assert_equal BigDecimal(digits), found["x"]
    assert_equal [1.5, 99_999_999_999_999_999_999], found.values_at("y", "z")
  end

  def test_a_download_is_bytes_or_a_file
    server = serve { [200, "\xff\x00PDF".b, { "content-type" => "application/pdf" }] }
    client = server.client
    link = server.url.sub("/v1", "/file?signature=x")
    assert_equal "\xff\x00PDF".b, client.download(link)
    refute server.request["headers"].key?("authorization")
    refute_includes server.requests.inspect, KEY
    Dir.mktmpdir do |folder|
      file = Pathname(folder).join("x.pdf")
      assert_equal 5, client.download(link, to: file)
      assert_equal "\xff\x00PDF".b, file.binread
    end
  end

  def test_a_connection_is_opened_before_a_call
    server = serve
    assert_nil server.client.prewarm
    assert_raises(Lomi::APIConnectionError) { Lomi::Client.new(api_key: KEY, base_url: "http://127.0.0.1:1").prewarm }
  end

  def test_a_wait_ends_with_the_final_state
    reads = 0
    server = serve { [200, { **SESSION, status: (reads += 1) < 2 ? "open" : "completed" }] }
    assert_equal "completed", server.client.checkout_sessions.wait("cs_1").status
    server = serve { [200, { **SESSION, status: "open" }] }
    error = assert_raises(Lomi::StillPendingError) do
      server.client.checkout_sessions.wait("cs_1", options: { timeout: 0.3 })
    end
    assert_equal "open", error.last.status
  end

  def test_a_wait_whose_state_is_nil_is_for_the_final_one
    [{ until: nil }, { "until" => nil }, {}, nil, { until: "final" }].each do |options|
      reads = 0
      server = serve { [200, { **SESSION, status: (reads += 1) < 2 ? "open" : "completed" }] }
      assert_equal "completed", server.client.checkout_sessions.wait("cs_1", options: options).status
    end
    server = serve
    [5, "until", [], false].each do |options|
      error = assert_raises(Lomi::ValidationError) { server.client.checkout_sessions.wait("cs_1", options: options) }
      assert_match(/options/, error.message)
    end
    assert_raises(Lomi::ValidationError) { server.client.checkout_sessions.wait("cs_1", options: { untill: "final" }) }
    assert_empty server.requests
  end

  def test_the_server_may_not_say_whether_it_had_done_the_work_before
    create = { amount: 1, currency_code: "XOF", options: { idempotency_key: "order-1" } }
    assert_nil serve { [201, SESSION] }.client.checkout_sessions.create(**create).last_response.replayed
    marked = serve { [201, SESSION, { "idempotent-replayed" => "true" }] }
    assert_equal true, marked.client.checkout_sessions.create(**create).last_response.replayed
    assert_equal false, serve { [200, SESSION] }.client.checkout_sessions.get("cs_1").last_response.replayed
  end
end

require "pathname"
require "tmpdir"
