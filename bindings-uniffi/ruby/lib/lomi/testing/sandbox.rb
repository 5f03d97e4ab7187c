# frozen_string_literal: true

module Lomi
  module Testing
    # The lomi. API on this machine, on a free port. It ends with {#stop}, and at the latest with this process.
    #
    #     sandbox = Lomi::Testing::Sandbox.start
    #     session = sandbox.client.checkout_sessions.create(amount: 10_000, currency_code: "XOF")
    #     sandbox.pay(session.checkout_session_id)
    class Sandbox
      PROGRAM = Gem.win_platform? ? "lomi-sandbox.exe" : "lomi-sandbox"
      REPOSITORY_BUILD = File.expand_path("../../../../../target/debug/#{PROGRAM}", __dir__)
      private_constant :PROGRAM, :REPOSITORY_BUILD

      # @return [String] the address of the API
      attr_reader :url
      # @return [String] the test key
      attr_reader :api_key
      # @return [String] the live key
      attr_reader :live_key
      # @return [String] the secret of the webhook endpoint
      attr_reader :webhook_secret

      # Starts a sandbox.
      #
      # @param binary [String, nil] the program; `LOMI_SANDBOX`, or that on the PATH, where left out
      # @param args [Array<String>] more arguments, such as `--webhook-url`
      def self.start(binary: nil, args: []) = new(binary || find, args)

      # The path of the program.
      def self.find
        given = ENV.fetch("LOMI_SANDBOX", "")
        return given unless given.empty?

        folders = ENV.fetch("PATH", "").split(File::PATH_SEPARATOR)
        candidates = folders.map { |folder| File.join(folder, PROGRAM) } << REPOSITORY_BUILD
        candidates.find { |file| File.executable?(file) } || raise(
          ConfigurationError,
          "#{PROGRAM} is not on the PATH: it comes with each release of the SDK; put it there, or give its path as " \
          "Sandbox.start(binary:) or in LOMI_SANDBOX"
        )
      end
      private_class_method :find, :new

      # @api private
      def initialize(program, args)
        require "json"
        # The sandbox ends when the pipe closes, which the system does also when this process is killed.
        flags = ["--port", "0", "--quiet", "--until-stdin-closes", *args]
        @process = IO.popen([program, *flags], "r+")
        line = @process.gets or raise ConfigurationError, "#{program} ended before it was ready"
        hello = JSON.parse(line)
        @url, @api_key, @live_key, @webhook_secret = hello.values_at("url", "test_key", "live_key", "webhook_secret")
      end

      # A client of this sandbox.
      def client(**options) = Client.new(api_key: api_key, base_url: url, **options)

      # The buyer pays.
      #
      # @return [Hash] the transaction
      def pay(session_id, provider: nil) = act(session_id, "pay", provider)

      # The payment is refused.
      def fail(session_id, provider: nil) = act(session_id, "fail", provider)

      # The provider takes its time.
      def pending(session_id, provider: nil) = act(session_id, "pending", provider)

      # The session expires.
      def expire(session_id)
        act(session_id, "expire", nil)
        nil
      end

      # @param by [String, Numeric] such as `"2h"`, or seconds
      def advance_clock(by)
        control("POST", "clock", { advance: by.is_a?(Numeric) ? "#{(by * 1000).to_i}ms" : by })
        nil
      end

      # @return [Array<Hash>] the deliveries of webhooks
      def deliveries = control("GET", "deliveries").fetch("deliveries")

      # Any other part of the sandbox's control API.
      def control(method, route, body = {})
        require "net/http"
        uri = URI("#{url}/_sandbox/#{route}")
        request = Net::HTTPGenericRequest.new(method, method != "GET", true, uri, "content-type" => "application/json")
        request.body = JSON.generate(body) unless method == "GET"
        response = Net::HTTP.start(uri.host, uri.port, nil) { |http| http.request(request) }
        return JSON.parse(response.body) if response.is_a?(Net::HTTPSuccess)

        raise Error, "lomi-sandbox: #{method} #{route}: #{response.code}: #{response.body}"
      end

      # Ends the sandbox.
      def stop
        return if @process.closed?

        Process.kill(:TERM, @process.pid)
        @process.close
      rescue Errno::ESRCH, Errno::EPIPE
        nil
      end

      # No key.
      def inspect = "#<#{self.class} url=#{url.inspect}>"

      private

      def act(session_id, action, provider)
        id = session_id.to_s.gsub(/[^\w-]/) { |character| character.bytes.map { |byte| format("%%%02X", byte) }.join }
        control("POST", "sessions/#{id}/#{action}", { provider: provider }.compact)["transaction"]
      end
    end
  end
end
