# frozen_string_literal: true

# One call from Ruby to a sandbox that it starts: that the gem loads and works on this system.
#   ruby .ci/one-call.rb SANDBOX

require "json"
require "lomi"

server = IO.popen([ARGV.fetch(0), "--quiet", "--port", "0"])
begin
  said = JSON.parse(server.gets)
  client = Lomi::Client.new(api_key: said["test_key"], base_url: said["url"])
  made = client.checkout_sessions.create(amount: 5000, currency_code: "XOF", title: "Coffee")
  read = client.checkout_sessions.get(made.checkout_session_id)
  unless read.amount == 5000 && made.checkout_url.start_with?("#{said['url']}/")
    abort "not what was created: #{read.inspect}"
  end

  puts "ruby: #{made.checkout_url}"
ensure
  Process.kill("TERM", server.pid)
  server.close
end
