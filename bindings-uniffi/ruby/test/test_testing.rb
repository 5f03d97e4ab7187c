# frozen_string_literal: true

require_relative "helper"

class TestingTest < LomiTest
  def test_a_stub_answers_without_a_server
    stub = Lomi::Testing::Stub.new
    client = stub.client
    assert_instance_of Lomi::Models::CheckoutSession, client.checkout_sessions.get("cs_1")
    stub.respond("create_checkout_session", { checkout_session_id: "cs_7" }, status: 201)
    assert_equal "cs_7", client.checkout_sessions.create(amount: 1, currency_code: "XOF").checkout_session_id
    assert_equal 1, stub.requests.last["body"]["amount"]
    stub.fail("retrieve_checkout_session", "timeout")
    assert_raises(Lomi::APITimeoutError) { client.checkout_sessions.get("cs_1") }
    stub.fail("create_checkout_session", "timeout")
    error = assert_raises(Lomi::Error) { client.checkout_sessions.create(amount: 1, currency_code: "XOF") }
    assert_kind_of Lomi::OutcomeUnknown, error
    assert_raises(Lomi::ValidationError) { stub.respond("create_nothing", {}) }
    assert_raises(Lomi::ValidationError) { stub.fail("create_checkout_session", "somehow") }
  end

  def test_a_recorded_run_is_replayed_without_a_server
    Dir.mktmpdir do |folder|
      file = File.join(folder, "run.jsonl")
      client = lomi_sandbox.client(record: file)
      made = client.checkout_sessions.create(amount: 77, currency_code: "XOF")
      replayed = Lomi::Client.replay(file)
      assert_equal made.url, replayed.checkout_sessions.create(amount: 77, currency_code: "XOF").url
      assert_raises(Lomi::Error) { replayed.checkout_sessions.get("never") }
      refute_includes File.read(file), lomi_sandbox.api_key
    end
    assert_raises(Lomi::ConfigurationError) { Lomi::Client.replay("/nowhere") }
  end

  def test_the_sandbox_is_a_buyer_a_provider_and_a_clock
    session = lomi_client.checkout_sessions.create(amount: 500, currency_code: "XOF")
    transaction = lomi_sandbox.pay(session.checkout_session_id)
    assert_equal 500, transaction["gross_amount"] || transaction["amount"]
    assert_equal "completed", lomi_client.checkout_sessions.wait(session.checkout_session_id).status
    other = lomi_client.checkout_sessions.create(amount: 500, currency_code: "XOF")
    lomi_sandbox.expire(other.checkout_session_id)
    assert_equal "expired", lomi_client.checkout_sessions.get(other.checkout_session_id).status
    assert_kind_of Array, lomi_sandbox.deliveries
    assert_raises(Lomi::Error) { lomi_sandbox.pay("nothing") }
    refute_includes lomi_sandbox.inspect, lomi_sandbox.api_key
  end

  def test_a_sandbox_ends
    sandbox = Lomi::Testing::Sandbox.start
    sandbox.stop
    sandbox.stop
    assert_raises(Lomi::APIConnectionError) { sandbox.client(max_retries: 0).prewarm }
  end

  def test_rspec_has_the_same_helpers
    skip("rspec is not installed") unless Gem::Specification.find_all_by_name("rspec-core").any?
    output, status = program("spec")
    assert_predicate status, :success?, output
    assert_match(/1 example, 0 failures/, output)
  end

  def test_the_gem_loads_without_a_warning
    output, status = program("quiet")
    assert_equal "", output
    assert_predicate status, :success?
  end
end

require "tmpdir"
