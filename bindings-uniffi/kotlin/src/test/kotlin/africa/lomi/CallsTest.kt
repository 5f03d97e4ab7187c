package africa.lomi

import africa.lomi.models.CheckoutSession
import africa.lomi.models.CheckoutSessionCreate
import africa.lomi.models.CheckoutSessionStatus
import africa.lomi.models.CurrencyCode
import africa.lomi.testing.Sandbox
import africa.lomi.testing.SandboxExtension
import java.time.Duration
import java.time.Instant
import java.util.concurrent.ExecutionException
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.retry
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

@ExtendWith(SandboxExtension::class)
class CallsTest {
    private companion object {
        /** The id of nothing. */
        const val NONE = "00000000-0000-4000-8000-000000000000"
    }

    private val order: CheckoutSessionCreate.Builder.() -> Unit = {
        amount = 10_000
        currencyCode = CurrencyCode.XOF
        title = "Commande"
    }

    @Test
    fun createsAndReads(client: LomiClient, sandbox: Sandbox) {
        val session = client.checkoutSessions.create(body = order).session()
        assertEquals(10_000, session.amount)
        assertEquals(CurrencyCode.XOF, session.currencyCode)
        assertEquals(CheckoutSessionStatus.OPEN, session.status)
        assertTrue(session.createdAt!! > Instant.now().minusSeconds(60))
        assertEquals(1, session.lastResponse!!.attempts)
        assertNotNull(session.lastResponse!!.idempotencyKey)
        val read = client.checkoutSessions.get(session.checkoutSessionId!!)
        assertEquals(session.checkoutSessionId, read.checkoutSessionId)
        sandbox.pay(session.checkoutSessionId!!)
        val paid = client.checkoutSessions.wait(session.checkoutSessionId!!)
        assertEquals(CheckoutSessionStatus.COMPLETED, paid.status)
    }

    @Test
    fun suspends(client: LomiCoroutineClient): Unit = runBlocking {
        val session = client.checkoutSessions.create(body = order).session()
        assertEquals(10_000, session.amount)
        assertEquals(session.checkoutSessionId, client.checkoutSessions.get(session.checkoutSessionId!!).checkoutSessionId)
    }

    @Test
    fun givesFutures(client: LomiClient) {
        val future = client.checkoutSessions.createAsync(CheckoutSessionCreate(order)).thenApply { it.session().amount }
        assertEquals(10_000, future.get())
        val failed = assertThrows(ExecutionException::class.java) { client.checkoutSessions.getAsync(NONE).get() }
        assertTrue(failed.cause is NotFoundError)
    }

    @Test
    fun walksLists(client: LomiClient, coroutines: LomiCoroutineClient) {
        val made = (1..5).map { client.checkoutSessions.create(body = order).session().checkoutSessionId }
        val first = client.checkoutSessions.list { limit = 2 }
        assertEquals(2, first.data.size)
        assertTrue(first.hasMore)
        val second = first.nextPage()!!
        assertEquals(2, second.data.size)
        // The first page has not changed.
        assertEquals(second.data, first.nextPage()!!.data)
        val ids = first.autoPaging().take(5).map { it.checkoutSessionId }
        assertEquals(made.reversed(), ids)
        assertEquals(ids, first.autoPagingStream().limit(5).map { it.checkoutSessionId }.toList())
        val flow = runBlocking { coroutines.checkoutSessions.list { limit = 2 }.autoPagingFlow().take(5).toList() }
        assertEquals(ids, flow.map { it.checkoutSessionId })
    }

    @Test
    fun sendsWhatIsSet(client: LomiClient) {
        val link = client.customers.create { name = "Awa"; email = "awa@example.com"; city = "Abidjan" }
        val changed = client.customers.update(link.customerId!!) { city = null }
        assertNull(changed.city)
        assertEquals("Awa", changed.name)
    }

    @Test
    fun errorsHaveTheirMembers(client: LomiClient) {
        val error = assertThrows(NotFoundError::class.java) { client.checkoutSessions.get(NONE) }
        assertEquals("NotFoundError", error.kind)
        assertEquals(404, error.status)
        assertEquals("final", error.outcome)
        assertEquals("retrieve_checkout_session", error.operation)
        assertEquals(error.requestId, error.history.last().requestId)
        assertFalse(error is OutcomeUnknown)
        assertTrue(error.body!!.isNotEmpty())
        assertEquals(error.body, String(error.rawBody!!))
        assertTrue(error.toString().startsWith("africa.lomi.NotFoundError: "))
        val refused = assertThrows(ValidationError::class.java) { client.checkoutSessions.get("") }
        assertEquals("not_sent", refused.outcome)
    }

    @Test
    fun unknownOutcomesAreMarkedAndFoundOut(sandbox: Sandbox) {
        FaultServer(FaultServer.json(502, "{}")).use { server ->
            val client = FaultServer.client(server) { maxRetries = 0 }
            val error = assertThrows(ServerError::class.java) { client.checkoutSessions.create(body = order) }
            assertTrue(error is OutcomeUnknown)
            assertEquals("africa.lomi.ServerError", error.toString().substringBefore(':'))
            val call = (error as OutcomeUnknown).unknownCall!!
            assertFalse(call.contains(FaultServer.KEY))
            // The same call, asked of a server that works.
            val found = sandbox.client().findOutcome(call)
            assertEquals(10_000, ((found as FoundOutcome.Done).`object` as CheckoutSession).amount)
        }
    }

    @Test
    fun callsAnyEndpoint(client: LomiClient) {
        val session = client.checkoutSessions.create(body = order).session()
        val raw = client.request("GET", "/v1/checkout_sessions/${session.checkoutSessionId}") as Map<*, *>
        assertTrue(raw.toString().contains(session.checkoutSessionId!!))
    }

    @Test
    fun missedEventsCome(sandbox: Sandbox, client: LomiClient, coroutines: LomiCoroutineClient) {
        val since = Instant.now().minusSeconds(1)
        val session = client.checkoutSessions.create(body = order).session()
        sandbox.pay(session.checkoutSessionId!!)
        val run = client.reconcile(since)
        val events = run.asSequence().toList()
        assertTrue(events.isNotEmpty())
        assertTrue(run.cursor.isNotEmpty())
        val again = runBlocking { coroutines.reconcile(since).toList() }
        assertEquals(events.map { it.event.id }, again.map { it.event.id })
    }

    @Test
    fun aHandlerOfMissedEventsThatFailsGetsItsEventAgain(sandbox: Sandbox, client: LomiClient, coroutines: LomiCoroutineClient) {
        val since = Instant.now().minusSeconds(1)
        repeat(2) { sandbox.pay(client.checkoutSessions.create(body = order).session().checkoutSessionId!!) }
        val missed = coroutines.reconcile(since)
        val handled = ArrayList<String?>()
        var failed: String? = null
        runBlocking {
            val once = missed.onEach {
                if (failed == null) {
                    failed = it.event.id
                    error("the handler fails")
                }
                handled += it.event.id
            }
            once.retry(1).collect()
        }
        assertEquals(failed, handled.first())
        val all = runBlocking { missed.toList() }
        assertTrue(all.size > 1)
        assertEquals(all.map { it.event.id }, handled)
        assertThrows(ValidationError::class.java) { coroutines.reconcile("not a cursor") }
    }

    @Test
    fun optionsOfACallAreSent(sandbox: Sandbox) {
        FaultServer(FaultServer.json(200, """{"checkout_session_id":"cs_1"}""")).use { server ->
            val client = FaultServer.client(server)
            val options = CallOptions { idempotencyKey = "order-1"; requestId = "req-9"; headers = mapOf("X-Shop" to "Dakar"); timeout = Duration.ofSeconds(5) }
            client.checkoutSessions.create(CheckoutSessionCreate(order), options)
            val head = server.requests.single().lowercase()
            assertTrue("idempotency-key: order-1" in head && "x-request-id: req-9" in head && "x-shop: dakar" in head)
            assertTrue("user-agent: lomi-kotlin/$VERSION" in head)
        }
    }

    @Test
    fun observersAreTold(sandbox: Sandbox) {
        val seen = java.util.concurrent.CopyOnWriteArrayList<String>()
        val observer = object : Observer {
            override fun onRequest(event: RequestEvent) { seen += "request ${event.operation} ${event.attempt}" }
            override fun onResponse(event: ResponseEvent) { seen += "response ${event.status} ${event.elapsed > Duration.ZERO}" }
        }
        val client = LomiClient { apiKey = sandbox.apiKey; baseUrl = sandbox.url; observer(observer) }
        client.checkoutSessions.list()
        client.checkoutSessions.listAsync().get()
        val one = listOf("request list_checkout_sessions 1", "response 200 true")
        assertEquals(one + one, seen)
    }
}
