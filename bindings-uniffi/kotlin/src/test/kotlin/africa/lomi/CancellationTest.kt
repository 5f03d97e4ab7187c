package africa.lomi

import africa.lomi.models.CheckoutSessionCreate
import java.time.Duration
import java.util.concurrent.CancellationException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

/** A call that is given up closes its connection at once: the server sees it. */
class CancellationTest {
    private val order = CheckoutSessionCreate(amount = 500)

    private fun assertSoon(since: Long, closed: Long) {
        val passed = Duration.ofNanos(closed - since)
        assertTrue(passed < Duration.ofSeconds(1), "the connection was closed after $passed")
    }

    @Test
    fun aCancelledCoroutineEndsItsCall(): Unit = runBlocking {
        FaultServer().use { server ->
            val client = FaultServer.coroutineClient(server)
            val call = async(Dispatchers.Default) { client.checkoutSessions.create { amount = 500 } }
            server.awaitRequest()
            val since = System.nanoTime()
            call.cancel()
            assertSoon(since, server.awaitClosed())
            assertThrows(CancellationException::class.java) { runBlocking { call.await() } }
        }
    }

    @Test
    fun aTimeoutOfCoroutinesTellsTheOutcome() {
        FaultServer().use { server ->
            val client = FaultServer.coroutineClient(server)
            val error = assertThrows(TimeoutCancellationException::class.java) {
                runBlocking { withTimeout(300) { client.checkoutSessions.create { amount = 500 } } }
            }
            val cancelled = CancelledError.behind(error)
            assertNotNull(cancelled)
            assertEquals("unknown", cancelled!!.outcome)
            assertTrue(cancelled is OutcomeUnknown)
            assertNotNull(cancelled.idempotencyKey)
        }
    }

    @Test
    fun aCancelledFutureEndsItsCall() {
        FaultServer().use { server ->
            val future = FaultServer.client(server).checkoutSessions.listAsync()
            server.awaitRequest()
            val since = System.nanoTime()
            assertTrue(future.cancel(true))
            assertSoon(since, server.awaitClosed())
        }
    }

    private fun assertUnknown(exception: Throwable) {
        val error = CancelledError.behind(exception)
        assertNotNull(error, "$exception")
        assertTrue(error is OutcomeUnknown)
        assertNotNull(error!!.idempotencyKey)
        assertNotNull(error.unknownCall)
    }

    @Test
    fun theExceptionOfACancelledFutureTellsTheOutcome() {
        FaultServer().use { server ->
            val future = FaultServer.client(server).checkoutSessions.createAsync(order)
            val stage = future.thenApply { it.session() }
            server.awaitRequest()
            assertTrue(future.cancel(true))
            assertTrue(future.isCancelled)
            assertTrue(future.cancel(true))
            val error = assertThrows(CancellationException::class.java) { future.get() }
            assertUnknown(error)
            assertUnknown(assertThrows(CancellationException::class.java) { future.join() })
            assertUnknown(assertThrows(ExecutionException::class.java) { stage.get() })
            assertUnknown(future.handle { _, thrown -> thrown }.get())
        }
    }

    @Test
    fun aFutureThatIsLateEndsItsCallAndTellsTheOutcome() {
        FaultServer().use { server ->
            val future = FaultServer.client(server).checkoutSessions.createAsync(order).orTimeout(300, TimeUnit.MILLISECONDS)
            server.awaitRequest()
            assertUnknown(assertThrows(ExecutionException::class.java) { future.get(5, TimeUnit.SECONDS) })
            server.awaitClosed()
        }
    }

    @Test
    fun aThreadThatIsInterruptedCanCancel() {
        FaultServer().use { server ->
            val future = FaultServer.client(server).checkoutSessions.createAsync(order)
            server.awaitRequest()
            Thread.currentThread().interrupt()
            future.cancel(true)
            assertTrue(Thread.interrupted(), "the thread is not interrupted any more")
            assertUnknown(assertThrows(CancellationException::class.java) { future.get() })
        }
    }

    @Test
    fun aFutureThatHasEndedCannotBeCancelled() {
        FaultServer(FaultServer.json(200, """{"data":[]}""")).use { server ->
            val future = FaultServer.client(server).checkoutSessions.listAsync()
            assertEquals(0, future.get(5, TimeUnit.SECONDS).data.size)
            assertFalse(future.cancel(true))
            assertFalse(future.completeExceptionally(IllegalStateException()))
            assertFalse(future.isCancelled)
        }
    }

    @Test
    fun anInterruptEndsABlockingCall() = interrupted { thread(block = it) }

    @Test
    fun anInterruptEndsTheCallOfAVirtualThread() {
        val start = runCatching { Thread::class.java.getMethod("startVirtualThread", Runnable::class.java) }.getOrNull()
        assumeTrue(start != null, "needs Java 21")
        interrupted { start!!.invoke(null, Runnable(it)) as Thread }
    }

    private fun interrupted(start: (() -> Unit) -> Thread) {
        FaultServer().use { server ->
            val client = FaultServer.client(server)
            val ended = CompletableFuture<Throwable>()
            var isInterrupted = false
            val caller = start {
                try {
                    client.checkoutSessions.create { amount = 500 }
                } catch (error: Throwable) {
                    isInterrupted = Thread.currentThread().isInterrupted
                    ended.complete(error)
                }
            }
            server.awaitRequest()
            val since = System.nanoTime()
            caller.interrupt()
            val error = ended.get(5, TimeUnit.SECONDS)
            assertTrue(error is CancelledError, "$error")
            assertUnknown(error)
            assertTrue(isInterrupted)
            assertSoon(since, server.awaitClosed())
        }
    }

    @Test
    fun theClientLivesOnAfterManyCancelledCalls(): Unit = runBlocking {
        FaultServer().use { server ->
            val client = FaultServer.coroutineClient(server)
            repeat(100) {
                assertThrows(TimeoutCancellationException::class.java) {
                    runBlocking { withTimeout(20) { client.checkoutSessions.list() } }
                }
            }
        }
        FaultServer(FaultServer.json(200, """{"data":[]}""")).use { server ->
            assertEquals(0, FaultServer.coroutineClient(server).checkoutSessions.list().data.size)
        }
    }

    @Test
    fun unconfinedCodeIsNotRunOnTheWorker() {
        FaultServer(FaultServer.json(200, """{"data":[]}""")).use { server ->
            val client = FaultServer.coroutineClient(server)
            val name = runBlocking(Dispatchers.Unconfined) {
                client.checkoutSessions.list()
                Thread.currentThread().name
            }
            assertTrue("lomi" !in name, name)
        }
    }
}
