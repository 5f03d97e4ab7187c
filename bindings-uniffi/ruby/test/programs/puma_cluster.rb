# frozen_string_literal: true

# 10,000 calls over two keys through a Puma with 4 workers that were forked from a preloaded application, whose
# clients had been used before.

require "net/http"
require "socket"
require "tmpdir"

KEYS = %w[lomi_sk_test_first lomi_sk_test_second].freeze
CALLS = 10_000

folder = Dir.mktmpdir
port = TCPServer.open("127.0.0.1", 0) { |free| free.addr[1] }
config = File.join(folder, "puma.rb")
File.write(config, <<~RUBY)
  $LOAD_PATH.unshift(#{File.expand_path('../../lib', __dir__).inspect})
  workers 4
  threads 4, 4
  preload_app!
  bind "tcp://127.0.0.1:#{port}"
  require "lomi"
  clients = #{KEYS.inspect}.map { |key| Lomi::Client.new(api_key: key, base_url: ENV.fetch("LOMI_TEST_URL")) }
  clients.each { |client| client.checkout_sessions.get("before") }
  app do |env|
    which, id = env["PATH_INFO"].split("/").last(2)
    found = clients.fetch(Integer(which)).checkout_sessions.get(id)
    [200, {}, [[Process.pid, found.checkout_session_id, found.title].join(" ")]]
  end
RUBY

log = File.join(folder, "log")
puma = spawn(RbConfig.ruby, "-S", "puma", "-C", config, out: log, err: log)
begin
  200.times do
    TCPSocket.open("127.0.0.1", port, &:close)
    break
  rescue SystemCallError
    sleep(0.1)
  end
  wrong = Queue.new
  workers = Queue.new
  # A new connection for every 25 calls, so that every worker gets some.
  Array.new(8) do |thread|
    Thread.new do
      (CALLS / 8 / 25).times do |round|
        Net::HTTP.start("127.0.0.1", port) do |http|
          25.times do |n|
            which = (thread + n) % 2
            id = "cs-#{thread}-#{round}-#{n}"
            pid, found, sent = http.get("/#{which}/#{id}").body.split(" ", 3)
            workers << pid
            wrong << [id, found, sent] unless found == id && sent.include?(KEYS[which])
          end
        end
      end
    end
  end.each(&:join)
  made = workers.size
  pids = Array.new(made) { workers.pop }.uniq.size
  puts "#{made} calls, #{pids} workers, #{wrong.size} mixed up"
  puts wrong.pop.inspect unless wrong.empty?
  puts File.read(log) unless wrong.empty?
ensure
  Process.kill(:TERM, puma)
  Process.wait(puma)
end
