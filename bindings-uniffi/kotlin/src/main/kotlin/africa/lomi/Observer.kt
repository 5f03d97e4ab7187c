package africa.lomi

import java.time.Duration

/**
 * Is told before each request of a call and after each attempt. It runs on the thread of the call, or for awaited
 * calls on the one worker thread of this package, so it must return at once. What it throws has no effect on calls.
 */
interface Observer {
    /** Before a request. */
    fun onRequest(event: RequestEvent) {}

    /** After an attempt: with a response or without one. */
    fun onResponse(event: ResponseEvent) {}
}

/** A request. The event has no body, no key and no value of a path parameter. */
open class RequestEvent internal constructor(private val values: Map<String, Any?>) {
    /** The operation, such as `create_checkout_session`; method and path for `request`. */
    val operation: String get() = values["operation"] as String
    val method: String get() = values["method"] as String

    /** The route with the names of its parameters, not their values. */
    val route: String get() = values["route"] as String

    /** The number of the attempt within its call, from 1. */
    val attempt: Int get() = (values["attempt"] as Long).toInt()

    /** The idempotency key of all attempts. */
    val idempotencyKey: String? get() = values["idempotency_key"] as String?

    /** The request id that was sent; after an attempt, the one that the server returned. */
    val requestId: String get() = values["request_id"] as String

    override fun toString(): String = "$method $route attempt $attempt"
}

/** The end of an attempt. */
class ResponseEvent internal constructor(private val values: Map<String, Any?>) : RequestEvent(values) {
    /** The HTTP status; null without a response. */
    val status: Int? get() = (values["status"] as Long?)?.toInt()

    /** The class name of the error, such as `APIConnectionError`; null if the response could be read. */
    val error: String? get() = values["error"] as String?

    /** The time from sending to the end of the response. */
    val elapsed: Duration get() = LomiException.duration(values["elapsed"]!!)

    /** The pause before the next attempt; null if this attempt was the last. */
    val retryIn: Duration? get() = values["retry_in"]?.let(LomiException::duration)

    /** One line for a log. */
    override fun toString(): String = values["text"] as String
}
