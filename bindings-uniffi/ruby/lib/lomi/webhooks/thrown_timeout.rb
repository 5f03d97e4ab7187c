# frozen_string_literal: true

module Lomi
  module Webhooks
    # Tells a `Timeout.timeout` that ends a block from the other ways to leave it: in Ruby 3.1 and 3.2 it does so by a
    # `throw`, which no `rescue` sees, and which looks like a `return`.
    #
    # @api private
    module ThrownTimeout
      KEY = :__lomi_thrown_timeout__
      private_constant :KEY

      class << self
        # Before a block: {current} then knows of the timeouts around it. Without a Timeout there is none.
        def watch
          return if @watching || !defined?(::Timeout::Error) || !::Timeout::Error.respond_to?(:catch)

          @watching = true
          # Both methods only: no other code gets slower.
          TracePoint.new(:call) { |at| thrown(at.self) }.enable(target: ::Timeout::Error.instance_method(:exception))
          TracePoint.new(:return) { |at| caught(at.binding) }.enable(target: ::Timeout::Error.method(:catch))
        end

        # The timeout of this thread that is ending its block now, from its `throw` until it is caught.
        def current = Thread.current.thread_variable_get(KEY)

        private

        def thrown(error)
          Thread.current.thread_variable_set(KEY, error) if error.thread == Thread.current
        end

        def caught(binding)
          return if current.nil?

          mine = binding.local_variable_get(:exc)
          Thread.current.thread_variable_set(KEY, nil) if current.instance_variable_get(:@catch_value).equal?(mine)
        end
      end
    end
  end
end
