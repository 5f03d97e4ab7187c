# frozen_string_literal: true

module Lomi
  # Checks that a delivery comes from lomi., and reads its event.
  #
  #     event = Lomi::Webhooks.construct_event(request.raw_post, request.headers["X-Lomi-Signature"], secret)
  module Webhooks
    autoload :Endpoint, "lomi/webhooks/endpoint"
    autoload :Delivery, "lomi/webhooks/delivery"
    autoload :ReplayGuard, "lomi/webhooks/replay_guard"
    autoload :ThrownTimeout, "lomi/webhooks/thrown_timeout"

    SECRET_VARIABLE = "LOMI_WEBHOOK_SECRET"
    private_constant :SECRET_VARIABLE, :ThrownTimeout

    # The most bytes of a body that the helpers for frameworks read.
    MAX_BODY = Native.number(:webhook_max_body)

    class << self
      # Checks the signature of a delivery and returns its event.
      #
      # @param payload [String] the raw body, as it was received
      # @param signature [String, Array<String>, nil] the value of the header `X-Lomi-Signature`
      # @param secret [String, Array<String>, nil] the secret of the endpoint, or several while it is changed;
      #   the variable `LOMI_WEBHOOK_SECRET` where left out
      # @param max_age [Numeric, nil] the most seconds since the event was made
      # @param received_at [Time, Numeric, nil] when the delivery came; now where left out
      # @return [Model] the event
      # @raise [SignatureVerificationError] it does not come from lomi.
      # @raise [WebhookPayloadError] the body is not an event
      def construct_event(payload, signature, secret = nil, max_age: nil, received_at: nil)
        body = payload_of(payload)
        header = signature_of(signature)
        received_at = moment(received_at)
        options = { binding: "ruby", max_age: max_age, received_at: received_at, lang: ENV.fetch("LOMI_LANG", nil) }
        Result.value(
          Native.bytes(
            :construct_event, Native.byte_buffer(body), Native.readable(header), Native.strings(secrets(secret)),
            Native.byte_buffer(Packed.dump(options.compact))
          )
        )
      end

      # The signature that lomi. would send for a body: for tests of a handler.
      #
      # @return [String]
      def sign(payload, secret)
        first = Native.buffer(secrets(secret).first)
        Result.value(Native.bytes(:sign, Native.byte_buffer(payload_of(payload)), first))
      end

      # The response that refuses a delivery with this error.
      #
      # @return [Hash, nil] `status` and `body`; nil where the sender did not cause the error
      def refusal(error)
        return nil unless error.is_a?(Error)

        found = Native.bytes(:webhook_refusal, Native.readable(error.kind), Native.optional(error.code))
        Packed.read(found, 0)&.transform_keys(&:to_sym)
      end

      # The event of a request to a Rack application: also of Rails and Sinatra. Reads at most {MAX_BODY} bytes.
      #
      #     event = Lomi::Webhooks.event(request)   # in a controller, or in a route
      #
      # @param request [#env, Hash] the request, or its environment
      # @return [Model]
      # @raise (see construct_event)
      def event(request, secret: nil, max_age: nil)
        delivery = Delivery.new(request.respond_to?(:env) ? request.env : request)
        construct_event(delivery.body, delivery.signature, secret, max_age: max_age)
      end

      private

      def payload_of(payload)
        return payload if payload.is_a?(String)

        parsed = payload.is_a?(Hash) || payload.is_a?(Array)
        given = Sentences.message(parsed ? "parsed_object" : "of_type", **(parsed ? {} : { kind: payload.class }))
        how = "Rails: request.raw_post, Sinatra: request.body.read"
        raise WebhookPayloadError, Sentences.message("payload_parsed", given: given, how: how)
      end

      def signature_of(signature)
        given = Array(signature)
        # Anyone can send any bytes: what is no text is no signature either.
        return given.map { |one| Packed.readable(one) }.join(",") if given.all?(String)

        raise ValidationError, Sentences.message("signature_not_strings")
      end

      # The message of the error never has the value.
      def secrets(secret)
        secret = ENV.fetch(SECRET_VARIABLE, nil) if secret.nil?
        if secret.nil? || secret == ""
          raise ConfigurationError, Sentences.message("no_webhook_secret", variable: SECRET_VARIABLE)
        end

        given = Array(secret)
        raise wrong_secret if given.empty? || !given.all?(String)

        given.map { |one| Packed.text_of(one) }
      rescue ValidationError
        raise wrong_secret, cause: nil
      end

      def wrong_secret = ConfigurationError.new(Sentences.message("secret_not_strings"))

      def moment(given)
        return given if given.nil? || given.is_a?(Numeric)
        return given.to_r.to_f if given.respond_to?(:to_r)

        words = { name: "received_at", kind: "Time", given: given.class }
        raise ValidationError, Sentences.message("not_a_moment", **words)
      end
    end
  end
end
