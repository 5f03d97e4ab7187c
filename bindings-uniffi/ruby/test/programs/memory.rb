# frozen_string_literal: true

# Makes many calls: successful, failing and interrupted ones, clients and pages that are thrown away. The memory of
# the process must not grow after the first fifth.

$LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
require "lomi"
require "timeout"

url, calls = ARGV
CALLS = Integer(calls)

def resident = File.read("/proc/self/status")[/VmRSS:\s+(\d+)/, 1].to_i / 1024.0

client = Lomi::Client.new(api_key: "lomi_sk_test_x", base_url: url, on_response: ->(_) {})
sizes = []
CALLS.times do |n|
  if (n % (CALLS / 10)).zero?
    GC.start
    GC.compact if GC.respond_to?(:compact)
    sizes << resident
  end
  case n % 10
  when 0
    begin
      client.checkout_sessions.get("x", options: { timeout: -1 })
    rescue Lomi::Error
      nil
    end
  when 1 then Lomi::Client.new(api_key: "lomi_sk_test_y", base_url: url)
  when 2 then client.checkout_sessions.list_all(limit: 20).first(3)
  else client.checkout_sessions.list(limit: 20).each(&:metadata)
  end
end
GC.start
sizes << resident
puts "#{CALLS} calls: #{sizes.map { |size| format('%.0f', size) }.join(' ')} MiB"
exit(sizes.last - sizes[2] < 8)
