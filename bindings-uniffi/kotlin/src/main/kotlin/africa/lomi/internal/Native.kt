package africa.lomi.internal

import java.lang.ref.Cleaner

/**
 * The native methods. Values and results are bytes, and an object of the library is a number. The library compares
 * the signatures of these methods when it is loaded; no other code calls them than [Bridge] and [Transport].
 */
internal object Native {
    /** Binds the other methods; gives the library's version and the digest of its table. */
    @JvmStatic
    external fun load(): String

    /** A function outside of a call, by its name. */
    @JvmStatic
    external fun function(name: String, arguments: ByteArray): ByteArray

    /** A client: its number. */
    @JvmStatic
    external fun client(settings: ByteArray, observing: Observing?, offline: Long): ByteArray

    /** A call, while the calling thread waits. */
    @JvmStatic
    external fun blocking(client: Long, kind: Int, of: Long, work: ByteArray): ByteArray

    /** Starts a call with a number; [completed] gets its result. */
    @JvmStatic
    external fun start(call: Long, client: Long, kind: Int, of: Long, work: ByteArray)

    /** Cancels a call: its error; null if it has just ended. */
    @JvmStatic
    external fun cancel(call: Long): ByteArray?

    /** Frees an object once no call uses it. */
    @JvmStatic
    external fun free(`object`: Long)

    /** The library asks this every 50 ms while a thread waits. */
    @JvmStatic
    fun isInterrupted(): Boolean = Thread.currentThread().isInterrupted

    /** The library has the result of a call; null if there is no memory for it. On its worker thread. */
    @JvmStatic
    fun completed(call: Long, result: ByteArray?) = Awaited.completed(call, result)
}

/** An object of the library, which is freed with this one. */
internal class Handle(val number: Long) {
    init {
        CLEANER.register(this, Free(number))
    }

    /** Has no reference to the handle, which would keep it. */
    private class Free(private val number: Long) : Runnable {
        override fun run() = Native.free(number)
    }

    private companion object {
        val CLEANER: Cleaner = Cleaner.create()
    }
}
