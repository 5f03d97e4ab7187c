package africa.lomi.internal

import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicLong
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext

/** Calls that a coroutine waits for. A class of its own, so that a program without coroutines does not load them. */
internal object Awaited {
    private val LAST = AtomicLong()

    /** The coroutines that wait, by the numbers of their calls. */
    val WAITING = ConcurrentHashMap<Long, CancellableContinuation<ByteArray>>()

    /** Of the calls that give a future. */
    val SCOPE = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    /** The result of a call. A coroutine that is cancelled cancels it. */
    suspend fun result(client: Handle, work: Work): ByteArray {
        val interceptor = coroutineContext[ContinuationInterceptor]
        // The code behind the call must not run on the worker thread of the native library.
        if (interceptor == null || interceptor === Dispatchers.Unconfined) {
            return withContext(Dispatchers.Default) { started(client, work) }
        }
        return started(client, work)
    }

    private suspend fun started(client: Handle, work: Work): ByteArray {
        val call = LAST.incrementAndGet()
        var error: ByteArray? = null
        try {
            return suspendCancellableCoroutine { waiting ->
                WAITING[call] = waiting
                work.start(call, client)
                // Called at once for a coroutine that has been cancelled meanwhile.
                waiting.invokeOnCancellation {
                    WAITING.remove(call)
                    error = Native.cancel(call)
                }
            }
        } catch (cancelled: CancellationException) {
            // Coroutines copy exceptions while they are debugged: the caller may get another one of the chain.
            error?.let { Reply(it).error() }?.let { suppressed ->
                generateSequence<Throwable>(cancelled) { it.cause }.take(8).forEach { it.addSuppressed(suppressed) }
            }
            throw cancelled
        }
    }

    /** Resumes the coroutine of a call. */
    fun completed(call: Long, result: ByteArray?) {
        val waiting = WAITING.remove(call) ?: return
        if (result == null) waiting.resumeWithException(OutOfMemoryError("no memory for the result of a call")) else waiting.resume(result)
    }
}
