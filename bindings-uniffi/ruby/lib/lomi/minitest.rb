# frozen_string_literal: true

require "minitest"
require "lomi/testing/shared"

# `require "lomi/minitest"` gives every test `lomi_sandbox` and `lomi_client`.
Minitest::Test.include(Lomi::Testing::Shared)
