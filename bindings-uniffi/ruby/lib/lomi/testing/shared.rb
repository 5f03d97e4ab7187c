# frozen_string_literal: true

require "lomi"

module Lomi
  module Testing
    # One sandbox for all tests of a process. A forked process starts its own.
    module Shared
      class << self
        def sandbox
          return @sandbox if @owner == Process.pid

          @owner = Process.pid
          at_exit { @sandbox.stop if @owner == Process.pid }
          @sandbox = Sandbox.start
        end
      end

      # @return [Sandbox] the sandbox of this process
      def lomi_sandbox = Shared.sandbox

      # @return [Client] a client of that sandbox
      def lomi_client = @lomi_client ||= lomi_sandbox.client
    end
  end
end
