# frozen_string_literal: true

require "lomi"

module Lomi
  # Webhooks in a controller of Rails:
  #
  #     require "lomi/rails"
  #
  #     class WebhooksController < ActionController::API
  #       include Lomi::Rails::Webhook
  #
  #       def create
  #         event = lomi_event
  #         Order.paid(event.data.metadata["order_id"])
  #         head :ok
  #       end
  #     end
  module Rails
    # Adds `lomi_event`. A delivery that is refused gets its response; every other error passes on.
    module Webhook
      def self.included(controller)
        controller.skip_forgery_protection if controller.respond_to?(:skip_forgery_protection)
        controller.rescue_from(SignatureVerificationError, WebhookPayloadError, with: :refuse_lomi_delivery)
      end

      private

      # The event of this request.
      def lomi_event(secret: nil, max_age: nil)
        Webhooks.event(request, secret: secret, max_age: max_age)
      end

      def refuse_lomi_delivery(error)
        refusal = Webhooks.refusal(error)
        raise error if refusal.nil?

        logger&.warn("lomi: #{Sentences.message('refused_delivery', why: error.message)}")
        render(plain: refusal[:body], status: refusal[:status])
      end
    end
  end
end
