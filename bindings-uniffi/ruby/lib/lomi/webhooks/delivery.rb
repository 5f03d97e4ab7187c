# frozen_string_literal: true

module Lomi
  module Webhooks
    # A request with a delivery, from the environment of Rack.
    #
    # @api private
    class Delivery
      def initialize(env)
        @env = env
      end

      def signature = @env["HTTP_X_LOMI_SIGNATURE"]

      # The raw body, as it was received.
      #
      # @raise [WebhookPayloadError] it is larger than any delivery
      # @raise [ConfigurationError] something has read it before
      def body
        length = @env["CONTENT_LENGTH"].to_i
        too_large if length > MAX_BODY
        input = @env["rack.input"]
        return "".b if input.nil?

        # What a framework has read already can be read again, unless it is the stream of the connection.
        input.rewind if input.respond_to?(:rewind)
        body = input.read(MAX_BODY + 1) || "".b
        input.rewind if input.respond_to?(:rewind)
        too_large if body.bytesize > MAX_BODY
        already_read if body.empty? && length.positive?
        body
      end

      private

      def too_large = Result.value(Native.bytes(:webhook_body_too_large))
      def already_read = Result.value(Native.bytes(:webhook_body_already_read))
    end
  end
end
