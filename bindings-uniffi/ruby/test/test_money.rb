# frozen_string_literal: true

require_relative "helper"

class MoneyTest < LomiTest
  def test_an_amount_is_in_the_smallest_unit
    money = Lomi::Money.from_major("19.99", "USD")
    assert_equal [1999, "USD", 2], [money.amount, money.currency, money.decimals]
    assert_equal Lomi::Money.new(1999, "USD"), money
    assert_equal 1, [money, Lomi::Money.new(1999, "USD")].uniq.size
    assert_equal "5 000 F CFA", Lomi::Money.new(5000, "XOF").to_s.tr("\u00a0\u202f", "  ")
    assert_predicate money, :frozen?
  end

  def test_what_is_no_amount_is_refused
    assert_raises(Lomi::ValidationError) { Lomi::Money.new(19.99, "USD") }
    assert_raises(Lomi::ValidationError) { Lomi::Money.new("5", "USD") }
    assert_raises(Lomi::ValidationError) { Lomi::Money.from_major("1.5", "XOF") }
    assert_raises(Lomi::ValidationError) { Lomi::Money.from_major(1.5, "EUR") }
    assert_raises(Lomi::ValidationError) { Lomi::Money.new(1, "DOGE") }
    assert_raises(Lomi::ValidationError) { Lomi::Money.new(10**30, "XOF") }
  end

  def test_text_that_is_not_utf8_is_refused_and_another_encoding_is_read
    ["\xF0", "a\xF0", "\xC2", "\xFF" * 64, "\xF0".b].each do |text|
      error = assert_raises(Lomi::ValidationError) { Lomi::Money.from_major(text, "USD") }
      assert_match(/amount is not valid UTF-8/, error.message)
      assert_raises(Lomi::ValidationError) { Lomi::Money.from_major("19.99", text) }
      assert_raises(Lomi::ValidationError) { Lomi::Money.new(1, text) }
      assert_raises(Lomi::ValidationError) { Lomi.idempotency_key_for_order(text) }
    end
    lone = "\x00\xD8".dup.force_encoding("UTF-16LE")
    assert_raises(Lomi::ValidationError) { Lomi::Money.from_major(lone, "USD") }
    money = Lomi::Money.from_major("19.99".encode("UTF-16LE"), "USD".encode("UTF-16BE"))
    assert_equal Lomi::Money.new(1999, "USD"), money
  end

  def test_a_money_sets_amount_and_currency
    server = serve { [201, { checkout_session_id: "cs_1" }] }
    server.client.checkout_sessions.create(amount: Lomi::Money.from_major("50.00", "EUR"))
    assert_equal({ "amount" => 5000, "currency_code" => "EUR" }, JSON.parse(server.request["body"]))
  end

  def test_an_amount_in_the_wrong_unit_is_refused
    sessions = Lomi::Client.new(api_key: KEY).checkout_sessions
    error = assert_raises(Lomi::ValidationError) { sessions.create(amount: 19.99, currency_code: "USD") }
    assert_match(/1999/, error.message)
  end

  def test_keys_of_orders
    key = Lomi.idempotency_key_for_order("A-1")
    assert_equal key, Lomi.idempotency_key_for_order("A-1")
    refute_equal key, Lomi.idempotency_key_for_order("A-1", 2)
    refute_equal key, Lomi.idempotency_key_for_order("A-2")
    assert_raises(Lomi::ValidationError) { Lomi.idempotency_key_for_order("") }
    assert_raises(Lomi::ValidationError) { Lomi.idempotency_key_for_order(nil) }
  end
end
