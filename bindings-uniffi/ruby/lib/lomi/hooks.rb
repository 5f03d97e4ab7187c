# frozen_string_literal: true

module Lomi
  # Before a request of a call.
  RequestEvent = Struct.new(:operation, :method, :route, :attempt, :idempotency_key, :request_id, keyword_init: true)

  # After an attempt of a call: its status, or the name of the error's class. `elapsed` is in seconds, and so is
  # `retry_in`, where the call is made again. `text` is a line for a log. No event has a body or a key.
  ResponseEvent = Struct.new(
    :operation, :method, :route, :attempt, :idempotency_key, :request_id, :status, :error, :elapsed, :retry_in, :text,
    keyword_init: true
  )

  # The functions of a client that are told about attempts, as one function for the native library.
  #
  # @api private
  class Hooks
    # Takes the functions out of the options of a client; nil where it has none.
    def self.take(options)
      given = %w[on_request on_response logger].map { |name| options.delete(name) }
      return nil if given.all?(&:nil?)

      options["binding_logs"] = true unless given.last.nil?
      new(*given)
    end

    def initialize(on_request, on_response, logger)
      { "on_request" => on_request, "on_response" => on_response }.each do |name, hook|
        next if hook.nil? || hook.respond_to?(:call)

        raise ConfigurationError, Sentences.message("not_callable", name: name, given: hook.class)
      end
      unless logger.nil? || logger.respond_to?(:info)
        raise ConfigurationError, Sentences.message("not_a_logger", given: logger.class)
      end

      @on_request = on_request
      @on_response = on_response
      @logger = logger
      @reported = false
    end

    # The address of the function, which this object keeps.
    def address
      @function ||= FFI::Function.new(:void, %i[pointer size_t]) { |bytes, size| told(bytes, size) }
      @function.address
    end

    def inspect = "#<#{self.class}>"

    private

    # What a hook raises changes nothing about the call. During the call `Timeout` and others are held back; where
    # a hook blocks they are not, so that it can have time limits of its own.
    def told(bytes, size)
      Interrupts.contained do
        event = Packed.read(bytes.read_bytes(size), 0)
        Thread.handle_interrupt(Object => :on_blocking) { deliver(event) }
      end
    end

    def deliver(event)
      event.delete("event") == "request" ? request(event) : response(event)
    rescue StandardError => e
      report(e)
    end

    def request(event)
      @on_request&.call(RequestEvent.new(**event.transform_keys(&:to_sym)).freeze)
    end

    def response(event)
      event = ResponseEvent.new(**event.transform_keys(&:to_sym)).freeze
      @on_response&.call(event)
      @logger&.info("lomi: #{event.text}")
    end

    def report(error)
      return if @reported

      @reported = true
      text = "#{error.class}: #{error.message}"
      Kernel.warn("lomi: #{Sentences.message('hook_raised', failure: Native.string(:redact, Native.readable(text)))}")
    end
  end
end
