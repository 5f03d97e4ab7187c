# frozen_string_literal: true

module Lomi
  # Idempotency keys: the server does the work once per key.
  module IdempotencyKey
    class << self
      # @return [String] a new key
      def random = Native.string(:idempotency_key)

      # @see Lomi.idempotency_key_for_order
      def for_order(order, attempt = nil)
        packed = [Packed.dump(order, place: "the_order"), Packed.dump(attempt, place: "the_attempt")]
        Result.value(Native.bytes(:idempotency_key_for_order, *packed.map { |one| Native.byte_buffer(one) }))
      end
    end
  end
end
