# frozen_string_literal: true

module Lomi
  module Native
    # The functions that the crate `lomi-uniffi` exports, in the form of uniffi: every argument that is no
    # number is a buffer, the last argument is the status, and a handle that is passed is consumed.
    #
    # Written by hand: what uniffi generates for Ruby holds the lock of the interpreter during a call,
    # compares no version, warns under `ruby -w`, and is ten times as long. A test compares both.
    module Functions
      extend FFI::Library

      # The version of uniffi's calling convention that this file follows.
      CONTRACT = 30

      class << self
        # The arguments and the result of each function by its symbol, in the letters of TYPES.
        def signatures = @signatures ||= {}

        def load(file)
          ffi_lib(file)
          attach_function(:contract_version, :ffi_lomi_uniffi_uniffi_contract_version, [], :uint32)
          attach_buffers
          attach_values
          attach_objects
          attach_calls
        end

        private

        def attach_buffers
          buffer = Buffer.by_value
          attach_function(:buffer_alloc, :ffi_lomi_uniffi_rustbuffer_alloc, %i[uint64 pointer], buffer)
          attach_function(:buffer_free, :ffi_lomi_uniffi_rustbuffer_free, [buffer, :pointer], :void)
        end

        # A function: its arguments by one letter each, and what it returns.
        def function(name, arguments, returned = "b", kind: "func", as: name, **options)
          types = arguments.each_char.map { |letter| TYPES.fetch(letter) }
          symbol = :"uniffi_lomi_uniffi_fn_#{kind}_#{name}"
          signatures[symbol] = [arguments, returned]
          attach_function(as, symbol, [*types, :pointer], TYPES.fetch(returned), **options)
        end

        def attach_values
          function(:version, "")
          function(:table_digest, "")
          function(:construct_event, "bbbb")
          function(:sign, "bb")
          function(:replay_key, "b")
          function(:webhook_refusal, "bb")
          function(:webhook_max_body, "", "i")
          function(:webhook_body_too_large, "")
          function(:webhook_body_already_read, "")
          function(:money, "bb")
          function(:money_from_major, "bb")
          function(:idempotency_key, "")
          function(:idempotency_key_for_order, "bb")
          function(:message, "bbb")
          function(:hint, "bbb")
          function(:nothing_to_confirm, "")
          function(:redact, "b")
          function(:redact_all, "b")
          function(:payment_required, "b")
          function(:read_object, "sb")
        end

        def attach_objects
          %i[bridgeclient pager missedevents offline memorystore].each do |object|
            function(object, "h", "h", kind: "clone", as: :"clone_#{object}")
            function(object, "h", "v", kind: "free", as: :"free_#{object}")
          end
          function(:bridgeclient_new, "bhb", "h", kind: "constructor")
          function(:bridgeclient_about, "h", kind: "method")
          function(:pager_new, "bsb", "h", kind: "constructor")
          function(:pager_fork, "h", "h", kind: "method")
          function(:missedevents_new, "b", "h", kind: "constructor")
          function(:missedevents_cursor, "h", kind: "method")
          function(:offline_new, "", "h", kind: "constructor")
          function(:offline_replay, "b", "h", kind: "constructor")
          function(:offline_respond, "hbsb", kind: "method")
          function(:offline_fail, "hbb", kind: "method")
          function(:offline_requests, "h", kind: "method")
          function(:memorystore_new, "i", "h", kind: "constructor")
          function(:memorystore_remember, "hbf", "t", kind: "method")
          function(:memorystore_forget, "hb", "v", kind: "method")
        end

        # What waits for a server: without the interpreter's lock, so that other threads run.
        def attach_calls
          waits = { kind: "method", blocking: true }
          function(:bridgeclient_call_blocking, "hbh", **waits)
          function(:bridgeclient_next_page_blocking, "hhbh", **waits)
          function(:bridgeclient_next_event_blocking, "hhh", **waits)
          function(:bridgeclient_find_outcome_blocking, "hbbh", **waits)
        end
      end

      # Buffer, handle (or address), u16, u32, f64, bool, nothing.
      TYPES = {
        "b" => Buffer.by_value, "h" => :uint64, "s" => :uint16, "i" => :uint32, "f" => :double, "t" => :int8,
        "v" => :void
      }.freeze
      private_constant :TYPES
    end
  end
end
