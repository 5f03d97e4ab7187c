package africa.lomi.internal

import africa.lomi.Observer
import africa.lomi.RequestEvent
import africa.lomi.ResponseEvent

/** Passes the events of a client to its observer and to the log. */
internal class Observing private constructor(private val observer: Observer?, private val log: Log) {
    /** The native library calls this: on the thread of the call, or on its worker thread. */
    @Suppress("unused")
    fun attempt(event: ByteArray) {
        try {
            deliver(Packed.map(event, 0))
        } catch (thrown: Throwable) {
            log.warnOnce("an observer threw $thrown, which has no effect on calls")
        }
    }

    private fun deliver(values: Map<String, Any?>) {
        if (values["event"] == "request") {
            observer?.onRequest(RequestEvent(values))
        } else {
            val event = ResponseEvent(values)
            log.attempt(event)
            observer?.onResponse(event)
        }
    }

    companion object {
        /** Nothing for a client that nobody observes: its calls make no events. */
        fun of(observer: Observer?, log: Log): Observing? =
            if (observer == null && !log.takesAttempts) null else Observing(observer, log)
    }
}
