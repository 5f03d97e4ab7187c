# frozen_string_literal: true

module Lomi
  module Packed
    # Why a value cannot be sent: a sentence of the catalogue, and the path to the value. Each value around
    # it adds a step.
    class Refused < StandardError
      attr_reader :path, :sentence, :words

      def initialize(sentence, **words)
        super(sentence)
        @path = []
        @sentence = sentence
        @words = words
      end

      def within(step)
        @path.unshift(step)
        self
      end

      # @param place [String] the name of the whole argument
      def to_error(place, type = ValidationError)
        shown = path.reduce(+"") do |text, step|
          next text << "[#{step}]" if step.is_a?(Integer)

          text << (text.empty? ? step : ".#{step}")
        end
        type.new(Sentences.message(sentence, place: shown.empty? ? place : shown, **words))
      end
    end

    # The deepest nesting of an argument; a cyclic one ends here.
    DEEPEST = 64
    SMALL = (-(2**63)...(2**63))
    EXAMPLE = 'text.encode("UTF-8", "ISO-8859-1")'
    # Names of the parts of a call, with their length.
    PATH, QUERY, BODY = %w[path query body].map { |name| [name.bytesize, name].pack("Na*").freeze }
    # The encodings of text whose encoding is not known: from a socket, or with the locale C.
    BYTES = [Encoding::BINARY, Encoding::US_ASCII].freeze
    private_constant :DEEPEST, :SMALL, :EXAMPLE, :PATH, :QUERY, :BODY, :BYTES

    class << self
      # A value as bytes. The error for a value that cannot be sent names its field, or `place`.
      def dump(value, place: nil, type: ValidationError, out: String.new(encoding: Encoding::BINARY))
        write(out, value, DEEPEST)
      rescue Refused => e
        raise e.to_error(Sentences.message(place || "the_value"), type), cause: nil
      end

      # Appends the values of a call as one map, without those that are nil.
      def input(out, path, query, body)
        start = out.bytesize
        [7, 0, [path, query, body].count { |part| !part.nil? }].pack("CNN", buffer: out)
        dump(path, place: "the_path", out: out << PATH) unless path.nil?
        dump(query, place: "the_query", out: out << QUERY) unless query.nil?
        dump(body, place: "the_body", out: out << BODY) unless body.nil?
        out[start + 1, 4] = [out.bytesize - start - 5].pack("N")
        out
      end

      # Appends a value to bytes.
      def write(out, value, depth)
        case value
        when String then write_text(out, utf8(value))
        when Integer then write_integer(out, value)
        when nil then out << 0
        when false then out << 1
        when true then out << 2
        when Hash then write_map(out, value, depth)
        when Symbol then write_text(out, utf8(value.name))
        when Array then write_list(out, value, depth)
        when Float then write_digits(out, value.to_s)
        else other(out, value, depth)
        end
      end

      # Times have a zone, so the server reads them as they are.
      def text_of_time(value)
        value.strftime("%Y-%m-%dT%H:%M:%S#{'.%6N' unless value.nsec.zero?}#{value.utc? ? 'Z' : '%:z'}")
      end

      # Text as UTF-8. The error for text that is none names it.
      def text_of(text, name = nil)
        utf8(text)
      rescue Refused => e
        raise e.to_error(name || Sentences.message("the_value")), cause: nil
      end

      # Text as UTF-8, with U+FFFD for what is none: for what is only shown, or compared.
      def readable(text)
        text = text.dup.force_encoding(UTF_8) if BYTES.include?(text.encoding)
        text.encode(UTF_8, invalid: :replace, undef: :replace).scrub
      rescue EncodingError
        text.dup.force_encoding(UTF_8).scrub
      end

      private

      def write_integer(out, value)
        SMALL.cover?(value) ? [3, value].pack("Cq>", buffer: out) : write_digits(out, value.to_s)
      end

      def write_text(out, text) = [5, text.bytesize, text].pack("CNa*", buffer: out)

      def write_digits(out, text) = [4, text.bytesize, text].pack("CNa*", buffer: out)

      def write_map(out, hash, depth)
        deeper(depth)
        start = out.bytesize
        [7, 0, hash.size].pack("CNN", buffer: out)
        hash.each do |name, value|
          text = name_of(name)
          # A name and a string at once, which most fields are.
          if value.is_a?(String) && value.encoding == UTF_8 && value.valid_encoding?
            [text.bytesize, text, 5, value.bytesize, value].pack("Na*CNa*", buffer: out)
          else
            [text.bytesize, text].pack("Na*", buffer: out)
            write(out, value, depth - 1)
          end
        rescue Refused => e
          raise text.nil? ? e : e.within(text)
        end
        out[start + 1, 4] = [out.bytesize - start - 5].pack("N")
        out
      end

      def write_list(out, items, depth)
        deeper(depth)
        start = out.bytesize
        [6, 0, items.size].pack("CNN", buffer: out)
        items.each_with_index do |value, position|
          write(out, value, depth - 1)
        rescue Refused => e
          raise e.within(position)
        end
        out[start + 1, 4] = [out.bytesize - start - 5].pack("N")
        out
      end

      def deeper(depth)
        raise Refused.new("too_deep", levels: DEEPEST) if depth.zero?
      end

      def name_of(name)
        return name.name if name.is_a?(Symbol)
        raise Refused.new("name_of_type", kind: name.class) unless name.is_a?(String)

        utf8(name)
      end

      # A string as UTF-8.
      def utf8(text)
        plain = text.encoding
        return text if plain == UTF_8 && text.valid_encoding?

        text = BYTES.include?(plain) ? text.dup.force_encoding(UTF_8) : text.encode(UTF_8)
        return text if text.valid_encoding?

        raise Refused.new("not_utf", example: EXAMPLE)
      rescue EncodingError
        raise Refused.new("not_utf", example: EXAMPLE)
      end

      # Objects of Ruby's libraries and of ours, as the value that JSON has for them.
      def other(out, value, depth)
        return decimal(out, value) if defined?(BigDecimal) && value.is_a?(BigDecimal)

        case value
        when Model then write(out, value.to_h, depth)
        when Time then write(out, text_of_time(value), depth)
        else
          plain = plain(value)
          raise Refused.new("not_sendable", kind: value.class, container: Sentences.message("a_hash")) if plain.nil?

          write(out, plain, depth)
        end
      end

      def plain(value)
        return { "amount" => value.amount, "currency" => value.currency } if money?(value)
        # A Duration of ActiveSupport says that it is a number.
        return value.to_i if value.is_a?(Integer)
        return value.to_f if value.is_a?(Numeric) && value.respond_to?(:in_seconds)
        # Dates, and times of other libraries.
        return value.iso8601 if value.respond_to?(:iso8601)
        return value.to_path if value.respond_to?(:to_path)

        value.to_hash if value.respond_to?(:to_hash)
      end

      def decimal(out, value)
        return write_integer(out, value.to_i) if value.finite? && value.frac.zero?

        write_digits(out, value.to_s("F"))
      end

      # Without loading the class for a program that has none.
      def money?(value) = !Lomi.autoload?(:Money) && value.is_a?(Money)
    end
  end
end
