# frozen_string_literal: true

module Lomi
  module Webhooks
    # A Rack application that receives deliveries, for Rails, Sinatra and Rack:
    #
    #     # config/routes.rb
    #     post "/webhooks/lomi", to: Lomi::Webhooks::Endpoint.new { |event| Orders.paid(event) }
    #
    # A refused delivery gets 400, which ends it, and a line in the log. A handler that raises, and a mistake in
    # the configuration, pass on: the server answers with 500, and lomi. sends the delivery again.
    class Endpoint
      # @param secret [String, Array<String>, nil] the variable `LOMI_WEBHOOK_SECRET` where left out
      # @param max_age [Numeric, nil] the most seconds since the event was made
      # @param logger [#warn, nil] gets the reason of a refused delivery; standard error where left out
      # @yieldparam event [Model]
      def initialize(secret: nil, max_age: nil, logger: nil, &handler)
        raise ConfigurationError, Sentences.message("no_webhook_handler", example: "{ |event| ... }") if handler.nil?

        @secret = secret
        @max_age = max_age
        @logger = logger
        @handler = handler
      end

      def call(env)
        return answer(405, "Method Not Allowed") unless env["REQUEST_METHOD"] == "POST"

        event = received(env)
        return event if event.is_a?(Array)

        @handler.call(event)
        answer(200, "ok")
      end

      # Without the secret.
      def inspect = "#<#{self.class}>"

      private

      # The event, or the answer that refuses it.
      def received(env)
        Webhooks.event(env, secret: @secret, max_age: @max_age)
      rescue Error => e
        refusal = Webhooks.refusal(e)
        raise if refusal.nil?

        log(Sentences.message("refused_delivery", why: e.message))
        answer(refusal[:status], refusal[:body])
      end

      def log(line)
        @logger.nil? ? warn("lomi: #{line}") : @logger.warn("lomi: #{line}")
      end

      def answer(status, body)
        [status, { "content-type" => "text/plain", "content-length" => body.bytesize.to_s }, [body]]
      end
    end
  end
end
