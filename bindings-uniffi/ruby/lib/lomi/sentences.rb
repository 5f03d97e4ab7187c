# frozen_string_literal: true

module Lomi
  # Sentences of the catalogue that all languages share, in the language of `LOMI_LANG`.
  #
  # @api private
  module Sentences
    class << self
      def message(name, **words)
        strings = words.to_h { |key, value| [key.name, value.to_s] }
        Native.string(:message, Native.readable(name), Native.pairs(strings), language)
      end

      # The end of a sentence that refuses an unknown name: "; did you mean ...?", or nothing.
      def hint(name, known) = Native.string(:hint, Native.readable(name), Native.strings(known), language)

      private

      def language = Native.optional(ENV.fetch("LOMI_LANG", nil))
    end
  end
end
