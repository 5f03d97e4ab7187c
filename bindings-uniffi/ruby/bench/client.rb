# frozen_string_literal: true

# The work of one client in a process of its own: prints what it took as JSON.
#
#     ruby client.rb CLIENT TASK URL CALLS WARM-UP
#
# `cpu` is client CPU per call (user and system), `p50` and `p99` are how long one call took; all in microseconds. A
# task is a call of clients.rb, or `pages` (10,000 rows, two fields read).

require "json"

$LOAD_PATH.unshift(File.expand_path("../lib", __dir__))
require_relative "clients"

name, task, url, calls, warm = ARGV
client = CLIENTS.fetch(name).new(url)

def cpu
  times = Process.times
  (times.utime + times.stime) * 1e6
end

def clock = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)

pages = lambda do
  rows = client.walk.count { |row| client.status(row) && client.amount(row).positive? }
  rows == 10_000 || raise("#{rows} rows")
end
call = task == "pages" ? pages : client.method(task.tr("-", "_"))

run = lambda do |number|
  Array.new(number) do
    started = clock
    call.call
    clock - started
  end
end
run.call(Integer(warm || 0))
before = cpu
taken = run.call(Integer(calls || 1))
used = (cpu - before) / taken.size
taken.sort!
at = ->(part) { taken[taken.size * part / 100] / 1e3 }
puts JSON.generate({ cpu: used, p50: at.call(50), p99: at.call(99) })
