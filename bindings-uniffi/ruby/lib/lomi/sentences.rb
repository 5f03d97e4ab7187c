# frozen_string_literal: true

module Lomi
  # Sentences of the catalogue that all languages share, in the language of `LOMI_LANG`.
  #
  # @api private
  module Sentences
    class << self
      def message(name, **words)
        strings = words.to_h { |key, value| [key.name, value.to_s] }
        Native.string(:message, Native.buffer(name), Native.pairs(strings), Native.optional(ENV.fetch("LOMI_LANG", nil)))
      end

      # The name that was probably meant.
      def nearest(name, known)
        Native.optional_string(:nearest, Native.buffer(name), Native.strings(known))
      end

      # "; did you mean ...?", or nothing.
      def hint(name, known)
        close = nearest(name, known)
        close.nil? ? "" : "; #{message('did_you_mean', name: close)}"
      end
    end
  end
end
