package africa.lomi.internal

import africa.lomi.CancelledError
import java.lang.ref.Reference
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.ExecutionException

/** A request to the native library: a kind, bytes, and the object that it needs. */
internal class Work(private val kind: Int, private val bytes: ByteArray, private val of: Handle? = null) {
    /** The calling thread waits. */
    fun wait(client: Handle): ByteArray = try {
        Native.blocking(client.number, kind, of?.number ?: 0, bytes)
    } finally {
        keep(client)
    }

    /** The library's worker thread drives it, and [Awaited] gets the result. */
    fun start(call: Long, client: Handle) = try {
        Native.start(call, client.number, kind, of?.number ?: 0, bytes)
    } finally {
        keep(client)
    }

    /** Both objects are in use until now, although only their numbers have been. */
    private fun keep(client: Handle) {
        Reference.reachabilityFence(client)
        Reference.reachabilityFence(of)
    }

    companion object {
        const val CALL = 0
        const val NEXT_PAGE = 1
        const val NEXT_EVENT = 2
        const val FIND_OUTCOME = 3
    }
}

/** The calls of one client: blocking, awaited by a coroutine, or with a future. */
internal class Transport(settings: Map<String, Any?>, val language: String, observer: africa.lomi.Observer?, offline: Handle?) {
    private val log = Log.of()

    /** The native library refers to it weakly, so it must live as long as the client. */
    private val observing = Observing.of(observer, log)
    private val client: Handle = Bridge.client(Packer.pack(settings + ("binding" to language)), observing, offline)
    private val about = Bridge.about(client)

    val baseUrl: String get() = about["base_url"] as String
    val maskedKey: String? get() = about["masked_key"] as String?

    init {
        warn(about)
    }

    /** Logs what the native library warns of: options, and names in a body that are nearly right. */
    fun warn(about: Map<String, Any?> = Bridge.about(client)) {
        (about["warnings"] as List<*>).forEach { log.warn(it.toString()) }
    }

    fun blocking(work: Work): Reply {
        // A blocking call would keep the carrier thread of a virtual thread.
        if (VirtualThreads.isVirtual()) return joined(future { awaited(work) })
        return replied(work.wait(client))
    }

    suspend fun awaited(work: Work): Reply = replied(Awaited.result(client, work))

    fun <T> future(result: suspend () -> T): CompletableFuture<T> = CallFuture.of(Awaited.SCOPE, result)

    private fun replied(bytes: ByteArray): Reply {
        val reply = Reply(bytes)
        reply.response?.warning?.let(log::warn)
        reply.check()
        // An observer is told of a call's attempts until it has ended.
        Reference.reachabilityFence(observing)
        return reply
    }

    companion object {
        /** Waits for a call. A thread that is interrupted cancels it, and stays interrupted. */
        fun <T> joined(future: CompletableFuture<T>): T {
            try {
                return future.get()
            } catch (interrupted: InterruptedException) {
                val isCancelled = future.cancel(true)
                Thread.currentThread().interrupt()
                // The call ended in this moment, and its result is there.
                if (!isCancelled) return ended(future)
                val error = future.handle { _, cancellation -> CancelledError.behind(cancellation) }.getNow(null) ?: cancelledError(null)
                error.addSuppressed(interrupted)
                throw error
            } catch (failed: ExecutionException) {
                throw failed.cause ?: failed
            }
        }

        /** Not `get`, which an interrupted thread cannot call. */
        private fun <T> ended(future: CompletableFuture<T>): T = try {
            future.join()
        } catch (failed: CompletionException) {
            throw failed.cause ?: failed
        }
    }
}

/** `Thread.isVirtual`, which Java 17 does not have. */
private object VirtualThreads {
    private val isVirtual = runCatching { Thread::class.java.getMethod("isVirtual") }.getOrNull()

    fun isVirtual(): Boolean = isVirtual != null && isVirtual.invoke(Thread.currentThread()) as Boolean
}
