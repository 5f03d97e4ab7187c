# frozen_string_literal: true

require_relative "helper"

class OutcomesTest < LomiTest
  def test_a_create_that_got_lost_is_found
    lost = true
    server = serve do |request|
      next lost = :reset if lost == true

      [201, { checkout_session_id: "cs_1", amount: 1, title: request["headers"]["idempotency-key"] }]
    end
    client = server.client(routes: "current")
    error = assert_raises(Lomi::Error) { client.checkout_sessions.create(amount: 1, currency_code: "XOF") }
    assert_kind_of Lomi::OutcomeUnknown, error
    found = client.find_outcome(error)
    assert_predicate found, :done?
    assert_equal error.idempotency_key, found.object.title
    case client.find_outcome(error.unknown_call)
    in { outcome: "done", object: } then assert_equal "cs_1", object.checkout_session_id
    end
  end

  def test_find_outcome_takes_errors_of_calls_only
    client = Lomi::Client.new(api_key: KEY)
    assert_raises(Lomi::ValidationError) { client.find_outcome(StandardError.new) }
    assert_raises(Lomi::ValidationError) { client.find_outcome(Lomi::ValidationError.new("x")) }
    assert_raises(Lomi::ValidationError) { client.find_outcome("{}") }
    assert_raises(Lomi::ValidationError) { client.find_outcome("{}", known_ids: "tx_1") }
  end

  def test_text_that_is_not_utf8_is_refused
    client = Lomi::Client.new(api_key: KEY)
    ["\xF0", "{\"a\":\"\xF0\"}", "2026-01-01T00:00:00Z\xFF", "\xF0".b].each do |text|
      assert_match(/UTF-8/, assert_raises(Lomi::ValidationError) { client.find_outcome(text) }.message)
      assert_match(/UTF-8/, assert_raises(Lomi::ValidationError) { client.reconcile(text) }.message)
      assert_match(/UTF-8/, assert_raises(Lomi::ValidationError) { Lomi::Client.replay(text) }.message)
      assert_match(/UTF-8/, assert_raises(Lomi::ValidationError) { client.request("GET", text) }.message)
      assert_match(/UTF-8/, assert_raises(Lomi::ValidationError) { client.request(text, "/x") }.message)
      assert_match(/UTF-8/, assert_raises(Lomi::ValidationError) { client.download(text) }.message)
    end
    time = "2026-01-01T00:00:00Z"
    assert_equal client.reconcile(time).cursor, client.reconcile(time.encode("UTF-16LE")).cursor
  end

  def test_a_customer_with_an_unpaid_invoice
    body = { payment_required: true, reason: "unpaid_invoice", blocking_invoice: { invoice_number: "INV-7" } }
    server = serve { [201, body] }
    result = server.client(routes: "current").checkout_sessions.create(amount: 1, currency_code: "XOF",
                                                                       customer_id: "c")
    assert_instance_of Lomi::Models::PaymentRequired, result
    error = assert_raises(Lomi::PaymentRequiredError) { result.session }
    assert_match(/INV-7/, error.message)
    assert_equal [result, "final", 201], [error.payment_required, error.outcome, error.status]
    assert_raises(Lomi::PaymentRequiredError) { result.checkout_url }
  end

  def test_a_call_is_confirmed_with_its_key_and_its_token
    server = serve do |request|
      body = JSON.parse(request["body"])
      next [201, { requires_confirmation: true, confirmation_token: "tok_1" }] unless body.key?("confirmation_token")

      [201, { refund_id: "re_1", amount: body["amount"] }]
    end
    refunds = server.client(routes: "newest").refunds
    first = refunds.create(transaction_id: "tx_1", amount: 5)
    assert_instance_of Lomi::Models::ConfirmationRequired, first
    assert_equal "re_1", first.confirm.refund_id
    one = server.request
    two = server.request
    assert_equal one["headers"]["idempotency-key"], two["headers"]["idempotency-key"]
    assert_equal "tok_1", JSON.parse(two["body"])["confirmation_token"]

    asked = []
    decide = ->(required) { (asked << required) && true }
    assert_equal "re_1", refunds.create(transaction_id: "tx_1", amount: 5, confirm: decide).refund_id
    assert_equal ["tok_1"], asked.map(&:confirmation_token)
    declined = refunds.create(transaction_id: "tx_1", amount: 5, confirm: ->(_) { "yes" })
    assert_instance_of Lomi::Models::ConfirmationRequired, declined
    assert_raises(Lomi::ValidationError) { refunds.create(transaction_id: "tx_1", amount: 5, confirm: true) }
  end

  def test_missed_events_come_once_each_with_a_cursor
    sandbox = Lomi::Testing::Sandbox.start
    client = sandbox.client
    session = client.checkout_sessions.create(amount: 500, currency_code: "XOF")
    sandbox.pay(session.checkout_session_id)
    run = client.reconcile(Time.now - 3600)
    events = run.to_a
    refute_empty events
    event, cursor = events.last
    assert_kind_of Lomi::Model, event
    assert_kind_of String, cursor
    assert_operator cursor.bytesize, :<, 2048
    assert_empty client.reconcile(run.cursor).to_a
    assert_raises(StopIteration) { run.next }
    assert_raises(Lomi::ValidationError) { client.reconcile(5) }
    assert_raises(Lomi::ValidationError) { client.reconcile("yesterday") }
  ensure
    sandbox&.stop
  end
end
