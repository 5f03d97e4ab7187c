package africa.lomi

import africa.lomi.models.CurrencyCode
import africa.lomi.testing.Sandbox
import africa.lomi.testing.SandboxExtension
import java.io.File
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

/** Calls of every kind leave nothing behind, in the heap or outside of it. `make soak-jvm` makes 100,000 of them. */
@ExtendWith(SandboxExtension::class)
class MemoryTest {
    private val calls = System.getenv("LOMI_TEST_CALLS")?.toInt() ?: 10_000

    @Test
    fun memoryIsFlat(sandbox: Sandbox) {
        val kinds = Kinds(sandbox)
        // What the JVM compiles and reserves at first is no leak.
        repeat(10_000 / Kinds.ROUND) { kinds.round() }
        val before = Memory.now()
        repeat(calls / Kinds.ROUND) { kinds.round() }
        val after = Memory.now()
        println("memory: $calls calls, from $before to $after")
        // The heap of the tests is in memory from the start, so what grows the process is outside of it.
        assertTrue(after.process - before.process < 24, "the process has grown from $before to $after")
        assertTrue(after.heap - before.heap < 4, "the heap has grown from $before to $after")
    }

    private class Kinds(sandbox: Sandbox) {
        private val blocking = sandbox.client()
        private val suspending = sandbox.coroutineClient()
        private val id = blocking.checkoutSessions.create { amount = 577; currencyCode = CurrencyCode.XOF }.session().checkoutSessionId!!

        init {
            repeat(20) { blocking.checkoutSessions.create { amount = 577; currencyCode = CurrencyCode.XOF } }
        }

        /** As many calls as [ROUND] says, of every kind. */
        fun round() {
            runBlocking(Dispatchers.Default) {
                List(10) { async { repeat(100) { suspending.checkoutSessions.get(id) } } }.awaitAll()
                repeat(100) { withTimeoutOrNull(it.milliseconds / 100) { suspending.checkoutSessions.get(id) } }
            }
            repeat(400) { check(blocking.checkoutSessions.list { limit = 20 }.data.size == 20) }
            repeat(10) { List(30) { blocking.checkoutSessions.getAsync(id) }.forEach { it.get() } }
            repeat(100) { check(runCatching { blocking.checkoutSessions.get("cs_nobody") }.exceptionOrNull() is BadRequestError) }
            repeat(100) { blocking.checkoutSessions.getAsync(id).cancel(true) }
        }

        companion object {
            const val ROUND = 2000
        }
    }

    /** MiB after a collection: of the process, and of the objects in the heap. */
    private data class Memory(val process: Long, val heap: Long) {
        companion object {
            fun now(): Memory {
                repeat(3) { System.gc() }
                val status = File("/proc/self/status")
                assumeTrue(status.exists())
                val resident = status.readLines().first { it.startsWith("VmRSS") }
                val runtime = Runtime.getRuntime()
                return Memory(
                    Regex("\\d+").find(resident)!!.value.toLong() / 1024,
                    (runtime.totalMemory() - runtime.freeMemory()) / 1024 / 1024,
                )
            }
        }
    }
}
