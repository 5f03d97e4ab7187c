# frozen_string_literal: true

module Lomi
  # Values as bytes, as they cross the boundary to the native library. Numbers are big endian. A value is a
  # tag, then:
  #
  # | tag | value | after the tag |
  # |---|---|---|
  # | 0, 1, 2 | nil, false, true | |
  # | 3 | integer | 8 bytes |
  # | 4 | any other number | length, digits |
  # | 5 | string | length, UTF-8 |
  # | 6 | list | size in bytes, count, values |
  # | 7 | map | size in bytes, count, then for each entry: length of the name, name, value |
  # | 8 | object of a model | size, number of the model, number of its fields, places, values |
  #
  # @api private
  module Packed
    UTF_8 = Encoding::UTF_8

    class << self
      # The value at a position.
      def read(bytes, at, response = nil)
        case bytes.getbyte(at)
        when 5 then text(bytes, at + 1)
        when 3 then bytes.unpack1("q>", offset: at + 1)
        when 0 then nil
        when 1 then false
        when 2 then true
        when 8 then Models.at(bytes.unpack1("n", offset: at + 5)).new(bytes, at, response)
        when 6 then read_list(bytes, at, response)
        when 7 then read_map(bytes, at, response)
        when 4 then read_number(text(bytes, at + 1))
        else raise InternalError, "lomi's native part returned bytes that this gem cannot read"
        end
      end

      # Where the value at a position ends.
      def after(bytes, at)
        case bytes.getbyte(at)
        when 0, 1, 2 then at + 1
        when 3 then at + 9
        else at + 5 + bytes.unpack1("N", offset: at + 1)
        end
      end

      # The string at a position, which starts with its length.
      def text(bytes, at)
        bytes.byteslice(at + 4, bytes.unpack1("N", offset: at)).force_encoding(UTF_8)
      end

      private

      def read_list(bytes, at, response)
        count = bytes.unpack1("N", offset: at + 5)
        at += 9
        last = type = nil
        Array.new(count) do
          from = at
          if bytes.getbyte(at) == 8
            # The rows of a page are objects of one model.
            size, number = bytes.unpack("Nn", offset: at + 1)
            type = Models.at(last = number) unless number == last
            at += size + 5
            type.new(bytes, from, response)
          else
            at = after(bytes, at)
            read(bytes, from, response)
          end
        end
      end

      def read_map(bytes, at, response)
        count = bytes.unpack1("N", offset: at + 5)
        at += 9
        map = {}
        count.times do
          name = text(bytes, at)
          at += 4 + name.bytesize
          map[name] = read(bytes, at, response)
          at = after(bytes, at)
        end
        map
      end

      # A number with every digit: a Float where it has them all, otherwise a BigDecimal.
      def read_number(digits)
        return digits.to_i if digits.match?(/\A-?\d+\z/)

        float = Float(digits)
        require "bigdecimal"
        exact = BigDecimal(digits)
        float.finite? && BigDecimal(float.to_s) == exact ? float : exact
      end
    end
  end
end
