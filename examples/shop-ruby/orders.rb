# frozen_string_literal: true

# The orders, in SQLite, and what an event of lomi. does to them.

require "securerandom"
require "sqlite3"

Order = Struct.new(
  :id,
  :amount, # F CFA, which has no smaller unit
  :status, # pending, paid or refunded
  :note,
  :attempt,
  :session_id,
  :checkout_url,
  :failed, # 1 after a payment that was refused
  :transaction_id,
  :paid_count,
  :refund_id,
  :refund_call, # "asked", or what find_outcome needs if the outcome is unknown
  :refund_note,
  keyword_init: true
)

# One connection for each thread.
class Orders
  TABLES = <<~SQL
    CREATE TABLE IF NOT EXISTS orders (
      id TEXT PRIMARY KEY, amount INTEGER NOT NULL, status TEXT NOT NULL DEFAULT 'pending', note TEXT,
      attempt INTEGER NOT NULL DEFAULT 1, session_id TEXT, checkout_url TEXT, failed INTEGER NOT NULL DEFAULT 0,
      transaction_id TEXT, paid_count INTEGER NOT NULL DEFAULT 0, refund_id TEXT, refund_call TEXT, refund_note TEXT
    );
    CREATE TABLE IF NOT EXISTS events (key TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, cursor TEXT NOT NULL);
  SQL

  def initialize(file)
    @file = file
    db.execute("PRAGMA journal_mode = WAL") # pages can be read while an event is written
    db.execute_batch(TABLES)
  end

  def add(amount)
    id = SecureRandom.hex # nobody can guess the address of another buyer's order
    run("INSERT INTO orders (id, amount) VALUES (?, ?)", id, amount)
    find(id)
  end

  def find(id) = rows("SELECT * FROM orders WHERE id = ?", id).first
  def all = rows("SELECT * FROM orders ORDER BY rowid DESC")

  def update(order, **changes)
    columns = changes.keys.map { |column| "#{column} = ?" }.join(", ")
    run("UPDATE orders SET #{columns} WHERE id = ?", *changes.values, order.id)
  end

  # True for one request only, however many ask for the refund.
  def claim_refund(order)
    sql = "UPDATE orders SET refund_call = 'asked', refund_note = 'A refund was asked for.' " \
          "WHERE id = ? AND status = 'paid' AND refund_call IS NULL"
    run(sql, order.id) == 1
  end

  # Each event has its effect once, whether a webhook or reconcile brings it: it is marked in the transaction in
  # which it is written.
  def handle(event, cursor = nil)
    db.transaction(:immediate) do
      key = Lomi::Webhooks::ReplayGuard.key(event)
      on_event(event) if run("INSERT OR IGNORE INTO events VALUES (?)", key) == 1
      run("INSERT OR REPLACE INTO cursors VALUES ('reconcile', ?)", cursor) unless cursor.nil?
    end
  end

  # Where reconcile ended; nil before its first run.
  def cursor = db.get_first_value("SELECT cursor FROM cursors")

  private

  # Events come in any order, so each statement names the status that it changes.
  def on_event(event)
    data = event.data
    case event.event
    when "PAYMENT_SUCCEEDED" then paid(data)
    when "PAYMENT_FAILED"
      run("UPDATE orders SET failed = 1 WHERE id = ? AND status = 'pending'", order_of(data))
    when "REFUND_COMPLETED" then refunded(data)
    when "REFUND_FAILED"
      sql = "UPDATE orders SET status = 'paid', refund_call = NULL, refund_note = 'The refund failed.' " \
            "WHERE refund_id = ?"
      run(sql, data.refund_id)
    end
  end

  def paid(payment)
    sql = "UPDATE orders SET status = 'paid', paid_count = paid_count + 1, transaction_id = ? " \
          "WHERE id = ? AND status = 'pending' AND amount = ? AND ? = 'XOF'"
    order = order_of(payment)
    amount = payment.gross_amount
    currency = payment.currency_code
    return if run(sql, payment.transaction_id, order, amount, currency) == 1

    # Another amount, or paid before. No exception: the money is there, and a person has to decide.
    note = "Payment #{payment.transaction_id} of #{amount} #{currency} does not fit. "
    run("UPDATE orders SET note = COALESCE(note, '') || ? WHERE id = ?", note, order)
  end

  def refunded(refund)
    # The last line: this refund may have failed afterwards, and the event of that may have come first.
    sql = "UPDATE orders SET status = 'refunded', refund_id = ? WHERE transaction_id = ? AND amount = ? AND " \
          "status = 'paid' AND (refund_call IS NOT NULL OR refund_id IS NULL OR refund_id <> ?)"
    amount = refund.refunded_amount || refund.amount
    run(sql, refund.refund_id, refund.transaction_id, amount, refund.refund_id)
  end

  # The order's id, from the metadata: an event that reconcile brings may lack the id of the session.
  def order_of(payment) = (payment.metadata || {})["order"].to_s

  def rows(sql, *values) = db.execute(sql, values).map { |row| Order.new(**row.transform_keys(&:to_sym)) }

  # How many rows a statement has changed.
  def run(sql, *values)
    db.execute(sql, values)
    db.changes
  end

  def db
    Thread.current.thread_variable_get(:db) || SQLite3::Database.new(@file).tap do |opened|
      opened.results_as_hash = true
      # A writer waits for the one before it, up to 10 s. Not busy_timeout: SQLite would wait with the interpreter's
      # lock held, and the writer before it could be a thread that needs that lock to finish.
      opened.busy_handler { |count| sleep(0.005) && count < 2_000 }
      Thread.current.thread_variable_set(:db, opened)
    end
  end
end
