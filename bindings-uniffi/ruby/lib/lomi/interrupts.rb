# frozen_string_literal: true

module Lomi
  # Calls that `Timeout.timeout`, `Thread#raise`, `Thread#kill` and signals end at once.
  #
  # The native library waits without the interpreter's lock and asks every 50 ms, and whenever a signal wakes
  # it, whether to go on. What Ruby would raise in the middle of a call is kept until the call has ended and
  # its result is freed: then its connection is closed, and nothing leaks.
  #
  # @api private
  module Interrupts
    KEY = :__lomi_interrupt__
    LAST = :__lomi_interrupted_call__
    private_constant :KEY, :LAST

    class << self
      # Calls the block with the address of the function that asks. Returns its result.
      def guard(&block)
        return apart(&block) if Fiber.current_scheduler

        Thread.handle_interrupt(Object => :never) do
          result = yield(check.address)
          raised = Thread.current[KEY]
          interrupted(result, raised) if raised || Thread.pending_interrupt?
          result
        ensure
          Thread.current[KEY] = nil
        end
      end

      # What a handler of a signal raised while a function of the native library ran: the call ends, then it
      # is raised.
      def keep(exception)
        Thread.current[KEY] ||= exception
      end

      # The error of the call that was ended last in this thread.
      def last = Thread.current.thread_variable_get(LAST)

      private

      # Keeps the error of a call that was ended, and raises what a handler raised. What another thread raises
      # comes by itself, at the end of `handle_interrupt`.
      def interrupted(result, raised)
        error = Result.error(result) if result.getbyte(0) == Result::ERROR
        Thread.current.thread_variable_set(LAST, error) if error.is_a?(CancelledError)
        raise(raised) if raised
      end

      # Made at the first call: a server that forks then finds no thread of FFI in the parent.
      def check = @check ||= FFI::Function.new(:int, []) { interrupted? ? 1 : 0 }

      def interrupted?
        return true if Thread.current[KEY]

        # Returning from a method runs the handlers of signals, which may raise: inside of this `begin`.
        look
      rescue Exception => e # rubocop:disable Lint/RescueException
        keep(e)
        true
      end

      def look = Thread.pending_interrupt?

      # Under a fiber scheduler, a thread waits for the server in place of the scheduler's.
      def apart(&block)
        thread = Thread.new do
          Thread.current.report_on_exception = false
          guard(&block)
        end
        thread.value
      ensure
        thread&.kill
      end
    end
  end
end
