package africa.lomi

import africa.lomi.internal.Bridge
import africa.lomi.internal.Message
import africa.lomi.models.Event
import java.time.Duration
import java.util.function.Consumer
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext

/** Where a guard stores keys. */
interface ReplayStore {
    /** Stores a key for some time, in one step: true if it is new, false if it was stored before. */
    fun remember(key: String, ttl: Duration): Boolean

    /** Deletes a key. */
    fun forget(key: String)
}

/**
 * Recognizes repeated deliveries. lomi. repeats a delivery whose response was not 2xx. The ids of two deliveries of
 * one payment may differ (live payments by Wave and by card get a new id on every attempt), so the key of a payment
 * event is made of its name, transaction and status. The key of any other event is made of its id: two renewals of
 * one subscription are two events.
 *
 * @param store where keys are stored; default: the memory of this process, 10,000 keys
 * @param ttl for how long a key is stored, above zero; default: 30 days
 * @throws ConfigurationError for another ttl
 */
class ReplayGuard @JvmOverloads constructor(
    private val store: ReplayStore = memory(10_000),
    private val ttl: Duration = Duration.ofDays(30),
) {
    init {
        // With no time at all, each repeated delivery would be handled as a new one.
        if (ttl <= Duration.ZERO) throw ConfigurationError(Message.of("guard_ttl"))
    }

    /** Stores an event and returns whether it is new, in one step. */
    fun firstTime(event: Event): Boolean = store.remember(key(event), ttl)

    /** Forgets an event, so that its next delivery counts as the first: for a handler that failed. */
    fun forget(event: Event): Unit = store.forget(key(event))

    /**
     * Calls the handler if the event is new, and returns whether it was called. If the handler throws, the event is
     * forgotten and the exception is thrown again, so that the next delivery is handled. If the process is killed
     * inside the handler, the event is not forgotten.
     */
    fun once(event: Event, handler: Consumer<Event>): Boolean {
        if (!firstTime(event)) return false
        try {
            handler.accept(event)
        } catch (failed: Throwable) {
            forget(event)
            throw failed
        }
        return true
    }

    /** As [once], for a handler that suspends. The store, which blocks, is called on `Dispatchers.IO`. */
    @JvmSynthetic
    suspend fun awaitOnce(event: Event, handler: suspend (Event) -> Unit): Boolean {
        var isNew = false
        try {
            // Within `try`: a coroutine that is cancelled while the store works has stored the event all the same.
            withContext(Dispatchers.IO) { isNew = firstTime(event) }
            if (isNew) handler(event)
        } catch (failed: Throwable) {
            // Nested: a coroutine that has been cancelled could not come back from another dispatcher.
            if (isNew) withContext(NonCancellable) { withContext(Dispatchers.IO) { forget(event) } }
            throw failed
        }
        return isNew
    }

    companion object {
        /** The key of an event, the same for each delivery: 77 characters, lower case. */
        @JvmStatic
        fun key(event: Event): String = Bridge.replayKey(event.toJson())

        /** A store in the memory of this process, for up to `size` keys. */
        @JvmStatic
        fun memory(size: Int): ReplayStore = object : ReplayStore {
            private val native = Bridge.memoryStore(size)

            override fun remember(key: String, ttl: Duration): Boolean = Bridge.remember(native, key, ttl.toMillis() / 1000.0)

            override fun forget(key: String): Unit = Bridge.forget(native, key)
        }
    }
}
