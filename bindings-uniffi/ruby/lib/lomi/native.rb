# frozen_string_literal: true

require "ffi"

module Lomi
  # The native library, which has everything that is the same in every language.
  #
  # @api private
  module Native
    # Bytes of a status: its code, and the buffer of its error.
    STATUS = 32
    private_constant :STATUS

    class << self
      # Calls the block with a status, and returns its result. Raises the error that the status has.
      def checked
        status = FFI::MemoryPointer.new(:uint8, STATUS)
        result = yield status
        failed(status) unless status.get_int8(0).zero?
        result
      end

      # Calls a function that returns bytes, such as a result.
      def bytes(name, *arguments)
        checked { |status| Functions.public_send(name, *arguments, status) }.take_bytes
      end

      # Calls a function that returns a string.
      def string(name, *arguments)
        checked { |status| Functions.public_send(name, *arguments, status) }.take.force_encoding(Encoding::UTF_8)
      end

      # Calls a function that returns a string or none.
      def optional_string(name, *arguments)
        taken = checked { |status| Functions.public_send(name, *arguments, status) }.take
        taken.getbyte(0).zero? ? nil : taken.byteslice(5..).force_encoding(Encoding::UTF_8)
      end

      # Calls a function that returns a number.
      def number(name, *arguments) = checked { |status| Functions.public_send(name, *arguments, status) }

      # Arguments. What `raw` gets is in uniffi's form already.
      def raw(bytes) = Buffer.of(bytes)
      def byte_buffer(bytes) = Buffer.of_bytes(bytes)

      # Text that must be UTF-8. The error for any other names it.
      def buffer(text, name = nil) = byte_buffer(Packed.text_of(text, name))

      # Text that is only shown, or compared.
      def readable(text) = byte_buffer(Packed.readable(text))

      def optional(text) = raw(text.nil? ? "\0" : "\x01".b << sized(text))
      def strings(list) = raw([list.size].pack("N") + list.map { |one| sized(one) }.join)
      def pairs(hash) = raw([hash.size].pack("N") + hash.flatten.map { |one| sized(one) }.join)

      # Loads the library and compares its version with that of the Ruby.
      def load!
        file = Library.path
        begin
          Functions.load(file)
        rescue LoadError, FFI::NotFoundError => e
          raise LoadError, Library.broken(file, e.message.lines.first.to_s.strip)
        end
        compare(file)
      end

      private

      def sized(text)
        text = Packed.readable(text)
        [text.bytesize, text].pack("Na*")
      end

      def compare(file)
        convention = Functions.contract_version
        unless convention == Functions::CONTRACT
          raise LoadError, Library.broken(file, "its calling convention is #{convention}, not #{Functions::CONTRACT}")
        end

        version = string(:version)
        raise LoadError, Library.broken(file, "its version is #{version}, not #{VERSION}") if version != VERSION
        return if string(:table_digest) == TABLE_DIGEST

        raise LoadError, Library.broken(file, "its operations and fields are not those of this gem")
      end

      # Code 1 has the packed error of a constructor, any other the message of a panic.
      def failed(status)
        error = Buffer.new(status + 8).take
        raise Result.error(error.byteslice(8..)) if status.get_int8(0) == 1

        raise InternalError, "lomi failed: #{error.force_encoding(Encoding::UTF_8).scrub}"
      end
    end
  end
end

require_relative "native/library"
require_relative "native/buffer"
require_relative "native/functions"
require_relative "native/handle"

Lomi::Native.load!
