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
    # The result or the error of a call that was ended: of the thread, and under a scheduler of the fiber.
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
        thread.thread_variable_set(LAST, nil)
        result = raised = nil
        begin
          Thread.handle_interrupt(HELD_BACK) do
            result = yield(function.address)
            raised = thread[KEY]
            raise(raised) unless raised.nil? || raised.equal?(CUT)
          ensure
            thread[KEY] = nil if thread[KEY]
          end
          returned = raised.nil? || result.getbyte(0) != Result::ERROR
        ensure
          # What another thread raises comes at the end of `handle_interrupt`, also after a call that succeeded.
          thread.thread_variable_set(LAST, result) unless returned
        end
        result
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

      # The error of the last call, where it was ended.
      def last
        thread = Thread.current
        return thread[LAST] = error_of(thread[LAST]) if Fiber.current_scheduler

        error = error_of(thread.thread_variable_get(LAST))
        thread.thread_variable_set(LAST, error)
        error
      end

      private

      def error_of(kept)
        return kept unless kept.is_a?(String)

        kept.getbyte(0) == Result::ERROR ? Result.error(kept) : Result.interrupted(kept)
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
        check # before anything is held back, as in `guard`
        Thread.current[LAST] = nil
        result = failure = nil
        thread = Thread.new do
          Thread.handle_interrupt(HELD_BACK) { result = guard(&block) }
        rescue Exception => e # rubocop:disable Lint/RescueException
          failure = e
        end
        thread.join
        returned = true
        raise(failure) unless failure.nil?

        result
      ensure
        # The call has then ended, and its result is known.
        thread&.kill&.join
        kept = thread&.thread_variable_get(LAST)
        kept = result if kept.nil? && !returned
        Thread.current[LAST] = kept
      end
    end
  end
end
