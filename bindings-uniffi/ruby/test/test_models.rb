# frozen_string_literal: true

require_relative "helper"

class ModelsTest < LomiTest
  BODY = { checkout_session_id: "cs_1", amount: "10000", status: "completed", title: nil, metadata: { order: "7" },
           created_at: "2026-11-27T10:00:00.250Z", new_field: { deep: [1] }, second_new: 2 }.freeze

  def session = @session ||= serve { [200, BODY] }.client.checkout_sessions.get("cs_1")

  def test_fields_are_methods_and_names
    assert_equal ["cs_1", 10_000, nil], [session.checkout_session_id, session.amount, session.title]
    assert_equal 10_000, session[:amount]
    assert_equal 10_000, session["amount"]
    assert_equal({ "order" => "7" }, session.metadata)
    assert_raises(NoMethodError) { session.amonut }
  end

  def test_fields_that_this_version_does_not_know_are_kept
    assert_equal({ "new_field" => { "deep" => [1] }, "second_new" => 2 }, session.extra)
    assert_equal 2, session[:second_new]
    assert session.key?(:new_field)
  end

  def test_null_and_absent_are_two_things
    assert session.key?(:title)
    refute session.key?(:description)
    assert_nil session.title
    assert_nil session.description
  end

  def test_times_are_times_and_their_text_is_kept
    assert_equal Time.utc(2026, 11, 27, 10, 0, 0.25r), session.created_at
    assert_predicate session.created_at, :utc?
    assert_equal "2026-11-27T10:00:00.250Z", session[:created_at].strftime("%Y-%m-%dT%H:%M:%S.%LZ")
    assert_equal "2026-11-27T10:00:00.250Z", session.to_h[:created_at]
  end

  def test_a_value_that_was_read_in_another_form_has_its_original
    assert_equal 10_000, session.amount
    assert_equal "10000", session.original(:amount)
    assert_equal "completed", session.original("status")
  end

  def test_an_object_is_a_value
    again = serve { [200, BODY] }.client.checkout_sessions.get("cs_1")
    assert_equal session, again
    assert_equal session.hash, again.hash
    assert_predicate session, :frozen?
    assert_equal BODY.keys.sort, session.to_h.keys.sort
    assert_equal JSON.parse(session.to_json), JSON.parse(JSON.generate(session))
    assert_includes session.inspect, "amount=10000"
    case session
    in { status: "completed", amount: Integer => amount } then assert_equal 10_000, amount
    end
  end

  def test_an_object_can_be_kept_in_a_cache
    copy = Marshal.load(Marshal.dump(session))
    assert_instance_of Lomi::Models::CheckoutSession, copy
    assert_equal session.to_h, copy.to_h
    assert_nil copy.last_response
  end

  def test_a_broken_copy_is_refused
    error = assert_raises(Lomi::ValidationError) do
      Lomi::Models::CheckoutSession.allocate.marshal_load("{\"checkout_session_id\":\"\xF0\"}")
    end
    assert_match(/UTF-8/, error.message)
  end

  def test_every_class_and_enum_loads
    Lomi.eager_load!
    assert_operator Lomi::Models.constants.size, :>, 80
    assert_includes Lomi::Enums::CurrencyCode::ALL, "XOF"
  end

  def test_the_response_is_at_hand
    response = session.last_response
    assert_equal 200, response.status
    assert_equal "application/json", response.headers["content-type"]
    assert_equal(%w[GET], response.history.map { |one| one[:method] })
    assert_equal 1, response.attempts
  end
end
