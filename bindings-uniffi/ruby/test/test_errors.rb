# frozen_string_literal: true

require_relative "helper"

class ErrorsTest < LomiTest
  def test_a_refused_request_has_all_members
    body = { error: { code: "not_found", message: "No such session", details: { id: "cs_9" } } }
    server = serve { [404, body, { "x-request-id" => "req_1" }] }
    error = assert_raises(Lomi::NotFoundError) { server.client(routes: "current").checkout_sessions.get("cs_9") }
    assert_kind_of Lomi::APIStatusError, error
    assert_equal [404, "not_found", "final"], [error.status, error.code, error.outcome]
    assert_equal "No such session", error.server_message
    assert_equal "retrieve_checkout_session", error.operation
    assert_equal "NotFoundError", error.kind
    assert_equal JSON.parse(JSON.generate(body)), error.parsed_body
    assert_equal error.body.b, error.raw_body
    assert_equal 404, error.history.last[:status]
    assert_equal "application/json", error.headers["content-type"]
    refute_kind_of Lomi::OutcomeUnknown, error
  end

  def test_an_unknown_outcome_is_caught_as_one_whatever_else_it_is
    server = serve { [502, "bad gateway"] }
    begin
      server.client.refunds.create(transaction_id: "tx_1", amount: 1)
    rescue Lomi::OutcomeUnknown => e
      assert_kind_of Lomi::ServerError, e
      assert_equal "unknown", e.outcome
      assert_kind_of String, e.unknown_call
    else
      flunk("nothing was raised")
    end
    server = serve { :reset }
    error = assert_raises(Lomi::OutcomeUnknownError) { server.client.refunds.create(transaction_id: "tx", amount: 1) }
    assert_kind_of Lomi::OutcomeUnknown, error
    assert_kind_of Lomi::APIConnectionError, error
  end

  def test_a_deadline_is_an_error_in_time
    server = serve { :hang }
    error, took = timed(Lomi::APITimeoutError) { server.client.checkout_sessions.get("x", options: { timeout: 0.2 }) }
    assert_in_delta 0.2, took, 0.15
    assert_equal 1, error.attempts
  end

  def test_a_body_that_is_not_utf8_is_kept_as_bytes
    server = serve { [500, "caf\xe9".b, { "content-type" => "text/plain" }] }
    error = assert_raises(Lomi::ServerError) { server.client.request("GET", "/x") }
    assert_equal "caf\xe9".b, error.raw_body
    assert_equal "caf\u{fffd}", error.body
    assert_nil error.parsed_body
  end

  def test_bad_options_are_refused_by_the_constructor_with_a_suggestion
    error = assert_raises(Lomi::ConfigurationError) { Lomi::Client.new(api_key: KEY, time_out: 5) }
    assert_match(/time_out.*timeout/, error.message)
    assert_raises(Lomi::ConfigurationError) { Lomi::Client.new }
    assert_raises(Lomi::ConfigurationError) { Lomi::Client.new(api_key: KEY, timeout: -1) }
    assert_raises(Lomi::ConfigurationError) { Lomi::Client.new(api_key: KEY, on_request: 5) }
    assert_raises(Lomi::ConfigurationError) { Lomi::Client.new(api_key: KEY, environment: "live") }
  end

  def test_an_option_of_any_bytes_is_refused_with_its_name
    error = assert_raises(Lomi::ConfigurationError) { Lomi::Client.new(api_key: KEY, **{ "timeout\xF0" => 5 }) }
    assert_match(/timeout\u{fffd}.*timeout/, error.message)
    sessions = Lomi::Client.new(api_key: KEY).checkout_sessions
    error = assert_raises(Lomi::ValidationError) { sessions.get("x", options: { "timeuot\xF0".b => 1 }) }
    assert_match(/timeuot\u{fffd}.*timeout/, error.message)
    error = assert_raises(Lomi::ValidationError) { sessions.get("x", options: { "timeuot".encode("UTF-16LE") => 1 }) }
    assert_match(/timeuot.*timeout/, error.message)
    ENV["LOMI_LANG"] = "\xF0"
    assert_raises(Lomi::ValidationError) { sessions.get("x", options: { timeuot: 1 }) }
  ensure
    ENV.delete("LOMI_LANG")
  end

  def test_bad_options_of_a_call_are_refused_before_anything_is_sent
    server = serve
    error = assert_raises(Lomi::ValidationError) { server.client.checkout_sessions.get("x", options: { timeuot: 1 }) }
    assert_match(/timeuot.*timeout/, error.message)
    assert_raises(Lomi::ValidationError) { server.client.checkout_sessions.get("x", options: 5) }
    assert_raises(Lomi::ValidationError) { server.client.checkout_sessions.get("x", options: { timeout: "soon" }) }
    assert_empty server.requests
  end

  def test_sentences_are_french_where_the_environment_says_so
    ENV["LOMI_LANG"] = "fr"
    error = assert_raises(Lomi::ConfigurationError) { Lomi::Client.new(api_key: KEY, time_out: 5) }
    assert_match(/il n'y a pas d'option/, error.message)
  ensure
    ENV.delete("LOMI_LANG")
  end

  def test_the_native_part_of_another_version_is_refused_with_a_sentence
    output, status = program("wrong_library", "missing")
    assert_predicate status, :success?, output
    output, status = program("wrong_library", "digest")
    assert_predicate status, :success?, output
    output, status = program("wrong_library", "version")
    assert_predicate status, :success?, output
  end

  def test_the_classes_are_those_of_the_core
    file = File.expand_path("../../../core/src/error/kind.rs", __dir__)
    names = File.read(file).scan(/=> "(\w+Error)"/).flatten.uniq - ["LomiError"]
    refute_empty names
    missing = names.reject { |name| Lomi.const_defined?(name, false) || name.start_with?("Inbox") }
    assert_empty missing
  end
end
