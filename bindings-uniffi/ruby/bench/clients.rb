# frozen_string_literal: true

# The clients that the bench measures in Ruby, each as a program would use it.
#
# A client has its calls as methods: `create`, `get`, `list` (two fields of each row are read), `list_all` (all
# fields of all rows as hashes), and `walk` (an Enumerable of all rows, with a method for a field).

require "json"
require "net/http"

KEY = "lomi_sk_test_bench"
BODY = {
  amount: 15_000, currency_code: "XOF", title: "Coffee Beans - 1kg", success_url: "https://example.com/success",
  cancel_url: "https://example.com/cancel"
}.freeze

# Ours.
class Lomis
  def initialize(url)
    require "lomi"
    settings = { base_url: "#{url}/v1", routes: "documented", ca_file: ENV.fetch("LOMI_BENCH_CA", nil) }
    @sessions = Lomi::Client.new(api_key: KEY, **settings).checkout_sessions
  end

  def create = @sessions.create(BODY).checkout_session_id
  def get = @sessions.get("cs_1").status
  def list = @sessions.list(limit: 100).count { |row| row.status && row.amount.positive? }
  def list_all = @sessions.list(limit: 100).map(&:to_h).size
  def walk = @sessions.list_all(limit: 100)
  def status(row) = row.status
  def amount(row) = row.amount
end

# Ruby's own, with a connection that is kept.
class NetHttps
  HEADERS = { "X-API-KEY" => KEY, "Accept" => "application/json", "Content-Type" => "application/json" }.freeze

  def initialize(url)
    @base = URI(url)
    @http = Net::HTTP.new(@base.host, @base.port, nil)
    @http.use_ssl = @base.scheme == "https"
    @http.ca_file = ENV.fetch("LOMI_BENCH_BUNDLE", nil) if @http.use_ssl?
    @http.start
  end

  def create
    made = @http.post("#{@base.path}/v1/checkout_sessions", JSON.generate(BODY), HEADERS)
    decoded(made)["checkout_session_id"]
  end

  def get = read("/v1/checkout_sessions/cs_1")["status"]
  def list = read("/v1/checkout_sessions?limit=100")["data"].count { |row| row["status"] && row["amount"].positive? }
  def list_all = read("/v1/checkout_sessions?limit=100")["data"].size
  def status(row) = row["status"]
  def amount(row) = row["amount"]

  def walk
    Enumerator.new do |rows|
      offset = 0
      loop do
        page = read("/v1/checkout_sessions?limit=100&offset=#{offset}")["data"]
        page.each { |row| rows << row }
        break if page.size < 100

        offset += page.size
      end
    end
  end

  private

  def read(path) = decoded(@http.get("#{@base.path}#{path}", HEADERS))

  def decoded(response)
    raise "status #{response.code}" unless response.is_a?(Net::HTTPSuccess)

    JSON.parse(response.body)
  end
end

CLIENTS = { "lomi" => Lomis, "net-http" => NetHttps }.freeze
