# frozen_string_literal: true

require_relative "lib/lomi/version"

# One gem for each platform: `LOMI_GEM_PLATFORM` names it, and its native library lies in lib/lomi/native/lib.
Gem::Specification.new do |spec|
  spec.name = "lomi"
  spec.version = Lomi::VERSION
  spec.summary = "Client of the lomi. API"
  spec.description = "Payments in West Africa with lomi.: checkout, refunds, payouts, subscriptions, webhooks. " \
                     "Calls are repeated only where no money can move twice."
  spec.authors = ["lomi."]
  spec.homepage = "https://github.com/lomiafrica/lomi-sdk"
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.1"
  spec.platform = ENV.fetch("LOMI_GEM_PLATFORM", Gem::Platform.local.to_s)
  spec.files = Dir.chdir(__dir__) do
    Dir["lib/**/*.rb", "lib/lomi/native/lib/*", "sig/**/*.rbs", "README.md", "LICENSE"]
  end
  spec.require_paths = ["lib"]
  spec.add_dependency "bigdecimal", ">= 3.0"
  spec.add_dependency "ffi", ">= 1.15", "< 2"
  spec.metadata = { "rubygems_mfa_required" => "true" }
end
