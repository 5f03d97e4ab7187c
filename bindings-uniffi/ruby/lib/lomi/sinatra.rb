# frozen_string_literal: true

require "lomi"

module Lomi
  # Webhooks in Sinatra:
  #
  #     require "lomi/sinatra"
  #
  #     class Shop < Sinatra::Base
  #       register Lomi::Sinatra
  #       lomi_webhook "/webhooks/lomi" do |event|
  #         Order.paid(event.data.metadata["order_id"])
  #       end
  module Sinatra
    # A route for deliveries. The block runs as that of a route does, with the event.
    def lomi_webhook(path, secret: nil, max_age: nil, logger: nil, &handler)
      # Sinatra's own: the block of a route is bound to the request.
      bound = handler && generate_method(:"lomi webhook #{path}", &handler)
      post(path) do
        endpoint = Webhooks::Endpoint.new(secret: secret, max_age: max_age, logger: logger) do |event|
          bound.bind_call(self, event)
        end
        status, headers, body = endpoint.call(env)
        self.headers(headers.except("content-length"))
        [status, body]
      end
    end
  end
end
