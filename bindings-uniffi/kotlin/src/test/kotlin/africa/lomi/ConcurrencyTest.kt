package africa.lomi

import africa.lomi.internal.Awaited
import africa.lomi.models.CurrencyCode
import africa.lomi.testing.Sandbox
import africa.lomi.testing.SandboxExtension
import java.util.concurrent.Callable
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

@ExtendWith(SandboxExtension::class)
class ConcurrencyTest {
    @Test
    fun fiftyCoroutinesGetTheirOwnResponses(client: LomiCoroutineClient): Unit = runBlocking(Dispatchers.Default) {
        (1..50).map { n ->
            async {
                repeat(4) { round ->
                    val amount = 1000L * n + round
                    val session = client.checkoutSessions.create { this.amount = amount; currencyCode = CurrencyCode.XOF }.session()
                    assertEquals(amount, session.amount)
                    assertEquals(amount, client.checkoutSessions.get(session.checkoutSessionId!!).amount)
                }
            }
        }.awaitAll()
    }

    @Test
    fun twoKeysAreNotMixedUp(sandbox: Sandbox): Unit = runBlocking(Dispatchers.Default) {
        val test = sandbox.coroutineClient()
        val live = LomiCoroutineClient { apiKey = sandbox.liveKey; baseUrl = sandbox.url }
        val ofTest = test.checkoutSessions.create { amount = 501; currencyCode = CurrencyCode.XOF }.session().checkoutSessionId!!
        val ofLive = live.checkoutSessions.create { amount = 502; currencyCode = CurrencyCode.XOF }.session().checkoutSessionId!!
        repeat(50) {
            launch { assertEquals(501, test.checkoutSessions.get(ofTest).amount) }
            launch { assertEquals(502, live.checkoutSessions.get(ofLive).amount) }
            launch { assertTrue(runCatching { test.checkoutSessions.get(ofLive) }.exceptionOrNull() is NotFoundError) }
        }
    }

    @Test
    fun threadsBlockEachForItself(client: LomiClient) = onThreads(Executors.newFixedThreadPool(16), 64, client)

    @Test
    fun virtualThreadsShareTheirCarriers(client: LomiClient) {
        val make = runCatching { Executors::class.java.getMethod("newVirtualThreadPerTaskExecutor") }.getOrNull()
        assumeTrue(make != null, "needs Java 21")
        onThreads(make!!.invoke(null) as ExecutorService, 10_000, client)
    }

    private fun onThreads(threads: ExecutorService, count: Int, client: LomiClient) {
        val id = client.checkoutSessions.create { amount = 577; currencyCode = CurrencyCode.XOF }.session().checkoutSessionId!!
        val calls = (1..count).map { threads.submit(Callable { client.checkoutSessions.get(id).amount }) }
        assertTrue(calls.all { it.get() == 577L })
        threads.shutdown()
    }

    @Test
    fun callsThatAreCancelledAsTheyEndLeaveNothing(client: LomiCoroutineClient): Unit = runBlocking(Dispatchers.Default) {
        val id = client.checkoutSessions.create { amount = 577; currencyCode = CurrencyCode.XOF }.session().checkoutSessionId!!
        val ended = (1..2_000).map { n ->
            async {
                // A call takes about as long, so many results come just when their caller leaves.
                withTimeoutOrNull((n % 40).milliseconds / 10) { client.checkoutSessions.get(id).amount }
            }
        }.awaitAll()
        assertTrue(ended.all { it == null || it == 577L })
        assertEquals(577, client.checkoutSessions.get(id).amount)
        assertEquals(0, Awaited.WAITING.size)
    }
}
