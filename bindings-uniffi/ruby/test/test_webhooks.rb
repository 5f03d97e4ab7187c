# frozen_string_literal: true

require_relative "helper"
require "rack"

class WebhooksTest < LomiTest
  SECRET = "whsec_0123456789abcdef0123456789abcdef"
  PAYLOAD = JSON.generate(
    id: "evt_1", event: "PAYMENT_SUCCEEDED", timestamp: Time.now.utc.strftime("%Y-%m-%dT%H:%M:%S.%LZ"),
    data: { transaction_id: "tx_1", status: "completed", gross_amount: 500 }
  )

  Log = Struct.new(:lines) { def warn(line) = lines << line }
  Store = Struct.new(:keys) do
    def remember(key, _ttl) = keys.key?(key) ? false : keys[key] = true
    def forget(key) = keys.delete(key)
  end

  def signature(payload = PAYLOAD) = Lomi::Webhooks.sign(payload, SECRET)

  def test_a_delivery_is_checked_and_read
    event = Lomi::Webhooks.construct_event(PAYLOAD, signature, SECRET)
    assert_equal "PAYMENT_SUCCEEDED", event.event
    assert_instance_of Lomi::Models::Transaction, event.data
    assert_equal "tx_1", event.data.transaction_id
    assert_nil event.last_response
    assert_equal event, Lomi::Webhooks.construct_event(PAYLOAD, [signature], ["whsec_other", SECRET], max_age: 60)
  end

  def test_a_delivery_of_someone_else_is_refused
    error = assert_raises(Lomi::SignatureVerificationError) do
      Lomi::Webhooks.construct_event("#{PAYLOAD} ", signature, SECRET)
    end
    assert_match(/signature does not match/, error.message)
    assert_equal 400, Lomi::Webhooks.refusal(error)[:status]
    assert_raises(Lomi::SignatureVerificationError) { Lomi::Webhooks.construct_event(PAYLOAD, nil, SECRET) }
    assert_raises(Lomi::SignatureVerificationError) do
      Lomi::Webhooks.construct_event(PAYLOAD, signature, SECRET, max_age: 1, received_at: Time.now + 100)
    end
  end

  NO_SIGNATURES = [
    "\xF0", "a\xF0", "\xC2", "\xFF" * 64, "#{'0' * 63}\xF0", "\xF0".encode("UTF-16LE", "ISO-8859-1")
  ].freeze

  def test_a_header_of_any_bytes_is_refused_as_any_wrong_one
    lines = []
    app = Lomi::Webhooks::Endpoint.new(secret: SECRET, logger: Log.new(lines)) { flunk("it was accepted") }
    NO_SIGNATURES.flat_map { |header| [header, header.b, header.dup.force_encoding("US-ASCII")] }.each do |header|
      assert_equal 400, deliver(app, PAYLOAD, header).status
      env = Rack::MockRequest.env_for("/hook", method: "POST", input: PAYLOAD, "HTTP_X_LOMI_SIGNATURE" => header)
      assert_raises(Lomi::SignatureVerificationError) { Lomi::Webhooks.event(env, secret: SECRET) }
      assert_raises(Lomi::SignatureVerificationError) do
        Lomi::Webhooks.construct_event(PAYLOAD, [header, "é"], SECRET)
      end
    end
    assert_equal 18, lines.size
    assert_equal 200, deliver(Lomi::Webhooks::Endpoint.new(secret: SECRET) { nil }, PAYLOAD, signature.b).status
  end

  def test_text_in_another_encoding_is_read
    wide = SECRET.encode("UTF-16LE")
    event = Lomi::Webhooks.construct_event(PAYLOAD, signature.encode("UTF-16BE"), wide)
    assert_equal "evt_1", event.id
    assert_equal signature, Lomi::Webhooks.sign(PAYLOAD, wide)
    assert_raises(Lomi::ConfigurationError) { Lomi::Webhooks.construct_event(PAYLOAD, signature, "whsec_\xF0") }
  end

  def test_a_mistake_of_the_caller_says_what_to_do
    error = assert_raises(Lomi::WebhookPayloadError) { Lomi::Webhooks.construct_event({ a: 1 }, signature, SECRET) }
    assert_match(/raw body.*request.raw_post/, error.message)
    error = assert_raises(Lomi::ConfigurationError) { Lomi::Webhooks.construct_event(PAYLOAD, signature) }
    assert_match(/LOMI_WEBHOOK_SECRET/, error.message)
    error = assert_raises(Lomi::ConfigurationError) { Lomi::Webhooks.construct_event(PAYLOAD, signature, 5) }
    assert_nil Lomi::Webhooks.refusal(error)
    assert_nil Lomi::Webhooks.refusal(StandardError.new)
  end

  def test_the_secret_comes_from_the_environment
    ENV["LOMI_WEBHOOK_SECRET"] = SECRET
    assert_equal "evt_1", Lomi::Webhooks.construct_event(PAYLOAD, signature).id
  ensure
    ENV.delete("LOMI_WEBHOOK_SECRET")
  end

  def test_a_repeated_delivery_is_recognized
    guard = Lomi::Webhooks::ReplayGuard.new
    event = Lomi::Webhooks.construct_event(PAYLOAD, signature, SECRET)
    seen = []
    assert(guard.once(event) { |one| seen << one })
    refute(guard.once(event) { |one| seen << one })
    assert_equal [event], seen
    guard.forget(event)
    assert_raises(RuntimeError) { guard.once(event) { raise "not stored" } }
    assert guard.first_time?(event), "the event of a handler that failed counts as new"
  end

  # Whether the next delivery of an event is handled again, whose handler ended as the block says.
  def handled_again?
    guard = Lomi::Webhooks::ReplayGuard.new
    event = Lomi::Webhooks.construct_event(PAYLOAD, signature, SECRET)
    yield guard, event
    guard.first_time?(event)
  end

  def left_by_return(guard, event)
    guard.once(event) { return }
  end

  def test_a_handler_that_leaves_its_block_has_handled_the_event
    refute(handled_again? { |guard, event| left_by_return(guard, event) })
    refute(handled_again? { |guard, event| guard.once(event) { break } })
    refute(handled_again? { |guard, event| guard.once(event) { next } })
    # As Sinatra's `halt`.
    refute(handled_again? { |guard, event| catch(:halt) { guard.once(event) { throw :halt } } })
    refute(handled_again? do |guard, event|
      Thread.new do
        Thread.exit
      ensure
        catch(:halt) { guard.once(event) { throw :halt } }
      end.join
    end)
  end

  def test_a_handler_that_is_ended_has_not_handled_the_event
    ended = lambda do |guard, event|
      started = Queue.new
      thread = Thread.new { guard.once(event) { (started << 1) && sleep } }
      started.pop
      thread.kill.join
    end
    assert(handled_again?(&ended))
    assert(handled_again? do |guard, event|
      assert_raises(NotImplementedError) { guard.once(event) { raise NotImplementedError } }
    end)
  end

  # In Ruby 3.1 and 3.2 a Timeout is a `throw`.
  def test_a_timeout_around_a_handler_is_no_end_of_its_work
    assert(handled_again? do |guard, event|
      assert_raises(Timeout::Error) { Timeout.timeout(0.05) { guard.once(event) { sleep } } }
    end)
    assert(handled_again? do |guard, event|
      assert_raises(Timeout::Error) do
        Timeout.timeout(0.05) { guard.once(event) { Timeout.timeout(5) { sleep } } }
      end
    end)
    refute(handled_again? do |guard, event|
      within = lambda do |_|
        Timeout.timeout(0.05) { sleep }
      rescue Timeout::Error
        throw :halt
      end
      catch(:halt) { Timeout.timeout(5) { guard.once(event, &within) } }
    end)
  end

  def test_a_store_of_the_users_own
    store = Store.new({})
    guard = Lomi::Webhooks::ReplayGuard.new(store: store)
    event = Lomi::Webhooks.construct_event(PAYLOAD, signature, SECRET)
    assert guard.first_time?(event)
    refute guard.first_time?(event)
    bad = Lomi::Webhooks::ReplayGuard.new(store: Struct.new(:x) { def remember(*) = "OK" }.new)
    assert_raises(Lomi::ConfigurationError) { bad.first_time?(event) }
    assert_raises(Lomi::ConfigurationError) { Lomi::Webhooks::ReplayGuard.new(store: 5) }
    assert_raises(Lomi::ConfigurationError) { Lomi::Webhooks::ReplayGuard.new(ttl: 0) }
  end

  def deliver(app, body, signature)
    Rack::MockRequest.new(app).post("/hook", input: body, "HTTP_X_LOMI_SIGNATURE" => signature)
  end

  def test_a_rack_application
    seen = []
    lines = []
    log = Log.new(lines)
    app = Lomi::Webhooks::Endpoint.new(secret: SECRET, logger: log) { |event| seen << event.id }
    assert_equal 200, deliver(Rack::Lint.new(app), PAYLOAD, signature).status
    assert_equal ["evt_1"], seen
    refused = deliver(app, PAYLOAD, "0" * 64)
    assert_equal 400, refused.status
    assert_match(/refused a webhook delivery/, lines.first)
    refute_includes refused.body, "secret"
    assert_equal 413, deliver(app, "x" * (Lomi::Webhooks::MAX_BODY + 1), signature).status
    assert_equal 405, Rack::MockRequest.new(app).get("/hook").status
    refute_includes app.inspect, SECRET
    failing = Lomi::Webhooks::Endpoint.new(secret: SECRET) { raise "database" }
    assert_raises(RuntimeError) { deliver(failing, PAYLOAD, signature) }
    assert_raises(Lomi::ConfigurationError) { Lomi::Webhooks::Endpoint.new(secret: SECRET) }
  end

  def test_a_body_that_was_parsed_before_can_be_read_again
    seen = []
    endpoint = Lomi::Webhooks::Endpoint.new(secret: SECRET) { |event| seen << event.id }
    app = lambda do |env|
      Rack::Request.new(env).body.read
      endpoint.call(env)
    end
    assert_equal 200, deliver(app, PAYLOAD, signature).status
    assert_equal ["evt_1"], seen
  end

  def test_sinatra
    require "sinatra/base"
    require "lomi/sinatra"
    seen = []
    app = Class.new(Sinatra::Base) do
      register Lomi::Sinatra
      set :environment, :test
      set :raise_errors, true
      # The block runs in the route, as any other.
      lomi_webhook("/hook", secret: SECRET, logger: Log.new([])) { |event| seen << [request.path, event.id] }
    end
    assert_equal 200, deliver(app, PAYLOAD, signature).status
    assert_equal 400, deliver(app, PAYLOAD, "0" * 64).status
    assert_equal [["/hook", "evt_1"]], seen
  rescue LoadError
    skip("sinatra is not installed")
  end

  # What a controller of Rails has, without Rails: the concern uses no more.
  class Controller
    HANDLERS = {} # rubocop:disable Style/MutableConstant

    def self.skip_forgery_protection = nil
    def self.rescue_from(*errors, with:) = errors.each { |error| HANDLERS[error] = with }

    require "lomi/rails"
    include Lomi::Rails::Webhook

    attr_reader :request, :rendered

    def initialize(env) = @request = Rack::Request.new(env)
    def logger = nil
    def render(plain:, status:) = @rendered = [status, plain]

    def process
      lomi_event(secret: SECRET).id
    rescue *HANDLERS.keys => e
      send(HANDLERS.fetch(e.class), e)
    end
  end

  def test_the_concern_of_rails
    env = Rack::MockRequest.env_for("/hook", method: "POST", input: PAYLOAD, "HTTP_X_LOMI_SIGNATURE" => signature)
    assert_equal "evt_1", Controller.new(env).process
    env = Rack::MockRequest.env_for("/hook", method: "POST", input: PAYLOAD, "HTTP_X_LOMI_SIGNATURE" => "0" * 64)
    controller = Controller.new(env)
    controller.process
    assert_equal 400, controller.rendered.first
  end
end
