# frozen_string_literal: true

module Lomi
  # An amount with its currency, in the currency's smallest unit. It is never scaled silently.
  #
  #     Lomi::Money.from_major("19.99", "USD")   # 1999
  class Money
    # @return [Integer] in the currency's smallest unit
    attr_reader :amount
    # @return [String] such as `XOF`
    attr_reader :currency
    # @return [Integer] how many decimals the currency's main unit has
    attr_reader :decimals

    # @param amount [Integer] in the currency's smallest unit
    # @param currency [String]
    def initialize(amount, currency)
      raise ValidationError, Sentences.message("not_an_amount", given: amount.inspect) unless amount.is_a?(Integer)

      fill(:money, amount.to_s, currency)
    end

    # An amount written in the currency's main unit, such as `"50.00"` for 50 euros.
    #
    # @param text [String]
    # @param currency [String]
    # @return [Money]
    def self.from_major(text, currency)
      allocate.tap { |money| money.send(:fill, :money_from_major, text, currency) }
    end

    # As people in West Africa write it: `5 000 F CFA`, `50,00 €`.
    def to_s = @text
    def inspect = "#<#{self.class} #{@text}>"
    def ==(other) = other.is_a?(Money) && [amount, currency] == [other.amount, other.currency]
    alias eql? ==
    def hash = [Money, amount, currency].hash
    def to_h = { amount: amount, currency: currency }
    def deconstruct_keys(_) = to_h

    private

    def fill(function, text, currency)
      [text, currency].zip(%w[amount currency]) do |given, name|
        next if given.is_a?(String)

        raise ValidationError, Sentences.message("not_a_string", name: name, given: given.class)
      end
      found = Result.value(Native.bytes(function, Native.buffer(text, "amount"), Native.buffer(currency, "currency")))
      @amount, @currency, @decimals, @text = found.values_at("amount", "currency", "decimals", "text")
      freeze
    end
  end
end
