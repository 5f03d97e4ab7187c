package africa.lomi

import africa.lomi.internal.Awaited
import africa.lomi.internal.CallFuture
import africa.lomi.internal.Transport
import africa.lomi.models.CheckoutSessionCreate
import java.time.Duration
import java.util.Optional
import java.util.concurrent.CancellationException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ExecutionException
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
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

    /**
     * Cancels a create in the one thread of its coroutine, after the response and before the coroutine runs again; the
     * exception that its caller gets.
     */
    private fun cancelledWithTheResponse(response: String): Throwable =
        FaultServer(response).use { server ->
            val client = FaultServer.coroutineClient(server)
            runBlocking {
                supervisorScope {
                    val options = CallOptions { idempotencyKey = "order-1"; maxRetries = 0 }
                    val call = async { client.checkoutSessions.create(order, options) }
                    yield()
                    server.awaitRequest()
                    val limit = System.nanoTime() + Duration.ofSeconds(10).toNanos()
                    while (Awaited.WAITING.isNotEmpty()) {
                        assertTrue(System.nanoTime() < limit, "the response has not come")
                        Thread.sleep(1)
                    }
                    call.cancel()
                    runCatching { call.await() }.exceptionOrNull() as CancellationException
                }
            }
        }

    @Test
    fun aCoroutineThatIsCancelledWithTheResponseTellsIt() {
        val exception = cancelledWithTheResponse(FaultServer.json(201, """{"checkout_session_id":"cs_1"}"""))
        val error = CancelledError.behind(exception)
        assertNotNull(error, "$exception")
        assertEquals("CancelledError", error!!.kind)
        assertEquals(listOf("final", 201, "order-1", "req_1", 1), listOf(error.outcome, error.status, error.idempotencyKey, error.requestId, error.attempts))
        assertFalse(error is OutcomeUnknown)
    }

    @Test
    fun aCoroutineThatIsCancelledWithAnErrorTellsIt() {
        val refused = CancelledError.behind(cancelledWithTheResponse(FaultServer.json(404, "{}")))!!
        assertEquals(listOf("final", 404, "order-1"), listOf(refused.outcome, refused.status, refused.idempotencyKey))
        assertTrue(refused.suppressed.single() is NotFoundError)
        val exception = cancelledWithTheResponse(FaultServer.json(502, "{}"))
        assertUnknown(exception)
        assertEquals(502, CancelledError.behind(exception)!!.status)
    }

    /** A dispatcher whose tasks wait until they are let through. */
    private class Gate : CoroutineDispatcher() {
        private val tasks = LinkedBlockingQueue<Runnable>()

        override fun dispatch(context: CoroutineContext, block: Runnable) {
            tasks += block
        }

        fun awaitOne(): Runnable = tasks.poll(10, TimeUnit.SECONDS)!!
    }

    @Test
    fun aFutureThatIsCancelledWithTheResponseTellsIt() {
        FaultServer(FaultServer.json(201, """{"checkout_session_id":"cs_1"}""")).use { server ->
            val client = FaultServer.coroutineClient(server)
            val gate = Gate()
            val job = Job()
            val future = CallFuture.of(CoroutineScope(gate + job)) { client.checkoutSessions.create(order) }
            // Its coroutine has been resumed, and runs on once it is cancelled.
            val resumed = gate.awaitOne()
            val ending = CompletableFuture.runAsync {
                while (job.children.any { it.isActive }) Thread.sleep(1)
                resumed.run()
            }
            assertTrue(future.cancel(true))
            ending.get()
            val error = CancelledError.behind(assertThrows(CancellationException::class.java) { future.get() })
            assertNotNull(error)
            assertEquals(listOf("final", 201), listOf(error!!.outcome, error.status))
        }
    }

    @Test
    fun everyCancelledCallIsToldOf() {
        FaultServer(FaultServer.json(201, """{"checkout_session_id":"cs_1"}""")).use { server ->
            val client = FaultServer.coroutineClient(server)
            // By idempotency key; null for a call that was not under way.
            val outcomes = ConcurrentHashMap<String, Optional<String>>()
            for ((name, dispatcher) in mapOf("d" to Dispatchers.Default, "u" to Dispatchers.Unconfined)) runBlocking(Dispatchers.Default) {
                List(1000) { n ->
                    async(dispatcher) {
                        val options = CallOptions { idempotencyKey = "$name-$n" }
                        try {
                            // Calls take about as long, so that many are cancelled as they begin or end.
                            withTimeout(1L + n % 40) { client.checkoutSessions.create(order, options) }
                        } catch (late: TimeoutCancellationException) {
                            outcomes["$name-$n"] = Optional.ofNullable(CancelledError.behind(late)?.outcome)
                        }
                    }
                }.awaitAll()
            }
            Thread.sleep(200)
            val sent = server.requests.map { Regex("(?i)idempotency-key: (\\S+)").find(it)!!.groupValues[1] }.toSet()
            val wrong = outcomes.filter { (key, outcome) -> key in sent && outcome.orElse("not_sent") == "not_sent" }
            assertTrue(wrong.isEmpty(), "sent, and told as $wrong")
        }
    }

    @Test
    fun aThreadThatIsInterruptedAsItsCallEndsGetsTheResult() {
        class Ending(private val error: Throwable?) : CompletableFuture<String>() {
            override fun cancel(mayInterruptIfRunning: Boolean): Boolean {
                if (error == null) complete("the result") else completeExceptionally(error)
                return false
            }
        }
        Thread.currentThread().interrupt()
        assertEquals("the result", Transport.joined(Ending(null)))
        assertTrue(Thread.currentThread().isInterrupted)
        val error = ValidationError("the error")
        assertEquals(error, assertThrows(ValidationError::class.java) { Transport.joined(Ending(error)) })
        assertTrue(Thread.interrupted())
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
