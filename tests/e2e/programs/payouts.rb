# frozen_string_literal: true

# Pays out once for each line of standard input, as a program that decides at once.
#
# A line is {"amount": ..., "key": ...}; what comes of it is printed as one line.

require "json"

require "lomi"

$stdout.sync = true
client = Lomi::Client.new(max_retries: 4)

$stdin.each_line do |line|
  amount, key = JSON.parse(line).values_at("amount", "key")
  payout = client.payouts.create(
    amount: amount, currency_code: "XOF", destination: "beneficiary", rail: "wave",
    options: { idempotency_key: key }, confirm: ->(_first) { true }
  )
  puts JSON.generate(id: payout.payout_id)
rescue Lomi::Error => e
  puts JSON.generate(error: e.class.name.split("::").last, outcome: e.outcome)
end
