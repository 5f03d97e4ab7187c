# frozen_string_literal: true

# Makes a call in a handler of the process's end.

$LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
require "lomi"

$stdout.sync = true
client = Lomi::Client.new(api_key: "lomi_sk_test_x", base_url: ARGV.first)
client.checkout_sessions.get("cs_1")
at_exit { puts "finalizer" }
at_exit { puts "at exit #{client.checkout_sessions.get('cs_9').checkout_session_id}" }
