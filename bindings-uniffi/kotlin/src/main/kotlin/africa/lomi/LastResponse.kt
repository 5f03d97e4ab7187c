package africa.lomi

import africa.lomi.internal.Packed

/** The response that an object came from, and the call that requested it. */
class LastResponse internal constructor(private val bytes: ByteArray, private val at: Int) {
    /** Read when it is asked for; twice if two threads ask at once. */
    @Volatile
    private var read: Map<String, Any?>? = null
    private val values: Map<String, Any?> get() = read ?: Packed.map(bytes, at).also { read = it }

    /** The HTTP status. */
    val status: Int get() = (values["status"] as Long).toInt()

    /** The headers; names in lower case. */
    @Suppress("UNCHECKED_CAST")
    val headers: Map<String, String> get() = values["headers"] as Map<String, String>

    /** The request id that the server returned, or the one that was sent. */
    val requestId: String get() = values["request_id"] as String

    /** The idempotency key of all attempts. */
    val idempotencyKey: String? get() = values["idempotency_key"] as String?

    /** Whether the server returned an earlier response for the same key; null if it does not say. */
    val replayed: Boolean? get() = values["replayed"] as Boolean?

    /** A warning about the response, such as that its session cannot be paid any more. */
    val warning: String? get() = find(WARNING) as String?

    /** The number of attempts. */
    val attempts: Int get() = (values["attempts"] as Long).toInt()

    /** The requests of the call. */
    val history: List<RequestFacts> get() = RequestFacts.of(values["history"])

    @Suppress("UNCHECKED_CAST")
    internal val page: Map<String, Any?> get() = find(PAGE) as Map<String, Any?>? ?: emptyMap()

    /** What every call looks at, so the rest is not read for it. */
    private fun find(name: ByteArray): Any? = Packed.find(bytes, at, name).let { if (it == 0) null else Packed.value(bytes, it) }

    private companion object {
        val WARNING = "warning".toByteArray()
        val PAGE = "page".toByteArray()
    }

    override fun toString(): String = "LastResponse(status=$status, requestId=$requestId, attempts=$attempts)"
}

/** One request of a call and how it ended. It contains no key and no personal data. */
class RequestFacts private constructor(values: Map<*, *>) {
    val method: String = values["method"] as String

    /** The route with the names of its parameters, not their values. */
    val route: String = values["route"] as String

    /** The HTTP status; null without a response. */
    val status: Int? = (values["status"] as Long?)?.toInt()

    /** The class of the error; null with a response. */
    val failure: String? = values["failure"] as String?
    val milliseconds: Long = values["milliseconds"] as Long
    val requestId: String = values["request_id"] as String

    override fun toString(): String = "$method $route ${status ?: failure} $milliseconds ms request $requestId"

    internal companion object {
        fun of(list: Any?): List<RequestFacts> = (list as? List<*>).orEmpty().map { RequestFacts(it as Map<*, *>) }
    }
}
