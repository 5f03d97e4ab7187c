# frozen_string_literal: true

module Lomi
  module Webhooks
    # Tells the first delivery of an event from repeated ones: lomi. tries a delivery again whose response was
    # neither 2xx nor 4xx.
    #
    #     guard.once(event) { |event| Orders.paid(event) }
    #
    # A store is any object with `remember(key, ttl)`, which returns true where the key is new, in one step, and
    # `forget(key)`. Without one, keys are kept in the memory of this process, which other processes do not see.
    class ReplayGuard
      # 30 days, in seconds.
      DEFAULT_TTL = 30 * 24 * 60 * 60

      # @param store [#remember, nil]
      # @param size [Integer] how many keys the memory keeps
      # @param ttl [Numeric] how many seconds a key is kept
      def initialize(store: nil, size: 10_000, ttl: DEFAULT_TTL)
        raise ConfigurationError, Sentences.message("guard_ttl") unless ttl.is_a?(Numeric) && ttl.positive?
        unless size.is_a?(Integer) && size.between?(1, 0xffffffff)
          raise ConfigurationError, Sentences.message("not_whole_above_zero", name: "size", given: size.inspect)
        end
        unless store.nil? || store.respond_to?(:remember)
          raise ConfigurationError, Sentences.message("not_a_store", given: store.class)
        end

        @store = store || Memory.new(size)
        @ttl = ttl
      end

      # @return [String] the key of an event
      def self.key(event)
        require "json"
        text = event.is_a?(Model) ? JSON.generate(event.to_h) : JSON.generate(event)
        Result.value(Native.bytes(:replay_key, Native.buffer(text)))
      end

      # Remembers an event, and returns whether it was new.
      def first_time?(event)
        first = @store.remember(self.class.key(event), @ttl)
        # Otherwise nil would make every delivery a repeated one, and "OK" every one new.
        return first if [true, false].include?(first)

        raise ConfigurationError, Sentences.message("store_not_true_or_false", given: first.class)
      end

      # Forgets an event, so that its next delivery counts as the first.
      def forget(event)
        unless @store.respond_to?(:forget)
          raise ConfigurationError, Sentences.message("not_a_store", given: @store.class)
        end

        @store.forget(self.class.key(event))
      end

      # Calls the block if the event is new, and forgets the event if the block raises, exceeds a `Timeout.timeout` or
      # has its thread killed: then the next delivery counts as the first. `return`, `break` and `throw`, such as
      # Sinatra's `halt`, end a block that has done its work.
      #
      # @return [Boolean] whether the block was called
      def once(event)
        return false unless first_time?(event)

        ThrownTimeout.watch
        before = ending
        begin
          yield event
          settled = true
        rescue Exception # rubocop:disable Lint/RescueException
          settled = true
          forget(event)
          raise
        ensure
          # No `rescue` sees a kill. A thread that was ending before came here from an `ensure`.
          forget(event) unless settled || ending == before
        end
        true
      end

      private

      # What is ending this thread, or a block around.
      def ending = [Thread.current.status == "aborting", ThrownTimeout.current.__id__]

      # Keys in the memory of this process.
      class Memory
        def initialize(size)
          @handle = Native::Handle.new(:memorystore, Native.number(:memorystore_new, size))
        end

        def remember(key, ttl)
          Native.number(:memorystore_remember, @handle.passed, Native.buffer(key), ttl.to_f) == 1
        end

        def forget(key) = Native.number(:memorystore_forget, @handle.passed, Native.buffer(key))
      end
      private_constant :Memory
    end
  end
end
