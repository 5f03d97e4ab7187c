# frozen_string_literal: true

# An example of RSpec with the helpers of the gem.

$LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
require "rspec/autorun"
require "lomi/rspec"

RSpec.describe "a shop" do
  it "sells" do
    session = lomi_client.checkout_sessions.create(amount: 10_000, currency_code: "XOF")
    expect(session.checkout_url).to start_with(lomi_sandbox.url)
  end
end
