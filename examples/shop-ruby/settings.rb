# frozen_string_literal: true

# What every program of the shop needs.

require "lomi/sinatra"

require_relative "orders"
require_relative "payments"

SHOP_URL = ENV.fetch("SHOP_URL")
ORDERS = Orders.new(ENV.fetch("SHOP_DATABASE", File.expand_path("shop.sqlite3", __dir__)))
# LOMI_API_KEY and LOMI_BASE_URL
CLIENT = Lomi::Client.new
PAYMENTS = Payments.new(CLIENT, ORDERS)
