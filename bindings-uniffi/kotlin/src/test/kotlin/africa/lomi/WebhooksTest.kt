package africa.lomi

import africa.lomi.ktor.lomiWebhook
import africa.lomi.models.CheckoutSession
import africa.lomi.models.Event
import africa.lomi.models.OtherEventData
import africa.lomi.models.Transaction
import africa.lomi.models.WebhookEvent
import africa.lomi.servlet.WebhookFilter
import io.ktor.client.request.header
import io.ktor.client.request.post
import io.ktor.client.request.setBody
import io.ktor.client.statement.bodyAsText
import io.ktor.http.HttpStatusCode
import io.ktor.server.response.respondText
import io.ktor.server.routing.routing
import io.ktor.server.testing.testApplication
import java.time.Duration
import java.time.Instant
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.springframework.mock.web.MockFilterChain
import org.springframework.mock.web.MockHttpServletRequest
import org.springframework.mock.web.MockHttpServletResponse

class WebhooksTest {
    private val secret = "whsec_0123456789abcdef"
    private val payload = """{"id":"evt_1","event":"PAYMENT_SUCCEEDED","timestamp":"2026-11-27T10:00:00Z",
        "data":{"transaction_id":"tx_1","gross_amount":500,"status":"completed"}}""".toByteArray()
    private val signature get() = Webhooks.sign(payload, secret)

    @Test
    fun aGenuineDeliveryIsItsEvent() {
        val event = Webhooks.constructEvent(payload, signature, secret)
        assertEquals(WebhookEvent.PAYMENT_SUCCEEDED, event.event)
        val amount = when (val data = event.data) {
            is Transaction -> data.grossAmount
            is CheckoutSession -> error("another event")
            else -> error("$data")
        }
        assertEquals(500, amount)
        assertEquals(event, Webhooks.constructEvent(payload, signature, listOf("whsec_another", secret)))
    }

    @Test
    fun anUnknownEventIsAMap() {
        val body = """{"id":"evt_2","event":"SOMETHING_NEW","data":{"a":1}}""".toByteArray()
        val event = Webhooks.constructEvent(body, Webhooks.sign(body, secret), secret)
        assertEquals("SOMETHING_NEW", event.event!!.value)
        assertEquals(OtherEventData(mapOf("a" to 1L)), event.data)
    }

    @Test
    fun othersAreRefused() {
        val error = assertThrows(SignatureVerificationError::class.java) { Webhooks.constructEvent(payload + 1, signature, secret) }
        assertEquals(400, Webhooks.refusal(error)!!.status)
        assertThrows(SignatureVerificationError::class.java) { Webhooks.constructEvent(payload, null, secret) }
        val late = Instant.parse("2027-01-01T00:00:00Z")
        assertThrows(SignatureVerificationError::class.java) { Webhooks.constructEvent(payload, signature, secret, Duration.ofMinutes(5), late) }
        assertThrows(ConfigurationError::class.java) { Webhooks.constructEvent(payload, signature) }
        // Half of a surrogate pair. Anyone can send a signature; a secret is the program's own.
        assertThrows(SignatureVerificationError::class.java) { Webhooks.constructEvent(payload, "\ud83d", secret) }
        assertThrows(ConfigurationError::class.java) { Webhooks.constructEvent(payload, signature, "\ud83d") }
        assertThrows(ConfigurationError::class.java) { Webhooks.sign(payload, "\ud83d") }
        assertNull(Webhooks.refusal(IllegalStateException()))
        assertEquals(413, Webhooks.refusal(Webhooks.bodyTooLarge())!!.status)
    }

    @Test
    fun anEventIsHandledOnce() {
        val event = Webhooks.constructEvent(payload, signature, secret)
        val guard = ReplayGuard()
        assertThrows(IllegalStateException::class.java) { guard.once(event) { error("the handler fails") } }
        assertTrue(guard.once(event) {})
        assertFalse(guard.once(event) { error("again") })
        assertEquals(77, ReplayGuard.key(event).length)
        guard.forget(event)
        assertTrue(guard.firstTime(event))
        for (ttl in listOf(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThrows(ConfigurationError::class.java) { ReplayGuard(ttl = ttl) }
        }
    }

    /** A store that blocks, and whose callers are known. */
    private class SlowStore(private val stored: CountDownLatch = CountDownLatch(0)) : ReplayStore {
        private val keys = HashSet<String>()
        val callers = CopyOnWriteArrayList<String>()
        val began = CountDownLatch(1)

        override fun remember(key: String, ttl: Duration): Boolean {
            callers += Thread.currentThread().name
            began.countDown()
            stored.await()
            return keys.add(key)
        }

        override fun forget(key: String) {
            callers += Thread.currentThread().name
            keys.remove(key)
        }
    }

    @Test
    fun aHandlerThatSuspendsIsCalledOnce() = runBlocking {
        val event = Webhooks.constructEvent(payload, signature, secret)
        val store = SlowStore()
        val guard = ReplayGuard(store)
        assertThrows(IllegalStateException::class.java) { runBlocking { guard.awaitOnce(event) { error("the handler fails") } } }
        var handler = ""
        assertTrue(guard.awaitOnce(event) { handler = Thread.currentThread().name })
        assertFalse(guard.awaitOnce(event) { error("again") })
        assertEquals(4, store.callers.size)
        assertTrue(store.callers.none { it == handler }, "the store was called on ${store.callers}")
    }

    @Test
    fun anEventWhoseHandlerIsCancelledIsForgotten() = runBlocking {
        val event = Webhooks.constructEvent(payload, signature, secret)
        val guard = ReplayGuard(SlowStore())
        assertThrows(TimeoutCancellationException::class.java) {
            runBlocking { withTimeout(50) { guard.awaitOnce(event) { awaitCancellation() } } }
        }
        assertTrue(guard.awaitOnce(event) {})
    }

    @Test
    fun anEventThatIsStoredWhileItsCoroutineIsCancelledIsForgotten() = runBlocking {
        val event = Webhooks.constructEvent(payload, signature, secret)
        val stored = CountDownLatch(1)
        val store = SlowStore(stored)
        val guard = ReplayGuard(store)
        val handled = async(Dispatchers.Default) { guard.awaitOnce(event) { error("not called") } }
        store.began.await()
        handled.cancel()
        stored.countDown()
        handled.join()
        assertTrue(guard.awaitOnce(event) {})
    }

    private fun filtered(body: ByteArray, signature: String): Pair<MockHttpServletResponse, Event?> {
        val request = MockHttpServletRequest("POST", "/webhooks/lomi")
        request.setContent(body)
        request.addHeader(Webhooks.SIGNATURE_HEADER, signature)
        val response = MockHttpServletResponse()
        WebhookFilter(listOf(secret)).doFilter(request, response, MockFilterChain())
        return response to request.getAttribute(WebhookFilter.EVENT) as Event?
    }

    @Test
    fun theServletFilterPassesGenuineEventsAlone() {
        assertEquals("evt_1", filtered(payload, signature).second!!.id)
        val (refused, none) = filtered(payload, "bad")
        assertEquals(400, refused.status)
        assertEquals("application/json", refused.contentType)
        assertEquals("""{"error":"invalid signature"}""", refused.contentAsString)
        assertNull(none)
        assertEquals(413, filtered(ByteArray(Webhooks.maxBody + 1), signature).first.status)
    }

    @Test
    fun theRouteOfKtorToo() = testApplication {
        val events = ArrayList<Event>()
        routing { lomiWebhook("/webhooks/lomi", listOf(secret)) { events += it } }
        suspend fun post(body: ByteArray, signature: String) =
            client.post("/webhooks/lomi") { header(Webhooks.SIGNATURE_HEADER, signature); setBody(body) }
        assertEquals(204, post(payload, signature).status.value)
        val refused = post(payload, "bad")
        assertEquals(400, refused.status.value)
        assertEquals("application/json", refused.headers["Content-Type"])
        assertFalse("africa.lomi" in refused.bodyAsText())
        assertEquals(413, post(ByteArray(Webhooks.maxBody + 1), signature).status.value)
        assertEquals(listOf("evt_1"), events.map { it.id })
    }

    @Test
    fun theHandlerOfKtorMayRespond() = testApplication {
        routing { lomiWebhook("/webhooks/lomi", listOf(secret)) { call.respondText(it.id!!, status = HttpStatusCode.Accepted) } }
        val response = client.post("/webhooks/lomi") { header(Webhooks.SIGNATURE_HEADER, signature); setBody(payload) }
        assertEquals(202, response.status.value)
        assertEquals("evt_1", response.bodyAsText())
    }
}
