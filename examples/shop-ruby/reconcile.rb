# frozen_string_literal: true

# Brings the events that no webhook has brought, once. Run it at every start and every few minutes, by cron.

require_relative "settings"

# The time is for the first run; later ones continue where the last one ended.
month = 30 * 24 * 60 * 60
events = CLIENT.reconcile(ORDERS.cursor || (Time.now - month))
handled = events.count { |event, cursor| ORDERS.handle(event, cursor) || true }
puts "#{handled} events were handed over"
