# frozen_string_literal: true

require "rspec/core"
require "lomi/testing/shared"

# `require "lomi/rspec"` gives every example `lomi_sandbox` and `lomi_client`.
RSpec.configure { |config| config.include(Lomi::Testing::Shared) }
