# frozen_string_literal: true

module Lomi
  module Native
    # An object of the native library, which is freed with this one.
    class Handle
      # @param kind [Symbol] the name of the object's type, such as `:pager`
      def initialize(kind, handle)
        @clone = :"clone_#{kind}"
        @handle = handle
        ObjectSpace.define_finalizer(self, Handle.free(:"free_#{kind}", handle))
      end

      # A procedure that does not refer to the object, which it would keep.
      def self.free(name, handle)
        proc { Native.checked { |status| Functions.public_send(name, handle, status) } }
      end

      # A handle for one function, which consumes it.
      def passed = Native.checked { |status| Functions.public_send(@clone, @handle, status) }

      # No address in what is shown.
      def inspect = "#<#{self.class}>"
    end
  end
end
