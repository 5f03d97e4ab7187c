# frozen_string_literal: true

require_relative "testing/stub"
require_relative "testing/sandbox"

module Lomi
  # Tests without lomi.: a {Stub} answers calls without sending anything, a {Sandbox} is the API on this machine.
  module Testing
  end
end
