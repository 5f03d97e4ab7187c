# frozen_string_literal: true

# Makes one call and ends.

$LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
require "lomi"

Lomi::Client.new(api_key: "lomi_sk_test_x", base_url: ARGV.first).checkout_sessions.get("cs_1")
