package africa.lomi

import africa.lomi.internal.Bridge
import africa.lomi.internal.Calls
import africa.lomi.internal.Handle
import africa.lomi.internal.Input
import africa.lomi.internal.Requests
import africa.lomi.internal.Transport
import africa.lomi.internal.Work
import africa.lomi.internal.Packer
import java.nio.file.Path
import java.time.Duration
import java.time.Instant
import java.util.concurrent.CompletableFuture

/**
 * A client of the lomi. API for Java, and for Kotlin without coroutines. Its calls block the calling thread until
 * the response is there, and end when the thread is interrupted; those that end with `Async` give a future.
 * Connections are shared between clients, so that a client for each key costs little; it need not be closed.
 */
class LomiClient internal constructor(private val transport: Transport) : Resources(Calls(transport)) {
    /** A client with the key and settings of the environment: `LOMI_API_KEY`, `LOMI_BASE_URL` and others. */
    constructor() : this(Builder("kotlin").transport())

    /** A client with a key. */
    constructor(apiKey: String) : this(Builder("kotlin").apiKey(apiKey).transport())

    /** The base URL of the API. */
    val baseUrl: String get() = transport.baseUrl

    /** Calls any endpoint. It is retried only if the method is safe, or if nothing was sent. */
    @JvmOverloads
    fun request(method: String, path: String, query: Map<String, Any?>? = null, body: Any? = null, options: CallOptions? = null): Any? =
        transport.blocking(raw(method, path, query, body, options)).any()

    /** As [request], without waiting. */
    @JvmOverloads
    fun requestAsync(method: String, path: String, query: Map<String, Any?>? = null, body: Any? = null, options: CallOptions? = null): CompletableFuture<Any?> =
        transport.future { transport.awaited(raw(method, path, query, body, options)).any() }

    /**
     * Downloads a file that the API links to, such as the `downloadUrl` of an export. Neither the key nor the
     * headers of this client are sent to the link.
     *
     * @param maxBytes default: the limit `body` of the client; 1 GiB for a file
     */
    @JvmOverloads
    fun download(url: String, maxBytes: Long? = null, options: CallOptions? = null): ByteArray =
        transport.blocking(Requests.download(url, options, maxBytes)).any() as ByteArray

    /** Saves the file and gives its size. An existing file is replaced only when the new one is complete. */
    @JvmOverloads
    fun download(url: String, to: Path, maxBytes: Long? = null, options: CallOptions? = null): Long =
        transport.blocking(Requests.download(url, options, maxBytes, to)).any() as Long

    /**
     * Finds out whether the call was done whose outcome is unknown. A call that the server does once is sent again
     * with its idempotency key; for any other, its object is looked for and nothing is written.
     *
     * @param knownIds ids of objects of the same kind that are known to be of other calls
     * @param timeout maximum time for each call of the search
     */
    @JvmOverloads
    fun findOutcome(unknown: OutcomeUnknown, knownIds: List<String> = emptyList(), timeout: Duration? = null): FoundOutcome =
        findOutcome(unknown.unknownCall.orEmpty(), knownIds, timeout)

    /** As the other one, with the stored [OutcomeUnknown.unknownCall] of the exception. */
    @JvmOverloads
    fun findOutcome(unknownCall: String, knownIds: List<String> = emptyList(), timeout: Duration? = null): FoundOutcome =
        FoundOutcome.of(transport.blocking(search(unknownCall, knownIds, timeout)))

    /**
     * What has ended since then, as the events that webhooks would have brought, oldest first.
     *
     * @param since a cursor
     */
    fun reconcile(since: String): MissedEvents = MissedEvents(transport, since)

    /** The same for the first run, from a time. */
    fun reconcile(since: Instant): MissedEvents = reconcile(since.toString())

    /**
     * Opens a connection for the next call, which then takes one round trip. Nothing is sent, the key included.
     * Servers close idle connections after some seconds, so call it right before a call.
     */
    fun prewarm() {
        transport.blocking(Requests.prewarm())
    }

    /** The base URL and the masked key. */
    override fun toString(): String = "LomiClient(baseUrl=$baseUrl, apiKey=${transport.maskedKey})"

    /** Sets the options of a client. */
    class Builder internal constructor(private val language: String) : ClientOptions<Builder>() {
        internal var offline: Handle? = null

        /** The client. Throws [ConfigurationError] for an option that cannot be used. */
        fun build(): LomiClient = LomiClient(transport())

        internal fun transport() = Transport(taken(), language, observer, offline)
    }

    companion object {
        /** A builder without options. */
        @JvmStatic fun builder(): Builder = Builder("java")

        /** `LomiClient { apiKey = ... }`: the block sets the options. */
        @JvmSynthetic
        operator fun invoke(options: Builder.() -> Unit): LomiClient = Builder("kotlin").apply(options).build()

        /**
         * A client whose calls are answered from a recording (`LOMI_RECORD`, or the option `record`). Nothing is
         * sent, and no key is needed. A request that is not in the recording is a [ConfigurationError].
         */
        @JvmStatic
        fun replay(file: Path): LomiClient =
            Builder("kotlin").apply { offline = Bridge.replay(file.toString()) }.build()
    }
}

internal fun raw(method: String, path: String, query: Map<String, Any?>?, body: Any?, options: CallOptions?): Work {
    val input = Input().query(query)
    return Requests.request(method, path, if (body == null) input else input.body(body), options?.values)
}

internal fun search(unknownCall: String, knownIds: List<String>, timeout: Duration?): Work {
    val options = mapOf("knownIds" to knownIds, "timeout" to timeout)
    return Work(Work.FIND_OUTCOME, Packer().text(unknownCall).value(options).done())
}
