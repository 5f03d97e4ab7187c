# frozen_string_literal: true

# Loads every file of the gem: `ruby -w` prints nothing about it.

module Quiet
  def warn(message, **) = message.include?("lomi") || message.include?("Lomi") ? super : nil
end
Warning.singleton_class.prepend(Quiet)

$LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
require "lomi"
Lomi.eager_load!
require "lomi/testing/shared"
require "lomi/rails"
require "lomi/sinatra"
