package shop

import africa.lomi.LomiCoroutineClient
import africa.lomi.LomiException
import africa.lomi.ktor.lomiWebhook
import io.ktor.http.ContentType
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.Application
import io.ktor.server.application.ApplicationCall
import io.ktor.server.application.ApplicationCallPipeline
import io.ktor.server.application.install
import io.ktor.server.application.log
import io.ktor.server.cio.CIO
import io.ktor.server.engine.embeddedServer
import io.ktor.server.plugins.NotFoundException
import io.ktor.server.plugins.statuspages.StatusPages
import io.ktor.server.response.header
import io.ktor.server.response.respond
import io.ktor.server.response.respondFile
import io.ktor.server.response.respondText
import io.ktor.server.routing.RoutingCall
import io.ktor.server.routing.get
import io.ktor.server.routing.post
import io.ktor.server.routing.routing
import io.ktor.util.AttributeKey
import java.io.File
import java.time.Duration
import java.time.Instant
import kotlinx.coroutines.runBlocking

private const val PRICE = 15_000L
private val ORDER = AttributeKey<Order>("order")

fun main(arguments: Array<String>) {
    val port = System.getenv("PORT")?.toInt() ?: 3006
    val url = System.getenv("SHOP_URL") ?: "http://127.0.0.1:$port"
    val orders = Orders(System.getenv("SHOP_DATABASE") ?: "shop.sqlite3")
    val lomi = LomiCoroutineClient() // LOMI_API_KEY and LOMI_BASE_URL
    if ("reconcile" in arguments) return runBlocking { reconcile(lomi, orders) }
    println("shop-kotlin: $url")
    embeddedServer(CIO, port, "127.0.0.1") { shop(url, orders, Payments(lomi, orders)) }.start(wait = true)
}

/** The routes. Orders.kt says when an order is paid, Payments.kt talks to lomi. */
fun Application.shop(url: String, orders: Orders, payments: Payments) {
    install(StatusPages) {
        exception<LomiException> { call, error ->
            call.application.log.error("lomi.", error)
            call.html(Pages.later(call.attributes.getOrNull(ORDER)), HttpStatusCode.ServiceUnavailable)
        }
        status(HttpStatusCode.NotFound) { call, status -> call.html(Pages.page("Not found", "<p>There is no such page or order.</p>"), status) }
    }
    intercept(ApplicationCallPipeline.Plugins) { context.response.header(HttpHeaders.CacheControl, "no-store") }

    suspend fun pay(call: ApplicationCall, order: Order) {
        call.attributes.put(ORDER, order)
        call.seeOther(payments.checkoutPage(order, "$url/orders/${order.id}"))
    }

    // Not `parameters`, which has the query too: ?id=... would be another order.
    suspend fun orderOf(call: RoutingCall) = orders.find(call.pathParameters["id"]!!) ?: throw NotFoundException()

    routing {
        // An answer of 2xx for an event that is or was handled, 400 without a valid signature (LOMI_WEBHOOK_SECRET). An
        // exception is a 500, and lomi. sends the event again.
        lomiWebhook("/webhooks") { orders.handle(it) }

        get("/") { call.html(Pages.product(PRICE)) }
        get("/shop.css") { call.respondFile(File("../shop.css")) }

        // The order is stored before the call: no payment comes for an order that the shop does not know.
        post("/orders") { pay(call, orders.add(PRICE)) }
        post("/orders/{id}/pay") { pay(call, orderOf(call)) }

        // The buyer is back, or anyone: only the order's id is taken from the address, and lomi. is asked for the rest.
        get("/orders/{id}") {
            val order = orderOf(call)
            call.html(Pages.order(order, payments.stateOf(order, "cancelled" in call.request.queryParameters)))
        }

        // In a shop of your own, the list and the refund are for the staff only.
        get("/orders") { call.html(Pages.orders(orders.all())) }
        post("/orders/{id}/refund") {
            payments.refund(orderOf(call))
            call.seeOther("/orders")
        }
    }
}

private suspend fun ApplicationCall.html(page: String, status: HttpStatusCode = HttpStatusCode.OK) =
    respondText(page, ContentType.Text.Html, status)

private suspend fun ApplicationCall.seeOther(url: String) {
    response.header(HttpHeaders.Location, url)
    respond(HttpStatusCode.SeeOther)
}

/** Brings the events that no webhook has brought, once. */
private suspend fun reconcile(lomi: LomiCoroutineClient, orders: Orders) {
    // The time is for the first run; later ones continue where the last one ended.
    val missed = orders.cursor()?.let { lomi.reconcile(it) } ?: lomi.reconcile(Instant.now() - Duration.ofDays(30))
    var handled = 0
    missed.collect {
        orders.handle(it.event, it.cursor)
        handled++
    }
    println("$handled events were handed over")
}
