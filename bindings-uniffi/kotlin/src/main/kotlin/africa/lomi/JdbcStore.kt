package africa.lomi

import africa.lomi.internal.Message
import java.sql.Connection
import java.time.Duration
import javax.sql.DataSource

/**
 * Stores the keys of a [ReplayGuard] in a table, over JDBC: PostgreSQL, SQLite, MySQL or MariaDB. Each call takes a
 * connection of its own and commits.
 *
 * @param table default: `lomi_webhook_deliveries`
 */
class JdbcStore @JvmOverloads constructor(
    private val source: DataSource,
    private val table: String = "lomi_webhook_deliveries",
) : ReplayStore {
    init {
        if (!PLAIN.matches(table)) throw ConfigurationError(Message.of("table_not_plain", mapOf("example" to "shop.deliveries")))
    }

    /** Creates the table if it does not exist. */
    fun createTable() {
        run("CREATE TABLE IF NOT EXISTS $table (delivery_key VARCHAR(80) PRIMARY KEY, remembered_until BIGINT NOT NULL)")
    }

    override fun remember(key: String, ttl: Duration): Boolean {
        val now = now()
        val until = now + ttl.seconds.coerceIn(1, LONGEST)
        return source.connection.use { connection ->
            if (isMySql(connection)) {
                connection.change("DELETE FROM $table WHERE delivery_key = ? AND remembered_until <= ?", key, now)
                connection.change("INSERT IGNORE INTO $table (delivery_key, remembered_until) VALUES (?, ?)", key, until) > 0
            } else {
                // One statement that inserts a row or replaces an expired one, so that two processes cannot both do it.
                val upsert = "INSERT INTO $table AS stored (delivery_key, remembered_until) VALUES (?, ?) " +
                    "ON CONFLICT (delivery_key) DO UPDATE SET remembered_until = excluded.remembered_until " +
                    "WHERE stored.remembered_until <= ?"
                connection.change(upsert, key, until, now) > 0
            }
        }
    }

    override fun forget(key: String) {
        run("DELETE FROM $table WHERE delivery_key = ?", key)
    }

    /** Deletes expired rows. Call it once a day, for example. */
    fun deleteExpired() {
        run("DELETE FROM $table WHERE remembered_until <= ?", now())
    }

    private fun run(sql: String, vararg values: Any) {
        source.connection.use { it.change(sql, *values) }
    }

    private fun Connection.change(sql: String, vararg values: Any): Int {
        val changed = prepareStatement(sql).use { statement ->
            values.forEachIndexed { at, value -> statement.setObject(at + 1, value) }
            statement.executeUpdate()
        }
        // A pool may hand out connections that do not commit by themselves.
        if (!autoCommit) commit()
        return changed
    }

    private fun isMySql(connection: Connection): Boolean =
        connection.metaData.databaseProductName.let { it == "MySQL" || it == "MariaDB" }

    private fun now(): Long = System.currentTimeMillis() / 1000

    private companion object {
        val PLAIN = Regex("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)?")

        /** Longer than any store is kept, and far from the end of the column. */
        const val LONGEST = 0xffffffffffL
    }
}
