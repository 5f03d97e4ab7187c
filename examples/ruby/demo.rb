# frozen_string_literal: true

# The demo in Ruby: sessions are created, fetched, listed, changed and deleted.
#
# It needs LOMI_BASE_URL and LOMI_API_KEY. With LOMI_DEMO_INBOX, which `make demo` sets, a session
# is also paid and its webhook verified. The last line of output is JSON.

require "json"
require "net/http"

require "lomi"

COFFEE = {
  amount: 5000,
  currency_code: "XOF",
  title: "Coffee Beans - 1kg",
  description: "Premium arabica coffee beans",
  customer_email: "customer@example.com",
  success_url: "https://example.com/success",
  cancel_url: "https://example.com/cancel"
}.freeze

# The demo, which counts its calls and knows its present step.
class Demo
  attr_reader :calls, :step

  def initialize(inbox)
    @inbox = inbox
    @calls = 0
    @step = "reading the environment"
    @client = Lomi::Client.new
    @sessions = @client.checkout_sessions
  end

  def run
    session = created
    listed
    changed_and_deleted(session)
    refused(session)
    return if @inbox.nil?

    lost_and_found(paid)
  end

  private

  # Sets the present step, for the message of a failure.
  def start_step(what, number = 1)
    @calls += number
    @step = what
  end

  def expect(truth, what) = truth || raise(what)

  def created
    start_step("create")
    session = @sessions.create(COFFEE)
    puts "created #{session.checkout_session_id}"
    puts "the buyer pays at #{session.checkout_url}"

    start_step("get")
    found = @sessions.get(session.checkout_session_id)
    puts "fetched: #{found.status}, #{found.amount} #{found.currency_code}"
    session
  end

  def listed
    start_step("create 45 sessions", 45)
    made = Array.new(45) do |n|
      @sessions.create(amount: 100 + n, currency_code: "XOF", title: "Ticket #{n + 1}").checkout_session_id
    end

    start_step("page through 45 sessions", 3)
    seen = @sessions.list_all(limit: 20).map(&:checkout_session_id)
    expect((made - seen).empty?, "only #{(made & seen).size} of 45 came back")
    puts "paged through #{seen.size} sessions, 20 at a time"
  end

  def changed_and_deleted(session)
    start_step("update")
    changed = @sessions.update(session.checkout_session_id, title: "Coffee Beans - 2kg")
    expect(changed.title == "Coffee Beans - 2kg", "the title did not change")
    puts "changed: #{changed.title}"

    start_step("delete")
    @sessions.delete(session.checkout_session_id)
    puts "deleted"
  end

  def refused(session)
    {
      400 => [Lomi::BadRequestError, -> { @sessions.create(amount: 100, currency_code: "ZZZ") }],
      401 => [Lomi::AuthenticationError, -> { @sessions.list(options: { api_key: "lomi_sk_test_nobody" }) }],
      404 => [Lomi::NotFoundError, -> { @sessions.get(session.checkout_session_id) }]
    }.each do |status, (type, call)|
      start_step("an error #{status}")
      begin
        call.call
      rescue type => e
        expect(e.status == status, "#{e.status} came")
        puts "#{status}: #{e.kind}: #{e.message}"
      else
        raise "there was no error"
      end
    end
  end

  # Pays a session in the local sandbox, in place of the buyer.
  def pay(session)
    host = @client.base_url.delete_suffix("/v1")
    Net::HTTP.post(URI("#{host}/_sandbox/sessions/#{session.checkout_session_id}/pay"), "").value
  end

  # Pays a session and verifies the webhook. Returns the event.
  def paid
    start_step("create a session to pay")
    session = @sessions.create(COFFEE)
    start_step("pay it", 0)
    pay(session)

    start_step("the webhook", 0)
    delivery = Net::HTTP.get_response(URI(@inbox))
    # Uses LOMI_WEBHOOK_SECRET.
    event = Lomi::Webhooks.construct_event(delivery.body, delivery["X-Lomi-Signature"])
    payment = event.data
    expect(payment.is_a?(Lomi::Models::Transaction), "the event is about no payment")
    expect(payment.checkout_session_id == session.checkout_session_id, "another's event")
    puts "verified webhook: #{event.event}, #{payment.net_amount} XOF"

    start_step("get after the payment")
    found = @sessions.get(session.checkout_session_id)
    expect(found.status == "completed", "it is #{found.status}")
    puts "paid: #{found.status}"
    event
  end

  # Pays a session whose webhook is lost. Reconciling finds the payment, and handles it once.
  def lost_and_found(handled)
    start_step("create a session whose webhook is lost")
    session = @sessions.create(COFFEE, metadata: { webhook: "lost" })
    pay(session)

    start_step("reconcile", 0)
    guard = Lomi::Webhooks::ReplayGuard.new
    guard.first_time?(handled) # by its webhook
    payments = []
    @client.reconcile("2026-01-01").each do |event, _cursor|
      guard.once(event) { payments << event.data } if event.event == "PAYMENT_SUCCEEDED"
    end
    expect(payments.size == 1, "#{payments.size} payments were handled")
    expect(payments.first.checkout_session_id == session.checkout_session_id, "another payment")
    puts "lost webhook found by reconcile: #{payments.first.net_amount} XOF, handled once"
  end
end

$stdout.sync = true
started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
inbox = ENV.fetch("LOMI_DEMO_INBOX", nil)
demo = Demo.new(inbox)
begin
  demo.run
rescue StandardError => e
  warn("failed at: #{demo.step}: #{e.class}: #{e.message}")
  exit(1)
end
took = ((Process.clock_gettime(Process::CLOCK_MONOTONIC) - started) * 1000).round
puts JSON.generate({ language: "ruby", calls: demo.calls, milliseconds: took, paid: !inbox.nil? })
