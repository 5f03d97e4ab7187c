# frozen_string_literal: true

module Lomi
  # Calls that `Timeout.timeout`, `Thread#raise`, `Thread#kill` and signals end at once.
  #
  # The native library waits without the interpreter's lock and asks every 50 ms, and whenever a signal wakes
  # it, whether to continue. What Ruby would raise in the middle of a call is kept until the call has ended and
  # its result is freed: then its connection is closed, and nothing leaks.
  #
  # @api private
  module Interrupts
    KEY = :__lomi_interrupt__
    LAST = :__lomi_interrupted_call__
    # A `throw` that was stopped.
    CUT = Object.new.freeze
    HELD_BACK = { Object => :never }.freeze
    private_constant :KEY, :LAST, :CUT, :HELD_BACK

    class << self
      # Calls the block with the address of the function that asks. Returns its result.
      def guard(&block)
        return apart(&block) if Fiber.current_scheduler

        # Before anything is held back: FFI starts a thread of its own with its first function, and a thread takes
        # over what its creator holds back. It could then not be ended at the end of the process.
        function = check
        thread = Thread.current
        Thread.handle_interrupt(HELD_BACK) do
          result = yield(function.address)
          raised = thread[KEY]
          interrupted(result, raised) if raised || Thread.pending_interrupt?
          result
        ensure
          thread[KEY] = nil if thread[KEY]
        end
      end

      # Runs Ruby within a function of the native library. Nothing may jump over the frames of that function:
      # what is raised, such as by the handler of a signal, ends the call, and is raised then. A `throw` ends it
      # with a {CancelledError}.
      def contained
        whole = false
        value = yield
        whole = true
        value
      rescue Exception => e # rubocop:disable Lint/RescueException
        whole = true
        keep(e)
      ensure
        unless whole
          keep(CUT)
          return true # rubocop:disable Lint/EnsureReturn
        end
      end

      # The error of the call that was ended last in this thread.
      def last = Thread.current.thread_variable_get(LAST)

      private

      # Keeps the error of a call that was ended, and raises what a handler raised. What another thread raises
      # comes by itself, at the end of `handle_interrupt`.
      def interrupted(result, raised)
        error = Result.error(result) if result.getbyte(0) == Result::ERROR
        Thread.current.thread_variable_set(LAST, error) if error.is_a?(CancelledError)
        raise(raised) unless raised.nil? || raised == CUT
      end

      # Made at the first call: a server that forks then finds no thread of FFI in the parent. Two threads may make
      # one each, so the caller keeps its own as long as it is used.
      def check = @check ||= FFI::Function.new(:int, []) { interrupted? ? 1 : 0 }

      # All within the block: Ruby runs the handlers of signals after any call. FFI loses what they raise outside.
      def interrupted? = contained { Thread.current[KEY] ? true : Thread.pending_interrupt? }

      def keep(exception)
        Thread.current[KEY] ||= exception
        true
      end

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
