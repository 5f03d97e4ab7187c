package africa.lomi

import java.nio.file.Files
import java.time.Duration
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.sqlite.SQLiteDataSource

class JdbcStoreTest {
    private val source = SQLiteDataSource().apply {
        url = "jdbc:sqlite:" + Files.createTempDirectory("lomi-test").resolve("shop.db")
        setBusyTimeout(5000)
    }

    @Test
    fun aKeyIsNewOnce() {
        val store = JdbcStore(source).apply { createTable() }
        val day = Duration.ofDays(1)
        val threads = Executors.newFixedThreadPool(8)
        val answers = (1..16).map { threads.submit(Callable { store.remember("k", day) }) }.map { it.get() }
        threads.shutdown()
        assertEquals(1, answers.count { it })
        store.forget("k")
        assertTrue(store.remember("k", Duration.ofSeconds(1)))
        Thread.sleep(2100)
        assertTrue(store.remember("k", day), "an expired key is new")
        store.deleteExpired()
        assertFalse(store.remember("k", day))
        assertThrows(ConfigurationError::class.java) { JdbcStore(source, "a; drop table b") }
    }
}
