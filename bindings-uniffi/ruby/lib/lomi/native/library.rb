# frozen_string_literal: true

module Lomi
  module Native
    # The file of the native library: in the gem for this platform, or built in the repository.
    module Library
      # The platforms that have a gem.
      PLATFORMS = %w[
        x86_64-linux x86_64-linux-musl aarch64-linux aarch64-linux-musl x86_64-darwin arm64-darwin
        x64-mingw-ucrt
      ].freeze

      FOLDER = File.expand_path("lib", __dir__)
      REPOSITORY = File.expand_path("../../../../../target/debug", __dir__)

      class << self
        # @return [String] the path of the file
        # @raise [LoadError] there is none for this platform
        def path
          given = ENV.fetch("LOMI_RUBY_NATIVE_PATH", "")
          return given unless given.empty?

          candidates = [File.join(FOLDER, name), File.join(REPOSITORY, name)]
          candidates.find { |file| File.file?(file) } || raise(LoadError, missing)
        end

        # The sentence for a library that cannot be loaded, or that is of another version.
        def broken(file, why)
          "lomi cannot load its native part #{file}: #{why}. It was built for another system or another " \
            "version: install the gem again on the machine that runs the program."
        end

        private

        def name
          case RbConfig::CONFIG["host_os"]
          when /darwin/ then "liblomi_uniffi.dylib"
          when /mswin|mingw/ then "lomi_uniffi.dll"
          else "liblomi_uniffi.so"
          end
        end

        def missing
          platform = Gem::Platform.local.to_s
          "lomi needs its native part for this system (#{platform}), which is not in this gem. There are gems " \
            "for #{PLATFORMS.join(', ')}. With Bundler, add the platform: bundle lock --add-platform " \
            "#{platform}, then bundle install; without, gem install lomi --platform #{platform}."
        end
      end
    end
    private_constant :Library
  end
end
