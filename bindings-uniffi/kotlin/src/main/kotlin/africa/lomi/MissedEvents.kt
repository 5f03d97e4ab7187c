package africa.lomi

import africa.lomi.internal.Bridge
import africa.lomi.internal.Handle
import africa.lomi.internal.Transport
import africa.lomi.internal.Work
import africa.lomi.models.Event
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/** An event that a program has missed. */
class MissedEvent internal constructor(
    /** The event, as [Webhooks.constructEvent] returns it; its `source` is `reconcile`. */
    val event: Event,
    /** The cursor to store once the event is handled. */
    val cursor: String,
)

/** The events that a program has missed, oldest first. After an exception, `next` makes the same request again. */
class MissedEvents internal constructor(private val transport: Transport, since: String) : Iterator<MissedEvent> {
    private val run: Handle = Bridge.missedEvents(since)
    private var next: MissedEvent? = null

    /** The cursor after the last event that was taken; after the end, that of the next run. */
    var cursor: String = since
        private set

    override fun hasNext(): Boolean {
        if (next == null) next = read { transport.blocking(it) }
        return next != null
    }

    override fun next(): MissedEvent {
        if (!hasNext()) throw NoSuchElementException()
        return next!!.also {
            next = null
            cursor = it.cursor
        }
    }

    private inline fun read(call: (Work) -> africa.lomi.internal.Reply): MissedEvent? {
        val reply = call(Work(Work.NEXT_EVENT, NOTHING, run))
        if (reply.isNothing) {
            cursor = Bridge.cursor(run)
            return null
        }
        return MissedEvent(reply.one() as Event, Bridge.cursor(run))
    }

    internal companion object {
        private val NOTHING = ByteArray(0)

        /** As the iterator, for coroutines. Each collection is a run of its own: what failed in one is in the next. */
        fun flow(transport: Transport, since: String): Flow<MissedEvent> {
            // A cursor that cannot be used is refused here, before anything is collected.
            Bridge.missedEvents(since)
            return flow {
                val run = MissedEvents(transport, since)
                while (true) emit(run.read { transport.awaited(it) } ?: break)
            }
        }
    }
}
