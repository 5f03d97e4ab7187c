package africa.lomi.internal

import africa.lomi.CancelledError
import africa.lomi.bridge.BridgeClient
import africa.lomi.bridge.Offline
import com.sun.jna.Callback
import com.sun.jna.CallbackReference
import com.sun.jna.Pointer
import java.util.concurrent.CancellationException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutionException
import java.util.concurrent.atomic.AtomicLong
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.coroutineContext
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.withContext

/** A request to the native library in its two forms: the calling thread waits, or a coroutine does. */
internal class Work(
    /** Takes the address of the check for interrupts. */
    val blocking: BridgeClient.(ULong) -> ByteArray,
    /** Takes the id of the call. */
    val awaited: suspend BridgeClient.(ULong) -> ByteArray,
)

/** The calls of one client: blocking, awaited by a coroutine, or with a future. */
internal class Transport(settings: Map<String, Any?>, val language: String, observer: africa.lomi.Observer?, offline: Offline?) {
    private val log = Log.of()

    /** The native library has the address of it, so it must live as long as the client. */
    private val observing = Observing.of(observer, log)
    val native: BridgeClient =
        Bridge.client(Packer.pack(settings + ("binding" to language)), observing?.address ?: 0, offline)
    private val about = Packed.map(native.about(), 0)

    val baseUrl: String get() = about["base_url"] as String
    val maskedKey: String? get() = about["masked_key"] as String?

    init {
        warn(about)
    }

    /** Logs what the native library warns of: options, and names in a body that are nearly right. */
    fun warn(about: Map<String, Any?> = Packed.map(native.about(), 0)) {
        (about["warnings"] as List<*>).forEach { log.warn(it.toString()) }
    }

    fun blocking(work: Work): Reply {
        // A blocking call would keep the carrier thread of a virtual thread.
        if (VirtualThreads.isVirtual()) return joined(work)
        return replied(work.blocking(native, Interrupts.check))
    }

    suspend fun awaited(work: Work): Reply {
        val id = IDS.incrementAndGet().toULong()
        try {
            val interceptor = coroutineContext[ContinuationInterceptor]
            val bytes = if (interceptor == null || interceptor === Dispatchers.Unconfined) {
                // The code behind the call must not run on the worker thread of the native library.
                withContext(Dispatchers.Default) { work.awaited(native, id) }
            } else {
                work.awaited(native, id)
            }
            return replied(bytes)
        } catch (cancelled: CancellationException) {
            // Coroutines copy exceptions while they are debugged: the caller may get another one of the chain.
            val error = native.cancelled(id)?.let { Reply(it).error() }
            if (error != null) generateSequence<Throwable>(cancelled) { it.cause }.take(8).forEach { it.addSuppressed(error) }
            throw cancelled
        }
    }

    fun <T> future(result: suspend () -> T): CompletableFuture<T> = CallFuture.of(SCOPE, result)

    private fun joined(work: Work): Reply {
        val future = future { awaited(work) }
        try {
            return future.get()
        } catch (interrupted: InterruptedException) {
            // False: the call ended in this moment, and its result is there.
            if (!future.cancel(true)) return future.get()
            val error = future.handle { _, cancellation -> CancelledError.behind(cancellation) }.getNow(null)
                ?: CancelledError(Message.of("call_cancelled"), mapOf("class" to "CancelledError", "outcome" to "unknown"))
            error.addSuppressed(interrupted)
            Thread.currentThread().interrupt()
            throw error
        } catch (failed: ExecutionException) {
            throw failed.cause ?: failed
        }
    }

    private fun replied(bytes: ByteArray): Reply {
        val reply = Reply(bytes)
        reply.response?.warning?.let(log::warn)
        reply.check()
        return reply
    }

    private companion object {
        val IDS = AtomicLong()
        val SCOPE = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    }
}

/** Asks whether the calling thread has been interrupted, every 50 ms while it waits. */
private object Interrupts {
    private interface Check : Callback {
        fun invoke(): Int
    }

    private val callback = object : Check {
        override fun invoke(): Int = if (Thread.currentThread().isInterrupted) 1 else 0
    }

    val check: ULong = Pointer.nativeValue(CallbackReference.getFunctionPointer(callback)).toULong()
}

/** `Thread.isVirtual`, which Java 17 does not have. */
private object VirtualThreads {
    private val isVirtual = runCatching { Thread::class.java.getMethod("isVirtual") }.getOrNull()

    fun isVirtual(): Boolean = isVirtual != null && isVirtual.invoke(Thread.currentThread()) as Boolean
}
