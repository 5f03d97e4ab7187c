# frozen_string_literal: true

# Builds the gem of one platform: the Ruby and the native library, in a folder of its own.
#
#     ruby package.rb LIBRARY FOLDER
#
# `LOMI_GEM_PLATFORM` names a platform other than this machine's.

require "fileutils"
require "rubygems/package"
require "tmpdir"

library, target = ARGV.map { |path| File.expand_path(path) }
Dir.mktmpdir do |folder|
  FileUtils.cp_r(%w[lib sig README.md LICENSE lomi.gemspec].map { |name| File.join(__dir__, name) }, folder)
  place = File.join(folder, "lib/lomi/native/lib")
  FileUtils.mkdir_p(place)
  FileUtils.cp(library, place)
  # As the umask would have it, the same files would give other bytes on another machine.
  FileUtils.chmod(0o644, Dir[File.join(folder, "**/*")].select { |file| File.file?(file) })
  Dir.chdir(folder) do
    spec = Gem::Specification.load("lomi.gemspec")
    file = Gem::DefaultUserInteraction.use_ui(Gem::SilentUI.new) { Gem::Package.build(spec) }
    FileUtils.mv(file, target)
    puts File.join(target, file)
  end
end
