# frozen_string_literal: true

require_relative "helper"

class ProcessesTest < LomiTest
  SESSION = { checkout_session_id: "cs_1", amount: 1 }.freeze

  def test_a_client_that_was_used_works_in_forked_processes
    server = serve { |request| [200, { checkout_session_id: request["target"].split("/").last }] }
    client = server.client
    assert_equal "parent", client.checkout_sessions.get("parent").checkout_session_id
    20.times do |round|
      pids = Array.new(50) do |n|
        fork do
          id = "child-#{round}-#{n}"
          exit!(client.checkout_sessions.get(id).checkout_session_id == id ? 0 : 1)
        end
      end
      codes = pids.map { |pid| Process.wait2(pid).last.exitstatus }
      assert_equal [0] * 50, codes
      assert_equal "parent", client.checkout_sessions.get("parent").checkout_session_id
    end
  end

  def test_a_fork_during_a_call_of_another_thread
    server = serve { |request| request["target"].include?("slow") ? sleep(0.5) && [200, SESSION] : [200, SESSION] }
    client = server.client
    slow = Thread.new { client.checkout_sessions.get("slow") }
    sleep(0.1)
    pid = fork { exit!(client.checkout_sessions.get("x").amount == 1 ? 0 : 1) }
    assert_equal 0, Process.wait2(pid).last.exitstatus
    assert_instance_of Lomi::Models::CheckoutSession, slow.value
  end

  def test_keys_of_forked_processes_differ
    Lomi::IdempotencyKey.random
    readers = Array.new(20) do
      IO.popen("-") { |pipe| pipe ? pipe.read : print(Lomi::IdempotencyKey.random) }
    end
    assert_equal 20, readers.uniq.size
  end

  def test_calls_may_be_made_while_a_process_ends
    server = serve { |request| [200, { checkout_session_id: request["target"].split("/").last }] }
    output, status = program("at_exit", server.url)
    assert_equal "at exit cs_9\nfinalizer\n", output
    assert_predicate status, :success?
  end

  def test_a_process_ends_right_after_its_first_call
    server = serve { [200, SESSION] }
    file = File.expand_path("programs/one_call.rb", __dir__)
    pids = Array.new(20) { spawn(RbConfig.ruby, file, server.url) }
    codes = Timeout.timeout(30) { pids.map { |pid| Process.wait2(pid).last.exitstatus } }
    assert_equal [0] * 20, codes
  ensure
    pids&.each do |pid|
      Process.kill(:KILL, pid)
    rescue Errno::ESRCH
      nil
    end
  end

  def test_a_server_that_forks_and_preloads_mixes_nothing_up
    skip("puma is not installed") unless Gem::Specification.find_all_by_name("puma").any?
    server = serve do |request|
      id = request["target"].split("/").last
      [200, { checkout_session_id: id, title: request["headers"]["authorization"] || request["headers"]["x-api-key"] }]
    end
    output, status = program("puma_cluster", env: { "LOMI_TEST_URL" => server.url })
    assert_predicate status, :success?, output
    assert_match(/^10000 calls, 4 workers, 0 mixed up$/, output)
  end
end
