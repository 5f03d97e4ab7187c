# frozen_string_literal: true

require_relative "helper"

# The signatures in `sig` are valid RBS, and name every public method of the gem.
class SignaturesTest < LomiTest
  SIG = File.expand_path("../sig", __dir__)

  # Rooms whose methods are for the gem itself, by the first part of their name.
  OWN = %w[
    Native Packed Result Interrupts Options Hooks Sentences PageRequest Rails Sinatra Webhooks::Delivery
    Webhooks::ReplayGuard::Memory Testing::Shared
  ].freeze
  # Methods of Ruby's own protocols, and those marked as private with `@api private`.
  PROTOCOL = %i[
    inspect to_s == eql? hash marshal_dump marshal_load initialize call next_page with_second_call find ids
    deconstruct_keys at number page
  ].freeze

  def setup
    require "rbs"
  rescue LoadError
    skip("rbs is not installed")
  end

  def environment
    loader = RBS::EnvironmentLoader.new
    loader.add(library: "bigdecimal", version: nil)
    loader.add(path: Pathname(SIG))
    RBS::Environment.from_loader(loader).resolve_type_names
  end

  def rooms(room = Lomi)
    inner = room.constants(false).map { |name| room.const_get(name) }.grep(Module)
    inner.select { |one| one.name.start_with?("Lomi::") }.flat_map { |one| [one, *rooms(one)] }.uniq
  end

  def test_every_public_method_has_a_signature
    Lomi.eager_load!
    builder = RBS::DefinitionBuilder.new(env: environment)
    missing = rooms.flat_map do |room|
      short = room.name.delete_prefix("Lomi::")
      next [] if OWN.any? { |own| short == own || short.start_with?("#{own}::") }

      type = RBS::TypeName.new(name: short.split("::").last.to_sym, namespace: namespace(short))
      [[:build_instance, room.public_instance_methods(false)], [:build_singleton, room.singleton_methods(false)]]
        .flat_map do |build, names|
          known = builder.public_send(build, type).methods
          # The events are frozen.
          names = names.grep_v(/=\z|\A\[\]\z/) if room < Struct
          (names - PROTOCOL - known.keys).map { |name| "#{room}: #{name}" }
        end
    end
    assert_empty missing
  end

  def namespace(short)
    RBS::Namespace.new(path: [:Lomi, *short.split("::")[0..-2].map(&:to_sym)], absolute: true)
  end

  def test_the_signatures_are_valid
    program = Gem.bin_path("rbs", "rbs")
    output = IO.popen([RbConfig.ruby, program, "-r", "bigdecimal", "-I", SIG, "validate"], err: %i[child out], &:read)
    assert_predicate $CHILD_STATUS, :success?, output
  end
end
