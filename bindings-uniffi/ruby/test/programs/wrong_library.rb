# frozen_string_literal: true

# Loads the gem with a native part that does not fit, and prints the sentence.

$LOAD_PATH.unshift(File.expand_path("../../lib", __dir__))
require "lomi/version"

if ARGV.first == "missing"
  ENV["LOMI_RUBY_NATIVE_PATH"] = "/nowhere/liblomi_uniffi.so"
else
  name = ARGV.first == "digest" ? :TABLE_DIGEST : :VERSION
  Lomi.send(:remove_const, name)
  Lomi.const_set(name, "0.0.1")
end

begin
  require "lomi"
rescue LoadError => e
  puts e.message
  exit(e.message.include?("install the gem again"))
end
exit(1)
