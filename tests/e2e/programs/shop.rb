# frozen_string_literal: true

# A shop's server with lomi. in Ruby. The browser tests run it.
#
#   shop.rb create SHOP-URL      creates a session; prints its id and its page
#   shop.rb get ID               prints its status
#   shop.rb verify SIGNATURE     reads a delivery from standard input; prints its event

require "json"

require "lomi"

def create(shop)
  session = Lomi::Client.new.checkout_sessions.create(
    amount: 10_000,
    currency_code: "XOF",
    title: "Panier du jour",
    customer_name: "Awa Diop",
    customer_phone: "+221771234567",
    success_url: "#{shop}/success?session={CHECKOUT_SESSION_ID}",
    cancel_url: "#{shop}/cancel?session={CHECKOUT_SESSION_ID}"
  )
  { id: session.checkout_session_id, page: session.checkout_url }
end

def get(id)
  { status: Lomi::Client.new.checkout_sessions.get(id).status }
end

def verify(signature)
  event = Lomi::Webhooks.construct_event($stdin.binmode.read, signature)
  { event: event.event, session: event.data.checkout_session_id }
rescue Lomi::SignatureVerificationError
  { refused: "SignatureVerificationError" }
end

command, argument = ARGV
puts JSON.generate(
  case command
  when "create" then create(argument)
  when "get" then get(argument)
  when "verify" then verify(argument)
  end
)
