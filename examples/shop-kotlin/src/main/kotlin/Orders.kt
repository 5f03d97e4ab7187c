package shop

import africa.lomi.ReplayGuard
import africa.lomi.models.Event
import africa.lomi.models.Refund
import africa.lomi.models.Transaction
import africa.lomi.models.WebhookEvent
import java.sql.Connection
import java.sql.DriverManager
import java.sql.ResultSet
import java.util.UUID
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

class Order(row: ResultSet) {
    val id: String = row.getString("id")
    val amount = row.getLong("amount") // F CFA, which has no smaller unit
    val status: String = row.getString("status") // pending, paid or refunded
    val note: String? = row.getString("note")
    val attempt = row.getInt("attempt")
    val sessionId: String? = row.getString("session_id")
    val checkoutUrl: String? = row.getString("checkout_url")
    val failed = row.getBoolean("failed") // after a payment that was refused
    val transactionId: String? = row.getString("transaction_id")
    val paidCount = row.getInt("paid_count")
    val refundId: String? = row.getString("refund_id")
    val refundCall: String? = row.getString("refund_call") // "asked", or what findOutcome needs if the outcome is unknown
    val refundNote: String? = row.getString("refund_note")
}

/** The orders, in SQLite, and what an event of lomi. does to them. */
class Orders(file: String) {
    // A writer waits for the one before it, and pages can be read meanwhile.
    private val url = "jdbc:sqlite:$file?busy_timeout=10000&journal_mode=WAL&transaction_mode=IMMEDIATE"

    init {
        DriverManager.getConnection(url).use { db -> TABLES.split(";").filter(String::isNotBlank).forEach { db.run(it) } }
    }

    suspend fun add(amount: Long): Order {
        val id = UUID.randomUUID().toString() // nobody can guess the address of another buyer's order
        run("INSERT INTO orders (id, amount) VALUES (?, ?)", id, amount)
        return find(id)!!
    }

    suspend fun find(id: String): Order? = db { rows("SELECT * FROM orders WHERE id = ?", id, read = ::Order) }.firstOrNull()

    suspend fun all(): List<Order> = db { rows("SELECT * FROM orders ORDER BY rowid DESC", read = ::Order) }

    suspend fun sessionOpened(order: Order, session: String?, checkoutUrl: String?, attempt: Int) =
        run("UPDATE orders SET session_id = ?, checkout_url = ?, attempt = ?, failed = 0 WHERE id = ?", session, checkoutUrl, attempt, order.id)

    suspend fun paysAgain(order: Order) = run("UPDATE orders SET failed = 0 WHERE id = ?", order.id)

    /** True for one request only, however many ask for the refund. */
    suspend fun claimRefund(order: Order): Boolean = run(
        "UPDATE orders SET refund_call = 'asked', refund_note = 'A refund was asked for.' " +
            "WHERE id = ? AND status = 'paid' AND refund_call IS NULL", order.id,
    ) == 1

    suspend fun refundAsked(order: Order, call: String?, note: String?) =
        run("UPDATE orders SET refund_call = ?, refund_note = COALESCE(?, refund_note) WHERE id = ?", call, note, order.id)

    suspend fun refundMade(order: Order, refund: String?, status: String, call: String?, note: String?) = run(
        "UPDATE orders SET refund_id = ?, status = ?, refund_call = ?, refund_note = ? WHERE id = ?", refund, status, call, note, order.id,
    )

    /**
     * Each event has its effect once, whether a webhook or reconcile brings it: it is marked in the transaction in
     * which it is written.
     */
    suspend fun handle(event: Event, cursor: String? = null): Unit = db {
        autoCommit = false
        if (run("INSERT OR IGNORE INTO events VALUES (?)", ReplayGuard.key(event)) == 1) onEvent(event)
        if (cursor != null) run("INSERT OR REPLACE INTO cursors VALUES ('reconcile', ?)", cursor)
        commit()
    }

    /** Where reconcile ended; null before its first run. */
    suspend fun cursor(): String? = db { rows("SELECT cursor FROM cursors") { it.getString(1) } }.firstOrNull()

    /** Events come in any order, so each statement names the status that it changes. */
    private fun Connection.onEvent(event: Event) {
        val data = event.data
        when (event.event) {
            WebhookEvent.PAYMENT_SUCCEEDED -> paid(data as Transaction)
            WebhookEvent.PAYMENT_FAILED ->
                run("UPDATE orders SET failed = 1 WHERE id = ? AND status = 'pending'", orderOf(data as Transaction))
            WebhookEvent.REFUND_COMPLETED -> refunded(data as Refund)
            WebhookEvent.REFUND_FAILED -> run(
                "UPDATE orders SET status = 'paid', refund_call = NULL, refund_note = 'The refund failed.' WHERE refund_id = ?",
                (data as Refund).refundId,
            )
        }
    }

    private fun Connection.paid(payment: Transaction) {
        val paid = "UPDATE orders SET status = 'paid', paid_count = paid_count + 1, transaction_id = ? " +
            "WHERE id = ? AND status = 'pending' AND amount = ? AND ? = 'XOF'"
        val order = orderOf(payment)
        val currency = payment.currencyCode?.value
        if (run(paid, payment.transactionId, order, payment.grossAmount, currency) == 1) return

        // Another amount, or paid before. No exception: the money is there, and a person has to decide.
        val note = "Payment ${payment.transactionId} of ${payment.grossAmount} $currency does not fit. "
        run("UPDATE orders SET note = COALESCE(note, '') || ? WHERE id = ?", note, order)
    }

    private fun Connection.refunded(refund: Refund) {
        // The last line: this refund may have failed afterwards, and the event of that may have come first.
        val refunded = "UPDATE orders SET status = 'refunded', refund_id = ? WHERE transaction_id = ? AND amount = ? AND " +
            "status = 'paid' AND (refund_call IS NOT NULL OR refund_id IS NULL OR refund_id <> ?)"
        run(refunded, refund.refundId, refund.transactionId, refund.refundedAmount ?: refund.amount, refund.refundId)
    }

    /** The order's id, from the metadata: an event that reconcile brings may lack the id of the session. */
    private fun orderOf(payment: Transaction): String? = payment.metadata?.get("order")?.toString()

    private suspend fun run(sql: String, vararg values: Any?): Int = db { run(sql, *values) }

    /** JDBC blocks its thread, so it gets one that may wait. */
    private suspend fun <T> db(work: Connection.() -> T): T =
        withContext(Dispatchers.IO) { DriverManager.getConnection(url).use(work) }

    /** How many rows a statement has changed. */
    private fun Connection.run(sql: String, vararg values: Any?): Int = prepareStatement(sql).use { statement ->
        values.forEachIndexed { index, value -> statement.setObject(index + 1, value) }
        statement.executeUpdate()
    }

    private fun <T> Connection.rows(sql: String, vararg values: Any?, read: (ResultSet) -> T): List<T> = prepareStatement(sql).use { statement ->
        values.forEachIndexed { index, value -> statement.setObject(index + 1, value) }
        val rows = statement.executeQuery()
        generateSequence { if (rows.next()) read(rows) else null }.toList()
    }

    private companion object {
        const val TABLES = """
            CREATE TABLE IF NOT EXISTS orders (
              id TEXT PRIMARY KEY, amount INTEGER NOT NULL, status TEXT NOT NULL DEFAULT 'pending', note TEXT,
              attempt INTEGER NOT NULL DEFAULT 1, session_id TEXT, checkout_url TEXT, failed INTEGER NOT NULL DEFAULT 0,
              transaction_id TEXT, paid_count INTEGER NOT NULL DEFAULT 0, refund_id TEXT, refund_call TEXT, refund_note TEXT
            );
            CREATE TABLE IF NOT EXISTS events (key TEXT PRIMARY KEY);
            CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, cursor TEXT NOT NULL)"""
    }
}
