# frozen_string_literal: true

$LOAD_PATH.unshift(File.expand_path("../lib", __dir__))

require "English"
require "json"
require "socket"
require "stringio"
require "timeout"
require "minitest/autorun"
require "lomi/minitest"

ENV.delete_if { |name, _| name.start_with?("LOMI_") && !%w[LOMI_SANDBOX LOMI_RUBY_NATIVE_PATH].include?(name) }

KEY = "lomi_sk_test_verysecret"

# A server on a real socket. The block gets each request as a hash and returns what to do with it: a status and
# a body, :hang, :reset.
class Server
  attr_reader :requests, :closed

  def initialize(&answer)
    @answer = answer || proc { [200, {}] }
    @requests = Queue.new
    @closed = Queue.new
    @listener = TCPServer.new("127.0.0.1", 0)
    @threads = [] # before the first of them, which adds to it
    @threads << Thread.new { accept }
  end

  def url = "http://127.0.0.1:#{@listener.addr[1]}/v1"
  def client(**options) = Lomi::Client.new(api_key: KEY, base_url: url, max_retries: 0, **options)
  def request = Timeout.timeout(5) { @requests.pop }

  def stop
    @threads.each(&:kill)
    @listener.close
  end

  private

  def accept
    loop { @threads << Thread.new(@listener.accept) { |socket| serve(socket) } }
  rescue IOError
    # The listener was closed.
  end

  def serve(socket)
    while (request = read(socket))
      @requests << request
      case (answered = @answer.call(request))
      when :hang
        socket.read(1)
        @closed << Process.clock_gettime(Process::CLOCK_MONOTONIC)
        break
      when :reset
        socket.setsockopt(Socket::SOL_SOCKET, Socket::SO_LINGER, [1, 0].pack("ii"))
        break
      else write(socket, *answered)
      end
    end
  rescue SystemCallError, IOError
    nil
  ensure
    socket.close
  end

  def read(socket)
    line = socket.gets or return nil
    method, target = line.split
    headers = {}
    while (header = socket.gets.chomp) != ""
      name, value = header.split(": ", 2)
      headers[name.downcase] = value
    end
    body = socket.read(headers["content-length"].to_i)
    { "method" => method, "target" => target, "headers" => headers, "body" => body }
  end

  def write(socket, status, body, headers = {})
    text = body.is_a?(String) ? body : JSON.generate(body)
    lines = { "content-type" => "application/json", "content-length" => text.bytesize, **headers }
    head = lines.map { |name, value| "#{name}: #{value}\r\n" }.join
    socket.write("HTTP/1.1 #{status} X\r\n#{head}\r\n#{text}")
  end
end

class LomiTest < Minitest::Test
  def serve(&answer)
    server = Server.new(&answer)
    (@servers ||= []) << server
    server
  end

  def teardown
    @servers&.each(&:stop)
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  # What the block raises, and after how many seconds.
  def timed(*errors, &block)
    started = now
    error = assert_raises(*errors, &block)
    [error, now - started]
  end

  # Runs a program of `test/programs`, and returns its standard output.
  def program(name, *arguments, env: {})
    file = File.expand_path("programs/#{name}.rb", __dir__)
    output = IO.popen([env, RbConfig.ruby, "-w", file, *arguments], err: %i[child out], &:read)
    [output, $CHILD_STATUS]
  end
end
