# frozen_string_literal: true

module Lomi
  # The events that a program has missed, each with the cursor after it. After an error or a `break`, iterating the
  # same object continues.
  class MissedEvents
    include Enumerable

    # @api private
    def initialize(since, &next_event)
      since = Packed.text_of_time(since) if since.is_a?(Time)
      since = since.iso8601 if since.respond_to?(:iso8601)
      unless since.is_a?(String)
        raise ValidationError, Sentences.message("not_since", class: "Time", given: since.class)
      end

      @run = Native::Handle.new(:missedevents, Native.number(:missedevents_new, Native.buffer(since, "since")))
      @next_event = next_event
      # One at a time: two threads would make the same request, and take its result twice.
      @mutex = Mutex.new
    end

    # @yieldparam event [Model] the event
    # @yieldparam cursor [String] the cursor after it
    def each
      return enum_for(:each) unless block_given?

      while (found = following)
        yield(*found)
      end
      self
    end

    # The next event and its cursor.
    #
    # @raise [StopIteration] there are no more
    def next = following || raise(StopIteration, "iteration reached an end")

    # @return [String] the cursor after the last event; after the end, that of the next run
    def cursor = Native.string(:missedevents_cursor, @run.passed)

    def inspect = "#<#{self.class}>"

    private

    def following
      @mutex.synchronize do
        event = Result.value(@next_event.call(@run.passed))
        event.nil? ? nil : [event, cursor]
      end
    end
  end
end
