# frozen_string_literal: true

require_relative "helper"

# What Ruby uses to end what takes too long: a call ends at once, and its connection is closed.
class InterruptsTest < LomiTest
  def hanging = serve { :hang }

  def test_timeout_ends_a_call_and_closes_its_connection
    server = hanging
    client = server.client
    started = now
    _, took = timed(Timeout::Error) { Timeout.timeout(0.3) { client.checkout_sessions.get("x") } }
    assert_in_delta 0.3, took, 0.2
    closed = Timeout.timeout(2) { server.closed.pop }
    assert_in_delta 0.3, closed - started, 0.25
  end

  def test_a_client_works_after_a_timeout
    server = serve { |request| request["target"].include?("slow") ? :hang : [200, { checkout_session_id: "cs_1" }] }
    client = server.client
    20.times do
      assert_raises(Timeout::Error) { Timeout.timeout(0.02) { client.checkout_sessions.get("slow") } }
      assert_equal "cs_1", client.checkout_sessions.get("cs_1").checkout_session_id
    end
  end

  def test_an_error_that_another_thread_raises_ends_a_call
    client = hanging.client
    raised = Class.new(StandardError)
    thread = Thread.new do
      client.checkout_sessions.get("x")
    rescue raised
      now
    end
    sleep(0.2)
    started = now
    thread.raise(raised)
    assert_in_delta started, thread.value, 0.2
  end

  def test_a_thread_that_is_killed_ends_its_call
    server = hanging
    thread = Thread.new { server.client.checkout_sessions.get("x") }
    server.request
    thread.kill
    assert thread.join(1), "the thread still runs"
    Timeout.timeout(2) { server.closed.pop }
  end

  def test_the_error_of_an_ended_call_has_its_key
    server = hanging
    sessions = server.client.checkout_sessions
    given = { amount: 1, currency_code: "XOF", options: { idempotency_key: "order-1" } }
    assert_raises(Timeout::Error) { Timeout.timeout(0.1) { sessions.create(**given) } }
    assert_instance_of Lomi::CancelledError, Lomi.interrupted_call
    assert_kind_of Lomi::OutcomeUnknown, Lomi.interrupted_call
    assert_equal "order-1", Lomi.interrupted_call.idempotency_key
    assert_kind_of String, Lomi.interrupted_call.unknown_call
    assert_nil(Thread.new { Lomi.interrupted_call }.value)
  end

  Late = Class.new(StandardError)

  # A client whose calls succeed, and are interrupted before their results are handed over.
  def interrupted_late(server)
    server.client(routes: "current", on_response: lambda do |_|
      caller = Thread.current
      Thread.new { caller.raise(Late) }
      Thread.pass until caller.pending_interrupt?
    end)
  end

  def test_a_call_that_succeeded_as_it_was_interrupted_is_known
    server = serve { [201, { checkout_session_id: "cs_1" }] }
    given = { amount: 1, currency_code: "XOF", options: { idempotency_key: "order-1" } }
    assert_raises(Late) { interrupted_late(server).checkout_sessions.create(**given) }
    error = Lomi.interrupted_call
    assert_instance_of Lomi::CancelledError, error
    assert_same error, Lomi.interrupted_call
    assert_equal ["order-1", 201, "final", 1], [error.idempotency_key, error.status, error.outcome, error.attempts]
    assert_equal server.request["headers"]["x-request-id"], error.request_id
    assert_equal "cs_1", error.last.checkout_session_id
    assert_equal 201, error.last.last_response.status
    assert_equal(["POST"], error.history.map { |one| one[:method] })
    refute_kind_of Lomi::OutcomeUnknown, error
    assert_match(/do not make it again/, error.message)
  end

  def test_a_call_without_an_object_that_succeeded_is_known_too
    server = serve { |request| request["method"] == "DELETE" ? [204, ""] : [200, { data: [{ customer_id: "c" }] }] }
    client = interrupted_late(server)
    assert_raises(Late) { client.customers.list }
    assert_equal [200, "final", nil], [Lomi.interrupted_call.status, Lomi.interrupted_call.outcome,
                                       Lomi.interrupted_call.last]
    assert_raises(Late) { client.customers.delete("c") }
    assert_equal [204, "final"], [Lomi.interrupted_call.status, Lomi.interrupted_call.outcome]
    assert_raises(Late) { client.download(server.url.sub("/v1", "/file?signature=x")) }
    assert_equal [200, "final"], [Lomi.interrupted_call.status, Lomi.interrupted_call.outcome]
  end

  def test_a_call_that_failed_as_it_was_interrupted_is_known
    server = serve { [502, "bad gateway"] }
    given = { amount: 1, currency_code: "XOF", options: { idempotency_key: "order-1" } }
    assert_raises(Late) { interrupted_late(server).checkout_sessions.create(**given) }
    assert_instance_of Lomi::ServerError, Lomi.interrupted_call
    assert_kind_of Lomi::OutcomeUnknown, Lomi.interrupted_call
    assert_equal "order-1", Lomi.interrupted_call.idempotency_key
  end

  def test_an_ended_call_is_forgotten_with_the_next
    server = serve { |request| request["target"].include?("slow") ? :hang : [200, { checkout_session_id: "cs_1" }] }
    client = server.client
    assert_raises(Timeout::Error) { Timeout.timeout(0.1) { client.checkout_sessions.get("slow") } }
    refute_nil Lomi.interrupted_call
    client.checkout_sessions.get("cs_1")
    assert_nil Lomi.interrupted_call
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { sleep } }
    assert_nil Lomi.interrupted_call
  end

  def test_another_thread_runs_while_a_call_waits
    client = hanging.client
    ticks = 0
    ticking = Thread.new { loop { sleep(0.005) and ticks += 1 } }
    assert_raises(Lomi::APITimeoutError) { client.checkout_sessions.get("x", options: { timeout: 0.5 }) }
    ticking.kill
    assert_operator ticks, :>, 40
  end

  def test_ctrl_c_ends_a_call_at_once
    server = hanging
    read, write = IO.pipe
    pid = spawn(RbConfig.ruby, File.expand_path("programs/interrupted.rb", __dir__), server.url, out: write)
    write.close
    server.request
    sleep(0.1)
    started = now
    Process.kill(:INT, pid)
    Process.wait(pid)
    assert_in_delta 0, now - started, 0.5
    assert_equal "Interrupt\nensured\n", read.read
    Timeout.timeout(2) { server.closed.pop }
  end

  def test_a_signal_whose_handler_returns_does_not_end_a_call
    server = serve { sleep(0.4) && [200, { checkout_session_id: "cs_1" }] }
    handled = 0
    before = trap("USR1") { handled += 1 }
    killer = Thread.new { 3.times { sleep(0.1) && Process.kill(:USR1, Process.pid) } }
    assert_equal "cs_1", server.client.checkout_sessions.get("cs_1").checkout_session_id
    killer.join
    assert_equal 3, handled
  ensure
    trap("USR1", before)
  end

  def test_a_handler_that_raises_ends_a_call_with_its_error
    server = hanging
    before = trap("USR1") { raise ArgumentError, "from the handler" }
    Thread.new { sleep(0.2) && Process.kill(:USR1, Process.pid) }
    error, took = timed(ArgumentError) { server.client.checkout_sessions.get("x") }
    assert_equal "from the handler", error.message
    assert_in_delta 0.2, took, 0.2
    Timeout.timeout(2) { server.closed.pop }
  ensure
    trap("USR1", before)
  end

  def test_an_error_of_a_hook_changes_nothing_about_the_call
    server = serve { [200, { checkout_session_id: "cs_1" }] }
    client = server.client(on_response: ->(_) { raise "secret #{KEY}" })
    text = capture_io { 2.times { assert_equal "cs_1", client.checkout_sessions.get("x").checkout_session_id } }.last
    assert_equal 1, text.lines.size
    assert_match(/a hook raised/, text)
    refute_includes text, KEY
  end

  def test_a_hook_may_have_a_time_limit_and_threads_of_its_own
    server = serve { [200, { checkout_session_id: "cs_1" }] }
    made = nil
    hook = lambda do |_|
      Timeout.timeout(5) { sleep(0.01) }
      made = Thread.new { sleep }
    end
    client = server.client(on_request: hook)
    started = now
    client.checkout_sessions.get("x")
    assert_operator now - started, :<, 1
    made.kill
    assert made.join(1), "the thread cannot be ended"
  end

  def test_a_throw_out_of_a_call_ends_it
    server = hanging
    before = trap("USR1") { throw :done }
    Thread.new { sleep(0.2) && Process.kill(:USR1, Process.pid) }
    _, took = timed(Lomi::CancelledError) { catch(:done) { server.client.checkout_sessions.get("x") } }
    assert_in_delta 0.2, took, 0.2
    Timeout.timeout(2) { server.closed.pop }
    client = server.client(on_request: ->(_) { throw :done })
    assert_raises(Lomi::CancelledError) { catch(:done) { client.checkout_sessions.get("x") } }
  ensure
    trap("USR1", before)
  end

  def test_a_hook_may_make_a_call
    server = serve { [200, { checkout_session_id: "cs_1" }] }
    other = server.client
    found = []
    client = server.client(on_request: ->(_) { found << other.checkout_sessions.get("y").checkout_session_id })
    assert_equal "cs_1", client.checkout_sessions.get("x").checkout_session_id
    assert_equal ["cs_1"], found
  end

  # The smallest scheduler that can wait for a thread.
  class Scheduler
    def initialize = @ready = Queue.new
    def block(_, _ = nil) = Fiber.yield
    def unblock(_, fiber) = @ready << [:resume, fiber]
    def interrupt(fiber) = @ready << [:raise, fiber, Late]
    def kernel_sleep(seconds = nil) = block(:sleep, seconds)
    def io_wait(io, _, _) = io
    def fiber(&block) = Fiber.new(blocking: false, &block).tap(&:resume)

    def close
      until (@waiting -= 1).negative?
        how, fiber, *error = @ready.pop
        fiber.public_send(how, *error)
      end
    end

    attr_writer :waiting
  end

  def test_a_fiber_scheduler_is_not_held_up
    server = serve { sleep(0.3) && [200, { checkout_session_id: "cs_1" }] }
    client = server.client
    found = []
    started = now
    Thread.new do
      scheduler = Scheduler.new
      scheduler.waiting = 3
      Fiber.set_scheduler(scheduler)
      3.times { Fiber.schedule { found << client.checkout_sessions.get("x").checkout_session_id } }
    end.join(5)
    assert_equal %w[cs_1 cs_1 cs_1], found
    assert_operator now - started, :<, 0.8
  end

  # What `Lomi.interrupted_call` is in a fiber whose call is ended.
  def interrupted_fiber(client, waiting)
    found = []
    given = { amount: 1, currency_code: "XOF", options: { idempotency_key: "order-1" } }
    Thread.new do
      scheduler = Scheduler.new
      scheduler.waiting = waiting
      Fiber.set_scheduler(scheduler)
      fiber = Fiber.schedule do
        client.checkout_sessions.create(**given)
      rescue Late
        found << Lomi.interrupted_call
      end
      yield scheduler, fiber
    end.join(5)
    assert_equal 1, found.size
    found.first
  end

  def test_a_call_of_a_fiber_that_is_ended_is_known
    server = hanging
    error = interrupted_fiber(server.client, 2) do |scheduler, fiber|
      Thread.new { server.request && scheduler.interrupt(fiber) }
    end
    assert_instance_of Lomi::CancelledError, error
    assert_kind_of Lomi::OutcomeUnknown, error
    assert_equal "order-1", error.idempotency_key
    Timeout.timeout(2) { server.closed.pop }
  end

  def test_a_call_of_a_fiber_that_succeeded_as_it_was_ended_is_known
    ready = Queue.new
    server = serve { [201, { checkout_session_id: "cs_1" }] }
    # The call has its response, and ends after its fiber was ended.
    client = server.client(routes: "current", on_response: ->(_) { (ready << 1) && sleep(0.3) })
    error = interrupted_fiber(client, 2) { |scheduler, fiber| Thread.new { ready.pop && scheduler.interrupt(fiber) } }
    assert_instance_of Lomi::CancelledError, error
    assert_equal ["order-1", 201, "final"], [error.idempotency_key, error.status, error.outcome]
    assert_equal "cs_1", error.last.checkout_session_id
  end
end
