# frozen_string_literal: true

require_relative "helper"

class ThreadsTest < LomiTest
  def test_threads_with_two_keys_mix_nothing_up
    server = serve do |request|
      key = request["headers"]["x-api-key"] || request["headers"]["authorization"]
      [200, { checkout_session_id: request["target"].split("/").last, title: key }]
    end
    keys = %w[lomi_sk_test_first lomi_sk_test_second]
    clients = keys.map { |key| Lomi::Client.new(api_key: key, base_url: server.url) }
    wrong = Array.new(16) do |thread|
      Thread.new do
        Array.new(100) do |n|
          id = "cs-#{thread}-#{n}"
          session = clients[n % 2].checkout_sessions.get(id)
          unless session.checkout_session_id == id && session.title.include?(keys[n % 2])
            [id,
             session.checkout_session_id]
          end
        end.compact
      end
    end.flat_map(&:value)
    assert_empty wrong
  end

  def test_a_key_of_one_call_is_of_no_other
    server = serve { |request| [200, { checkout_session_id: "x", title: request["headers"].values.join(" ") }] }
    client = server.client
    other = client.checkout_sessions.get("x", options: { api_key: "lomi_sk_test_other" })
    assert_includes other.title, "lomi_sk_test_other"
    assert_includes client.checkout_sessions.get("x").title, KEY
  end

  def test_memory_stays_level_over_many_calls
    page = JSON.generate({ data: [{ checkout_session_id: "cs_1", metadata: { a: "x" * 200 } }] * 20 })
    server = serve { [200, page] }
    output, status = program("memory", server.url, ENV.fetch("LOMI_TEST_CALLS", "5000"))
    assert_predicate status, :success?, output
  end
end
