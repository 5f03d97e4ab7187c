# frozen_string_literal: true

module Lomi
  # Whether a call was done whose outcome was unknown: `done` with its object, `not_done`, or `ambiguous` with the
  # candidates, the reason, and the seconds after which to ask again.
  FoundOutcome = Struct.new(:outcome, :object, :candidates, :reason, :ask_again_after, keyword_init: true) do
    def done? = outcome == "done"
    def not_done? = outcome == "not_done"
    def ambiguous? = outcome == "ambiguous"

    # @api private
    def self.find(error_or_text, known_ids, timeout)
      text = error_or_text.is_a?(Error) ? error_or_text.unknown_call : error_or_text
      unless text.is_a?(String)
        raise ValidationError,
              Lomi::Sentences.message("no_unknown_call", given: error_or_text.class)
      end

      options = Packed.dump({ known_ids: ids(known_ids), timeout: timeout }.compact)
      found = Result.value(yield(Native.buffer(text), Native.byte_buffer(options)))
      objects = found.delete("objects")
      members = found.transform_keys(&:to_sym)
      members[:object] = objects.first if members[:outcome] == "done"
      members[:candidates] = objects if members[:outcome] == "ambiguous"
      new(**members).freeze
    end

    # @api private
    def self.ids(given)
      return given.to_a if given.respond_to?(:to_a) && given.to_a.all?(String)

      raise ValidationError, Sentences.message("not_ids", name: "known_ids", given: given.class)
    end
  end
end
