package africa.lomi.ktor

import africa.lomi.LomiException
import africa.lomi.Webhooks
import africa.lomi.models.Event
import io.ktor.http.ContentType
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.ApplicationCall
import io.ktor.server.application.isHandled
import io.ktor.server.application.log
import io.ktor.server.request.contentLength
import io.ktor.server.request.receiveChannel
import io.ktor.server.response.respond
import io.ktor.server.response.respondText
import io.ktor.server.routing.Route
import io.ktor.server.routing.RoutingContext
import io.ktor.server.routing.application
import io.ktor.server.routing.post
import io.ktor.utils.io.readRemaining
import java.time.Duration
import kotlinx.io.readByteArray

/**
 * A route for webhooks: `lomiWebhook("/webhooks/lomi") { event -> ... }`. The handler gets genuine events alone. When it
 * returns without a response of its own, by `call.respond`, the response is 204. What it throws is a 500, after which
 * lomi. repeats the delivery.
 *
 * @param secrets default: `LOMI_WEBHOOK_SECRET`
 * @param maxAge the maximum age of a delivery; default: no limit
 */
fun Route.lomiWebhook(path: String, secrets: List<String>? = null, maxAge: Duration? = null, handler: suspend RoutingContext.(Event) -> Unit) {
    post(path) {
        val event = try {
            receive(call, secrets, maxAge)
        } catch (error: LomiException) {
            val refusal = Webhooks.refusal(error) ?: throw error
            application.log.warn("lomi: {}", error.message)
            call.respondText(refusal.body, ContentType.Application.Json, HttpStatusCode.fromValue(refusal.status))
            return@post
        }
        handler(event)
        if (!call.isHandled) call.respond(HttpStatusCode.NoContent)
    }
}

private suspend fun receive(call: ApplicationCall, secrets: List<String>?, maxAge: Duration?): Event {
    val most = Webhooks.maxBody
    if ((call.request.contentLength() ?: 0) > most) throw Webhooks.bodyTooLarge()
    // Without a Content-Length, the bytes count.
    val body = call.receiveChannel().readRemaining(most + 1L).readByteArray()
    if (body.size > most) throw Webhooks.bodyTooLarge()
    val signature = call.request.headers[Webhooks.SIGNATURE_HEADER]
    return when (secrets) {
        null -> Webhooks.constructEvent(body, signature, maxAge = maxAge)
        else -> Webhooks.constructEvent(body, signature, secrets, maxAge)
    }
}
