# frozen_string_literal: true

module Lomi
  # What a function of the native library returns: a tag, the length of the body, the body, and the
  # metadata of the response.
  #
  # @api private
  module Result
    NOTHING = 0
    ONE = 1
    PAGE = 2
    ERROR = 4
    BYTES = 5

    # The name of the member that has a warning, as the metadata has it.
    WARNING = "\0\0\0\x07warning".b.freeze
    private_constant :WARNING

    class << self
      # The value of a result; raises its error.
      def value(bytes)
        tag = bytes.getbyte(0)
        raise error(bytes) if tag == ERROR
        return nil if tag == NOTHING

        size = bytes.unpack1("N", offset: 1)
        return bytes.byteslice(5, size) if tag == BYTES

        bytes.freeze
        Packed.read(bytes, 5, response(bytes, 5 + size))
      end

      # The rows of a page and its response; nil at the end of a list.
      def page(bytes)
        rows = value(bytes)
        rows && [rows, Response.new(bytes, 5 + bytes.unpack1("N", offset: 1))]
      end

      # The error of a result.
      def error(bytes)
        members = Packed.read(bytes.freeze, 5)
        name = members["class"]
        type = name == "LomiError" || !Lomi.const_defined?(name, false) ? Error : Lomi.const_get(name, false)
        error = type.new(members["message"], members)
        error.extend(OutcomeUnknown) if members["outcome_unknown"] && !error.is_a?(OutcomeUnknown)
        error
      end

      # The error of a call that had succeeded when its caller was interrupted.
      def interrupted(bytes)
        at = 5 + bytes.unpack1("N", offset: 1)
        members = Packed.read(bytes.freeze, at) || {}
        members["outcome"] = "final"
        members["last"] = Packed.read(bytes, 5, Response.new(bytes, at)) if bytes.getbyte(0) == ONE
        CancelledError.new(Sentences.message("interrupted_after_the_end"), members)
      end

      private

      # A webhook's event has no response.
      def response(bytes, at)
        return nil if bytes.getbyte(at).zero?

        response = Response.new(bytes, at)
        warn("lomi: #{response.warning}") if bytes.index(WARNING, at) && response.warning
        response
      end
    end
  end
end
