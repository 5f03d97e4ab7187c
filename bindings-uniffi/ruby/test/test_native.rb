# frozen_string_literal: true

require_relative "helper"

class NativeTest < LomiTest
  GENERATED = File.expand_path("../../../target/uniffi/ruby/lomi_bridge.rb", __dir__)
  LETTERS = {
    "RustBuffer.by_value" => "b", ":uint64" => "h", ":uint16" => "s", ":uint32" => "i", ":double" => "f",
    ":int8" => "t", ":void" => "v"
  }.freeze

  # What uniffi generates for Ruby, from the crate itself. `.ci/build` makes it.
  def generated
    functions = File.read(GENERATED).scan(/attach_function :(\w+),\s*\[(.*?)\],\s*([\w:.]+)/m)
    functions.to_h do |name, arguments, returned|
      types = arguments.split(",").map(&:strip).reject { |type| type.empty? || type == "RustCallStatus.by_ref" }
      [name.to_sym, [types.map { |type| LETTERS.fetch(type, "?") }.join, LETTERS.fetch(returned, "?")]]
    end
  end

  def test_the_functions_are_those_of_the_crate
    assert_path_exists GENERATED, "run .ci/build first"
    ours = Lomi::Native::Functions.signatures
    assert_operator ours.size, :>, 30
    theirs = generated
    different = ours.reject { |name, signature| signature == theirs[name] }
    assert_empty different
  end

  # uniffi does not check the bytes of an argument that is a string.
  def test_no_function_takes_a_string
    assert_path_exists GENERATED, "run .ci/build first"
    calls = File.read(GENERATED).lines.grep(/rust_call.*:uniffi_/)
    assert_operator calls.size, :>, 30
    assert_empty calls.grep(/alloc_from_string/)
  end

  def test_the_library_refuses_text_that_is_not_utf8
    bytes = ->(text) { Lomi::Native.byte_buffer(text) }
    refused = [
      Lomi::Native.bytes(:money_from_major, bytes["\xF0"], bytes["XOF"]),
      Lomi::Native.bytes(:replay_key, bytes["a\xF0"]),
      Lomi::Native.bytes(:money, bytes["5"], bytes["\xC2"]), Lomi::Native.bytes(:sign, bytes["x"], bytes["\xFF" * 64]),
      Lomi::Native.bytes(:read_object, 0, bytes["{\"a\":\"\xF0\"}"])
    ].map { |result| Lomi::Result.error(result) }
    assert_equal [Lomi::ValidationError] * 5, refused.map(&:class)
    assert_match(/not valid UTF-8/, refused.first.message)
    %i[missedevents_new offline_replay].each do |name|
      assert_raises(Lomi::ValidationError) { Lomi::Native.number(name, bytes["a\xF0"]) }
    end
    assert_equal "a\u{fffd}", Lomi::Native.string(:redact, bytes["a\xF0"])
    options = bytes[Lomi::Packed.dump({ binding: "ruby" })]
    secrets = Lomi::Native.strings(["whsec_x"])
    unsigned = Lomi::Native.bytes(:construct_event, bytes["{}"], bytes["\xF0"], secrets, options)
    assert_instance_of Lomi::SignatureVerificationError, Lomi::Result.error(unsigned)
  end

  def test_what_the_library_does_not_know_is_an_error
    error = Lomi::Result.error(Lomi::Native.bytes(:read_object, 65_535, Lomi::Native.buffer("{}")))
    assert_instance_of Lomi::InternalError, error
    assert_match(/no model 65535/, error.message)
  end

  def test_objects_are_freed
    count = -> { ObjectSpace.each_object(Lomi::Native::Handle).count }
    before = count.call
    500.times { Lomi::Client.new(api_key: KEY) }
    GC.start
    assert_operator count.call - before, :<, 100
  end
end
