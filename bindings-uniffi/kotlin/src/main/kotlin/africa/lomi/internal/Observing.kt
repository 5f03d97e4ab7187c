package africa.lomi.internal

import africa.lomi.Observer
import africa.lomi.RequestEvent
import africa.lomi.ResponseEvent
import com.sun.jna.Callback
import com.sun.jna.CallbackReference
import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native
import com.sun.jna.Pointer

/** Passes the events of a client to its observer and to the log. The native library has the address of it. */
internal class Observing private constructor(private val observer: Observer?, private val log: Log) {
    private interface Event : Callback {
        fun invoke(bytes: Pointer, length: Long)
    }

    /** Kept as long as the client is: the native library calls it. */
    private val callback = object : Event {
        override fun invoke(bytes: Pointer, length: Long) {
            try {
                deliver(Packed.map(bytes.getByteArray(0, length.toInt()), 0))
            } catch (thrown: Throwable) {
                log.warnOnce("an observer threw $thrown, which has no effect on calls")
            }
        }
    }

    val address: Long = Pointer.nativeValue(CallbackReference.getFunctionPointer(callback)).also {
        Native.setCallbackThreadInitializer(callback, CallbackThreadInitializer(true, false, "lomi"))
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
