# frozen_string_literal: true

require_relative "helper"
require "logger"

class SecretsTest < LomiTest
  SECRET = KEY.delete_prefix("lomi_sk_test_")

  def test_a_key_is_in_nothing_that_is_shown
    client = Lomi::Client.new(api_key: KEY)
    shown = [client, client.checkout_sessions, client.method(:call), client.instance_variables.map do |name|
      client.instance_variable_get(name)
    end]
    refute_includes shown.map(&:inspect).join, SECRET
    refute_includes client.to_s, SECRET
    assert_includes client.inspect, "base_url="
    assert_raises(TypeError) { Marshal.dump(client) }
  end

  def test_a_key_is_in_no_error
    errors = []
    [{ api_key: "#{KEY} " }, { api_key: "#{KEY}\n" }, { api_key: [KEY] }, { api_key: KEY, environment: "live" },
     { api_key: KEY, headers: { "Authorization" => KEY } }].each do |options|
      Lomi::Client.new(**options)
    rescue Lomi::Error => e
      errors << e
    end
    server = serve { |request| [400, { error: { message: "bad key #{request['headers'].inspect}" } }] }
    begin
      server.client(routes: "current").checkout_sessions.get("x")
    rescue Lomi::Error => e
      errors << e
    end
    refute_empty errors
    errors.each do |error|
      text = [error.message, error.full_message, error.inspect, error.body, error.headers, error.details,
              error.server_message, error.history, error.unknown_call].join
      refute_includes text, SECRET
    end
  end

  def test_a_secret_of_an_object_is_not_shown
    secret = "whsec_#{'0123456789abcdef' * 4}"
    body = { webhook_id: "wh_1", secret: secret, metadata: { note: "#{KEY} é", long: "x" * 2000 }, unknown: [secret] }
    webhook = serve { [200, body] }.client.webhooks.get("wh_1")
    assert_equal secret, webhook[:secret]
    [webhook.inspect, [webhook].inspect, webhook.to_s, *capture_io { pp webhook }].each do |text|
      refute_includes text, "0123456789"
      refute_includes text, SECRET
    end
    assert_includes webhook.inspect, "whsec_***"
    assert_includes webhook.inspect, "webhook_id=\"wh_1\""
    assert_includes webhook.inspect, "x" * 2000
  end

  def test_a_log_has_a_line_for_each_attempt_and_nothing_private
    lines = StringIO.new
    attempts = 0
    server = serve do
      (attempts += 1) == 1 ? [503, { note: "private" }] : [200, { checkout_session_id: "cs_1", title: "private" }]
    end
    client = server.client(max_retries: 1, logger: Logger.new(lines))
    client.checkout_sessions.get("cs_secret_id")
    assert_equal 2, lines.string.lines.size
    assert_match(/503/, lines.string.lines.first)
    refute_includes lines.string, SECRET
    refute_includes lines.string, "private"
    refute_includes lines.string, "cs_secret_id"
  end

  def test_hooks_are_told_about_each_attempt
    events = []
    server = serve { [200, { checkout_session_id: "cs_1" }] }
    hook = ->(event) { events << event }
    client = server.client(on_request: hook, on_response: hook)
    client.checkout_sessions.get("x")
    assert_equal [Lomi::RequestEvent, Lomi::ResponseEvent], events.map(&:class)
    assert_equal ["retrieve_checkout_session", "GET", 1, 200],
                 events.last.to_h.values_at(:operation, :method, :attempt, :status)
    assert_kind_of Numeric, events.last.elapsed
    assert_equal events.first.request_id, events.last.request_id
    refute_includes events.inspect, SECRET
  end
end
