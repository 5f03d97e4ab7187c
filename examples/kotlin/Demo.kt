// The demo in Kotlin: the life of a checkout session, and three errors.
//
// Reads LOMI_BASE_URL and LOMI_API_KEY, which `make demo` sets to the local sandbox. With
// LOMI_DEMO_INBOX, the address of a webhook inbox, a session is also paid.

import africa.lomi.AuthenticationError
import africa.lomi.BadRequestError
import africa.lomi.LomiCoroutineClient
import africa.lomi.LomiException
import africa.lomi.NotFoundError
import africa.lomi.ReplayGuard
import africa.lomi.Webhooks
import africa.lomi.models.CheckoutSessionCreate
import africa.lomi.models.CheckoutSessionStatus
import africa.lomi.models.CurrencyCode
import africa.lomi.models.Event
import africa.lomi.models.Transaction
import africa.lomi.models.WebhookEvent
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.time.Instant
import java.util.concurrent.atomic.AtomicInteger
import kotlin.system.exitProcess
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.runBlocking

private val calls = AtomicInteger()
private var step = "set up"

/** Makes one call, under the name of its step. */
private suspend fun <T> call(name: String, call: suspend () -> T): T {
    step = name
    calls.incrementAndGet()
    return call()
}

/** Makes one call that must fail with an error of the given class. */
private suspend inline fun <reified E : LomiException> refused(name: String, crossinline call: suspend () -> Any?) {
    val error = runCatching { call(name) { call() } }.exceptionOrNull() ?: error("succeeded, but must fail")
    if (error !is E) throw error
    println("$name       ${error.kind}: ${error.message} (request ${error.requestId})")
}

private suspend fun life(api: LomiCoroutineClient) {
    val coffee = CheckoutSessionCreate {
        amount = 5000
        currencyCode = CurrencyCode.XOF
        title = "Coffee Beans - 1kg"
        customerEmail = "customer@example.com"
        successUrl = "https://mystore.com/thank-you"
        cancelUrl = "https://mystore.com/cart"
    }
    val session = call("create") { api.checkoutSessions.create(coffee).session() }
    val id = session.checkoutSessionId!!
    println("created   $id")
    println("page      ${session.checkoutUrl}")

    val fetched = call("get") { api.checkoutSessions.get(id) }
    println("fetched   ${fetched.title}, ${fetched.status}")

    runBlocking { List(44) { async { call("create 45") { api.checkoutSessions.create(coffee) } } }.awaitAll() }
    val page = call("list") { api.checkoutSessions.list { limit = 20 } }
    println("listed    ${page.data.size} in the first page")
    step = "page through"
    val seen = page.autoPagingFlow().filter { it.title == coffee.toMap()["title"] }.count()
    calls.addAndGet(2)
    println("paged     $seen in all")
    check(seen == 45) { "$seen of 45 sessions" }

    val updated = call("update") { api.checkoutSessions.update(id) { title = "Coffee Beans - 2kg" } }
    println("updated   ${updated.title}")
    call("delete") { api.checkoutSessions.delete(id) }
    println("deleted   $id")

    val stranger = LomiCoroutineClient("lomi_sk_test_nobody")
    refused<BadRequestError>("400") { api.checkoutSessions.create { amount = 5000; currencyCode = CurrencyCode.of("XXX") } }
    refused<AuthenticationError>("401") { stranger.checkoutSessions.get(id) }
    refused<NotFoundError>("404") { api.checkoutSessions.get(id) }
}

/** Pays a session in the local sandbox, as a buyer does on the page. */
private fun pay(id: String) {
    val sandbox = System.getenv("LOMI_BASE_URL").removeSuffix("/v1")
    val request = HttpRequest.newBuilder(URI("$sandbox/_sandbox/sessions/$id/pay")).POST(HttpRequest.BodyPublishers.noBody())
    HttpClient.newHttpClient().send(request.build(), BodyHandlers.discarding())
}

/** A session that is paid, and the webhook that tells the shop. Returns the event. */
private suspend fun paid(api: LomiCoroutineClient, inbox: String): Event {
    val cart = CheckoutSessionCreate { amount = 5000; currencyCode = CurrencyCode.XOF; title = "Coffee Beans - 1kg" }
    val id = call("create to pay") { api.checkoutSessions.create(cart).session().checkoutSessionId!! }

    step = "pay"
    pay(id)

    step = "webhook"
    val delivery = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI(inbox)).build(), BodyHandlers.ofByteArray())
    val signature = delivery.headers().firstValue(Webhooks.SIGNATURE_HEADER).orElse(null)
    val event = Webhooks.constructEvent(delivery.body(), signature) // by LOMI_WEBHOOK_SECRET
    val payment = event.data as Transaction
    check(payment.checkoutSessionId == id) { "the event of another session" }
    println("verified  webhook ${event.event}, ${payment.netAmount} XOF")

    val status = call("get after the payment") { api.checkoutSessions.get(id).status }
    check(status == CheckoutSessionStatus.COMPLETED) { "it is $status" }
    println("paid      $status")
    return event
}

/** A session whose webhook is lost: reconciling finds the payment, and handles it once. */
private suspend fun lostAndFound(api: LomiCoroutineClient, handled: Event) {
    val id = call("create") {
        api.checkoutSessions.create { amount = 5000; currencyCode = CurrencyCode.XOF; metadata = mapOf("webhook" to "lost") }
            .session().checkoutSessionId!!
    }
    pay(id)

    step = "reconcile"
    val guard = ReplayGuard()
    guard.firstTime(handled) // by its webhook
    val payments = ArrayList<Transaction>()
    api.reconcile(Instant.parse("2026-01-01T00:00:00Z")).collect { missed ->
        if (missed.event.event == WebhookEvent.PAYMENT_SUCCEEDED) {
            guard.awaitOnce(missed.event) { payments += it.data as Transaction }
        }
    }
    check(payments.size == 1) { "${payments.size} payments were handled" }
    check(payments.single().checkoutSessionId == id) { "another payment" }
    println("found     a lost webhook, by reconcile: ${payments.single().netAmount} XOF, handled once")
}

fun main() = runBlocking {
    val started = System.nanoTime()
    try {
        val api = LomiCoroutineClient()
        life(api)
        val inbox = System.getenv("LOMI_DEMO_INBOX")
        if (inbox != null) lostAndFound(api, paid(api, inbox))
        val milliseconds = (System.nanoTime() - started) / 1_000_000
        println("""{"language":"kotlin","calls":$calls,"milliseconds":$milliseconds,"paid":${inbox != null}}""")
    } catch (error: Exception) {
        System.err.println("kotlin: $step: $error")
        exitProcess(1)
    }
}
