# frozen_string_literal: true

# Makes a call that hangs, for a test that sends SIGINT.

$LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
require "lomi"

$stdout.sync = true
begin
  Lomi::Client.new(api_key: "lomi_sk_test_x", base_url: ARGV.first).checkout_sessions.get("x")
rescue Interrupt => e
  puts e.class
ensure
  puts "ensured"
end
