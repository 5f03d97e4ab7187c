# frozen_string_literal: true

# The client of the lomi. API:
#
#     client = Lomi::Client.new
#     session = client.checkout_sessions.create(amount: 10_000, currency_code: "XOF")
#     session.checkout_url
module Lomi
end

require_relative "lomi/version"
require_relative "lomi/error"
require_relative "lomi/packed/reader"
require_relative "lomi/packed/writer"
require_relative "lomi/native"
require_relative "lomi/sentences"
require_relative "lomi/model"
require_relative "lomi/models"
require_relative "lomi/response"
require_relative "lomi/result"
require_relative "lomi/interrupts"
require_relative "lomi/options"
require_relative "lomi/page"
require_relative "lomi/resource"
require_relative "lomi/resources"
require_relative "lomi/hooks"
require_relative "lomi/client"

module Lomi
  autoload :Enums, "lomi/enums"
  autoload :FoundOutcome, "lomi/found_outcome"
  autoload :IdempotencyKey, "lomi/idempotency_key"
  autoload :MissedEvents, "lomi/missed_events"
  autoload :Money, "lomi/money"
  autoload :Testing, "lomi/testing"
  autoload :Webhooks, "lomi/webhooks"

  class << self
    # The idempotency key for an order: the same order gives the same key, in every language. Another
    # `attempt` gives another key, for an order that is paid anew.
    #
    # @param order [String, Integer] the order's id
    # @param attempt [Integer, nil]
    # @return [String]
    def idempotency_key_for_order(order, attempt = nil) = IdempotencyKey.for_order(order, attempt)

    # The error of the last call of this thread, where `Timeout.timeout`, a signal or another thread ended it; under
    # a fiber scheduler, of this fiber. It has the idempotency key, and {Client#find_outcome} takes it.
    #
    #     rescue Timeout::Error
    #       error = Lomi.interrupted_call
    #       client.find_outcome(error) if error.is_a?(Lomi::OutcomeUnknown)
    #
    # The `outcome` of a call that had just succeeded is `final`: `last` is the object that it returned.
    #
    # @return [Error, nil] nil where no call was ended
    def interrupted_call = Interrupts.last

    # Loads every class at once. For servers that fork: the memory is then shared.
    def eager_load!
      [self, Models, Resources].each do |room|
        room.constants.each { |name| room.const_get(name) }
      end
      nil
    end
  end
end
