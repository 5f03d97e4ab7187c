# frozen_string_literal: true

# The routes. orders.rb says when an order is paid, payments.rb talks to lomi.

require "sinatra/base"

require_relative "settings"
require_relative "pages"

class Shop < Sinatra::Base
  PRICE = 15_000

  register Lomi::Sinatra
  # An error that is not handled is a 500, and lomi. sends the event again.
  set :environment, :production
  set :show_exceptions, false
  set :protection, except: %i[http_origin]
  set :public_folder, nil

  before { headers("Cache-Control" => "no-store") }

  # 200 for an event that is or was handled, 400 without a valid signature (LOMI_WEBHOOK_SECRET).
  lomi_webhook("/webhooks") { |event| ORDERS.handle(event) }

  get("/") { Pages.product(PRICE) }
  get("/shop.css") { send_file(File.expand_path("../shop.css", __dir__)) }

  # The order is stored before the call: no payment comes for an order that the shop does not know.
  post("/orders") { pay(ORDERS.add(PRICE)) }
  post("/orders/:id/pay") { pay(order) }

  # The buyer is back, or anyone: only the order's id is taken from the address, and lomi. is asked for the rest.
  get("/orders/:id") { Pages.order(order, PAYMENTS.state_of(order, params.key?("cancelled"))) }

  # In a shop of your own, the list and the refund are for the staff only.
  get("/orders") { Pages.orders(ORDERS.all) }
  post "/orders/:id/refund" do
    PAYMENTS.refund(order)
    redirect("/orders", 303)
  end

  not_found { Pages.page("Not found", "<p>There is no such page or order.</p>") }

  error Lomi::Error do
    warn(env["sinatra.error"].full_message(highlight: false))
    link = @order.nil? ? "this page" : "<a href=\"/orders/#{@order.id}\">your order</a>"
    text = "The payment service does not answer. Nothing is lost: open #{link} again in a minute."
    halt(503, Pages.page("Please try again", "<p>#{text}</p>"))
  end

  private

  def order = @order ||= ORDERS.find(params["id"]) || halt(404)

  def pay(order)
    @order = order
    redirect(PAYMENTS.checkout_page(order, "#{SHOP_URL}/orders/#{order.id}"), 303)
  end
end
