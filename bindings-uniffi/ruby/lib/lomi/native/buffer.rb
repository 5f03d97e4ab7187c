# frozen_string_literal: true

module Lomi
  module Native
    # A `RustBuffer` of uniffi: bytes that Rust allocates and frees. One that is passed to a function
    # belongs to it; one that is returned is freed by {#take}.
    class Buffer < FFI::Struct
      layout :capacity, :uint64, :len, :uint64, :data, :pointer

      # A buffer with these bytes.
      def self.of(bytes)
        size = bytes.bytesize
        buffer = Native.checked { |status| Functions.buffer_alloc(size, status) }
        return buffer if size.zero?

        buffer[:data].put_bytes(0, bytes)
        buffer[:len] = size
        buffer
      end

      # The same for an argument that is a list of bytes, which has its length in front.
      def self.of_bytes(bytes) = of([bytes.bytesize, bytes].pack("Na*"))

      # The bytes; frees the buffer.
      def take
        size = self[:len]
        size.zero? ? +"" : self[:data].read_bytes(size)
      ensure
        Native.checked { |status| Functions.buffer_free(self, status) }
      end

      # The bytes of a result that is a list of bytes; frees the buffer.
      def take_bytes
        self[:data].get_bytes(4, self[:len] - 4)
      ensure
        Native.checked { |status| Functions.buffer_free(self, status) }
      end
    end
    private_constant :Buffer
  end
end
