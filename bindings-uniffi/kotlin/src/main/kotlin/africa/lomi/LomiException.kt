package africa.lomi

import africa.lomi.internal.Bridge
import java.time.Duration

/**
 * The base of all exceptions of this package. Each kind has a class, with the same name in every language of
 * this SDK. They are unchecked.
 */
open class LomiException internal constructor(
    message: String,
    internal val members: Map<String, Any?> = emptyMap(),
    cause: Throwable? = null,
) : RuntimeException(message, cause) {
    /** The name of the class, such as `RateLimitError`. */
    val kind: String get() = members["class"] as String? ?: javaClass.simpleName

    /** The server's message, without keys. */
    val serverMessage: String? get() = members["server_message"] as String?

    /** The HTTP status; null without a response. */
    val status: Int? get() = (members["status"] as Long?)?.toInt()

    /** The API's error code, such as `not_found`. */
    val code: String? get() = members["code"] as String?

    /** Details from the API: any JSON. */
    val details: Any? get() = members["details"]

    /** The body of the response as a string, without keys. */
    val body: String? get() = members["body"] as String?

    /** The body of the response as bytes, without keys. */
    val rawBody: ByteArray? get() {
        // A body that is not UTF-8 comes as one character for each byte.
        val bytes = members["raw_body"] as String? ?: return body?.toByteArray()
        return bytes.toByteArray(Charsets.ISO_8859_1)
    }

    /** The body if it is a JSON object or list, as a map or a list; else null. */
    val parsedBody: Any? get() = body?.let(Bridge::valueOfJsonOrNull)?.takeIf { it is Map<*, *> || it is List<*> }

    /** The headers of the response; names in lower case. */
    @Suppress("UNCHECKED_CAST")
    val headers: Map<String, String> get() = members["headers"] as Map<String, String>? ?: emptyMap()

    /** The id of the last request. */
    val requestId: String? get() = members["request_id"] as String?

    /** The idempotency key of all attempts. */
    val idempotencyKey: String? get() = members["idempotency_key"] as String?

    /** The number of attempts. */
    val attempts: Int get() = (members["attempts"] as Long? ?: 0).toInt()

    /** The requests of the call. */
    val history: List<RequestFacts> get() = RequestFacts.of(members["history"])

    /**
     * Whether the server carried out the work: `not_sent` and `rejected` mean no, `final` means that the
     * response is the server's decision, `unknown` means that a write may have been carried out.
     */
    val outcome: String get() = members["outcome"] as String? ?: "not_sent"

    /** Whether a write may have been carried out, and no response says whether it was: such an exception is an [OutcomeUnknown]. */
    val isOutcomeUnknown: Boolean get() = this is OutcomeUnknown

    /** The operation, such as `create_checkout_session`. */
    val operation: String? get() = members["operation"] as String?

    /** How long to wait before the next call, if the server says so. */
    val retryAfter: Duration? get() = members["retry_after"]?.let(::duration)

    /**
     * Of a call whose outcome is unknown: JSON for `findOutcome`, which can be stored. It has the body that was
     * sent, and no key.
     */
    val unknownCall: String? get() = members["unknown_call"] as String?

    /** The class and the message; never a key. */
    override fun toString(): String = "africa.lomi.$kind: $message"

    internal companion object {
        /** A number of seconds as a time. */
        fun duration(seconds: Any): Duration =
            Duration.ofNanos(seconds.toString().toBigDecimal().movePointRight(9).toLong())
    }
}

/**
 * A write may have been carried out, and no response says whether it was. Every such exception has this
 * interface, whatever its class is: a 502 to create is a [ServerError] and an [OutcomeUnknown].
 */
interface OutcomeUnknown {
    /** JSON for `findOutcome`, which can be stored. It has the body that was sent, and no key. */
    val unknownCall: String?

    /** The idempotency key of all attempts: with it, a create can be made again. */
    val idempotencyKey: String?
}
