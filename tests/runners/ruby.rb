# frozen_string_literal: true

# The Ruby runner: performs a plan through Lomi::Client, several calls at a time.

require "bigdecimal"
require "json"

$LOAD_PATH.unshift(File.expand_path("../../bindings-uniffi/ruby/lib", __dir__))
require "lomi"

CLIENT = %w[
  api_key environment base_url routes timeout attempt_timeout connect_timeout idle_timeout max_retries headers
  max_connections allow_http api_version ca_files
].freeze

# Numbers that JSON cannot hold: {"$number": "NaN"}.
def exact(value)
  case value
  when Array then value.map { |item| exact(item) }
  when Hash
    digits = value["$number"]
    return value.transform_values { |item| exact(item) } if digits.nil?

    { "NaN" => Float::NAN, "Infinity" => Float::INFINITY, "-Infinity" => -Float::INFINITY }[digits] ||
      (digits.match?(/\A-?\d+\z/) ? Integer(digits, 10) : BigDecimal(digits))
  else value
  end
end

def options(given) = (given || {}).transform_keys(&:to_sym)

# A value as JSON: numbers with every digit.
def show(value)
  case value
  when Lomi::Model then show(value.to_h)
  when Hash then value.transform_values { |item| show(item) }
  when Array then value.map { |item| show(item) }
  when BigDecimal, Float then { "$number" => value.to_s }
  else value
  end
end

def type_of(object) = object.is_a?(Lomi::Model) ? object.class.name.split("::").last : nil

# One object, its type, its response, and the fields that were read in another form.
def give(object)
  read = object.to_h
  originals = read.keys.to_h { |name| [name, show(object.original(name))] }
  originals.reject! { |name, sent| sent == show(read[name]) }
  result = { value: show(read), originals: originals, type: type_of(object) }
  response = object.last_response
  return result if response.nil?

  facts = %i[status attempts request_id idempotency_key replayed warning]
  { **result, facts: facts.to_h { |name| [name, response.public_send(name)] } }
end

def told(error)
  return { kind: "foreign #{error.class}", message: error.message } unless error.is_a?(Lomi::Error)

  names = %i[
    kind status code message details outcome attempts request_id idempotency_key operation retry_after
  ]
  { **names.to_h { |name| [name, show(error.public_send(name))] }, body: error.body&.slice(0, 100) }
end

def walk(sessions, step)
  rows = sessions.list_all(step["query"])
  again = step["resume"]
  items = []
  begin
    items << rows.next.checkout_session_id while items.size < step.fetch("take", 99)
  rescue Lomi::Error => e
    return { items: items, error: told(e) } unless again

    again = false
    retry
  rescue StopIteration
    # The list has ended.
  end
  { items: items }
end

# The result of any operation, and its class; of a list, its rows and theirs.
def operation(client, step, options)
  given = [*step["ids"], *[step["body"] || step["query"]].compact]
  keywords = { options: options }
  keywords[:confirm] = ->(_) { true } if step["confirm"]
  result = client.public_send(step["on"]).public_send(step["verb"], *given, **keywords)
  return { value: show(result), type: type_of(result) } unless result.is_a?(Lomi::Page)

  { value: show(result.data), type: type_of(result.data.first) }
end

def payload(step) = step["payload"] || step["payload_base64"].to_s.unpack1("m")

def webhook(step)
  signature = step["sign_with"] ? Lomi::Webhooks.sign(payload(step), step["sign_with"]) : step["signature"]
  ages = { max_age: step["max_age"], received_at: step["received_at"] }
  give(Lomi::Webhooks.construct_event(payload(step), signature, step["secrets"], **ages))
end

def page(found)
  { page: { data: show(found.data), total: found.total, has_more: found.has_more, next_cursor: found.next_cursor } }
end

def perform(client, step)
  sessions = client.checkout_sessions
  options = options(step["options"])
  case step["do"]
  when "create" then give(sessions.create(step["body"], options: options))
  when "get" then give(sessions.get(step["id"], options: options))
  when "list" then page(sessions.list(step["query"], options: options))
  when "update" then give(sessions.update(step["id"], step["body"], options: options))
  when "delete" then { value: sessions.delete(step["id"], options: options) }
  when "list_all" then walk(sessions, step)
  when "operation" then operation(client, step, options)
  when "request"
    method, path, query, body = step.values_at("method", "path", "query", "body")
    { value: show(client.request(method, path, query: query, body: body, options: options)) }
  when "webhook" then webhook(step)
  when "replay_key"
    event = Lomi::Webhooks.construct_event(payload(step), Lomi::Webhooks.sign(payload(step), "whsec_x"), "whsec_x")
    { text: Lomi::Webhooks::ReplayGuard.key(event) }
  when "sign" then { text: Lomi::Webhooks.sign(payload(step), step["secret"]) }
  when "key_for_order" then { text: Lomi.idempotency_key_for_order(step["order"], step["attempt"]) }
  when "money"
    major = step["major"]
    amount = Lomi::Money.new(step["amount"], step["currency"]) if major.nil?
    amount ||= Lomi::Money.from_major(major, step["currency"])
    { value: { amount: amount.amount, text: amount.to_s } }
  else {}
  end
end

OUTPUT = Mutex.new

# Runs one plan and prints its result.
def run(line)
  plan = exact(JSON.parse(line))
  started = now
  begin
    client = Lomi::Client.new(**options(plan["client"].slice(*CLIENT)))
    plan["before"].each { |step| perform(client, step) }
    sleep(plan["pause_ms"] / 1000.0)
    started = now
    result = perform(client, plan["call"])
  rescue StandardError, SystemStackError => e
    result = { error: told(e) }
  end
  text = JSON.generate({ name: plan["name"], ms: ((now - started) * 1000).round, **result }, max_nesting: 0)
  OUTPUT.synchronize { $stdout.write("#{text}\n") }
end

def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

$stdout.sync = true
lines = Queue.new
$stdin.each_line { |line| lines << line }
lines.close
Array.new(24) do
  Thread.new do
    while (line = lines.pop)
      run(line)
    end
  end
end.each(&:join)
sleep(0.1)
