# frozen_string_literal: true

module Lomi
  module Testing
    # Answers the calls of its clients with examples of what the API returns. Nothing is sent.
    #
    #     stub = Lomi::Testing::Stub.new
    #     stub.respond("create_checkout_session", { checkout_session_id: "cs_1" }, status: 201)
    #     session = stub.client.checkout_sessions.create(amount: 10_000, currency_code: "XOF")
    class Stub
      def initialize
        @offline = Native::Handle.new(:offline, Native.number(:offline_new))
      end

      # A client that needs no key.
      def client(**options) = Client.send(:offline, @offline, options)

      # Sets what the next call of an operation gets.
      #
      # @param operation [String] such as `create_checkout_session`
      # @param body [Object, nil] the body of the response
      # @param status [Integer]
      def respond(operation, body = nil, status: 200)
        require "json"
        body = body.to_h if body.is_a?(Model)
        done(:offline_respond, Native.buffer(operation.to_s), Integer(status), Native.buffer(JSON.generate(body)))
      end

      # Makes the next call of an operation fail.
      #
      # @param how [String] `connection`, `timeout`, ...
      def fail(operation, how = "connection")
        done(:offline_fail, Native.buffer(operation.to_s), Native.buffer(how.to_s))
      end

      # @return [Array<Hash>] the requests so far
      def requests
        require "json"
        JSON.parse(Native.string(:offline_requests, @offline.passed))
      end

      private

      def done(function, *arguments)
        Result.value(Native.bytes(function, @offline.passed, *arguments))
        self
      end
    end
  end
end
