package africa.lomi.testing

import africa.lomi.LomiClient
import africa.lomi.LomiCoroutineClient
import africa.lomi.internal.Bridge

/** Answers the calls of its clients with examples of what the API returns, for unit tests. Nothing is sent. */
class Stub {
    private val offline = Bridge.stub()

    /** A client that gets its responses from this stub. It needs no key. */
    fun client(): LomiClient = LomiClient { offline = this@Stub.offline }

    /** The same for coroutines. */
    fun coroutineClient(): LomiCoroutineClient = LomiCoroutineClient { offline = this@Stub.offline }

    /** Sets the response to the next call of an operation, such as `create_checkout_session`. */
    @JvmOverloads
    fun respond(operation: String, body: Any? = null, status: Int = 200) {
        val json = if (body is String) body else Bridge.jsonOf(body)
        Bridge.respond(offline, operation, status, json)
    }

    /** Makes the next call of an operation fail: `connection`, `timeout` or another way that the message names. */
    @JvmOverloads
    fun fail(operation: String, how: String = "connection") {
        Bridge.fail(offline, operation, how)
    }

    /** The requests so far: maps of operation, method, path, query, body and headers. */
    val requests: List<Map<String, Any?>> get() = Bridge.requests(offline)
}
