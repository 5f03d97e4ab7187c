package africa.lomi

import africa.lomi.internal.Requests
import africa.lomi.internal.SuspendCalls
import africa.lomi.internal.Transport
import java.nio.file.Path
import java.time.Duration
import java.time.Instant
import kotlinx.coroutines.flow.Flow

/**
 * A client of the lomi. API for coroutines. Its calls suspend until the response is there; a coroutine that is
 * cancelled ends its call and closes the connection. It resumes on the dispatcher of its coroutine.
 * Connections are shared between clients, so that a client for each key costs little; it need not be closed.
 */
class LomiCoroutineClient internal constructor(private val transport: Transport) : CoroutineResources(SuspendCalls(transport)) {
    /** A client with the key and settings of the environment: `LOMI_API_KEY`, `LOMI_BASE_URL` and others. */
    constructor() : this(LomiClient.Builder("kotlin").transport())

    /** A client with a key. */
    constructor(apiKey: String) : this(LomiClient.Builder("kotlin").apiKey(apiKey).transport())

    /** The base URL of the API. */
    val baseUrl: String get() = transport.baseUrl

    /** Calls any endpoint. It is retried only if the method is safe, or if nothing was sent. */
    suspend fun request(method: String, path: String, query: Map<String, Any?>? = null, body: Any? = null, options: CallOptions? = null): Any? =
        transport.awaited(raw(method, path, query, body, options)).any()

    /** As [LomiClient.download]. */
    suspend fun download(url: String, maxBytes: Long? = null, options: CallOptions? = null): ByteArray =
        transport.awaited(Requests.download(url, options, maxBytes)).any() as ByteArray

    /** As [LomiClient.download]: saves the file and gives its size. */
    suspend fun download(url: String, to: Path, maxBytes: Long? = null, options: CallOptions? = null): Long =
        transport.awaited(Requests.download(url, options, maxBytes, to)).any() as Long

    /** As [LomiClient.findOutcome]. */
    suspend fun findOutcome(unknown: OutcomeUnknown, knownIds: List<String> = emptyList(), timeout: Duration? = null): FoundOutcome =
        findOutcome(unknown.unknownCall.orEmpty(), knownIds, timeout)

    /** As [LomiClient.findOutcome], with the stored [OutcomeUnknown.unknownCall] of the exception. */
    suspend fun findOutcome(unknownCall: String, knownIds: List<String> = emptyList(), timeout: Duration? = null): FoundOutcome =
        FoundOutcome.of(transport.awaited(search(unknownCall, knownIds, timeout)))

    /**
     * As [LomiClient.reconcile]: each event has the cursor to store once it is handled. Each collection of the flow, as
     * by `retry`, starts at `since` again.
     */
    fun reconcile(since: String): Flow<MissedEvent> = MissedEvents.flow(transport, since)

    /** The same for the first run, from a time. */
    fun reconcile(since: Instant): Flow<MissedEvent> = reconcile(since.toString())

    /** As [LomiClient.prewarm]. */
    suspend fun prewarm() {
        transport.awaited(Requests.prewarm())
    }

    /** The base URL and the masked key. */
    override fun toString(): String = "LomiCoroutineClient(baseUrl=$baseUrl, apiKey=${transport.maskedKey})"

    companion object {
        /** `LomiCoroutineClient { apiKey = ... }`: the block sets the options. */
        operator fun invoke(options: LomiClient.Builder.() -> Unit): LomiCoroutineClient =
            LomiCoroutineClient(LomiClient.Builder("kotlin").apply(options).transport())

        /** As [LomiClient.replay]. */
        fun replay(file: Path): LomiCoroutineClient =
            invoke { offline = africa.lomi.internal.Bridge.replay(file.toString()) }
    }
}
