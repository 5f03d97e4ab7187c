# frozen_string_literal: true

require_relative "helper"

# The list of options and error members in core/spec/options.json is what the gem has.
class OptionListTest < LomiTest
  LIST = JSON.parse(File.read(File.expand_path("../../../core/spec/options.json", __dir__)))

  def listed(section) = LIST.fetch(section).filter_map { |row| row["ruby"] }.sort

  def test_options_of_a_client_of_a_call_of_a_wait_and_of_a_download
    assert_equal listed("client"), Lomi::Options::CLIENT.sort
    assert_equal listed("call"), Lomi::Options::CALL.sort
    assert_equal listed("wait"), (Lomi::Options::WAIT - Lomi::Options::CALL).sort
    assert_equal listed("download"), Lomi::Options::DOWNLOAD.sort
  end

  # A value of the wrong kind is refused, so the option is read; nothing is sent.
  def test_every_option_is_read
    kinds = { "string" => 5, "number" => "x", "integer" => "x", "boolean" => "x", "map of strings" => 5, "path" => 5,
              "list of paths" => 5, "object" => 5, "function" => 5 }
    LIST.fetch("client").each do |row|
      next if row["ruby"].nil?

      assert_raises(Lomi::ConfigurationError, row["ruby"]) do
        Lomi::Client.new(**{ api_key: KEY, row["ruby"].to_sym => kinds.fetch(row["type"]) })
      end
    end
    client = Lomi::Client.new(api_key: KEY, base_url: "http://127.0.0.1:1", max_retries: 0)
    LIST.fetch("call").each do |row|
      next if row["ruby"].nil?

      options = { row["ruby"] => kinds.fetch(row["type"]) }
      assert_raises(Lomi::ValidationError, Lomi::ConfigurationError, row["ruby"]) do
        client.checkout_sessions.create(amount: 1, currency_code: "XOF", options: options)
      end
    end
  end

  def test_arguments_of_a_webhook_check
    names = Lomi::Webhooks.method(:construct_event).parameters.map { |_, name| name.to_s }
    assert_equal listed("webhook"), names.sort
  end

  def test_members_of_an_error
    members = Lomi::Error.public_instance_methods(false).map(&:to_s) + ["message"]
    assert_equal listed("error"), members.sort
  end
end
