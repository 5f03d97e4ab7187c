package africa.lomi.internal

import africa.lomi.CancelledError
import java.util.concurrent.CompletableFuture
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

    /** The calls that a coroutine waits for, by their numbers. */
    val WAITING = ConcurrentHashMap<Long, AwaitedCall>()

    /** Of the calls that give a future. */
    val SCOPE = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    /** The result of a call. A coroutine that is cancelled cancels it. */
    suspend fun result(client: Handle, work: Work): ByteArray {
        val call = AwaitedCall(LAST.incrementAndGet())
        val interceptor = coroutineContext[ContinuationInterceptor]
        try {
            // The code behind the call must not run on the worker thread of the native library.
            if (interceptor == null || interceptor === Dispatchers.Unconfined) {
                return withContext(Dispatchers.Default) { call.result(client, work) }
            }
            return call.result(client, work)
        } catch (cancelled: CancellationException) {
            // Coroutines copy exceptions while they are debugged: the caller may get another one of the chain.
            call.error()?.let { suppressed ->
                generateSequence<Throwable>(cancelled) { it.cause }.take(8).forEach { it.addSuppressed(suppressed) }
            }
            throw cancelled
        }
    }

    /** Resumes the coroutine of a call. */
    fun completed(call: Long, result: ByteArray?) {
        WAITING.remove(call)?.completed(result)
    }
}

/** A call and the coroutine that waits for it. */
internal class AwaitedCall(private val number: Long) {
    private var isStarted = false
    private lateinit var waiting: CancellableContinuation<ByteArray>

    /**
     * The result, or the error of the cancellation; null if there is no memory for it. A coroutine that is cancelled
     * before it runs again does not get what it was resumed with, so the result is kept here too.
     */
    private val ended = CompletableFuture<ByteArray?>()

    suspend fun result(client: Handle, work: Work): ByteArray = suspendCancellableCoroutine {
        waiting = it
        Awaited.WAITING[number] = this
        work.start(number, client)
        isStarted = true
        // Called at once for a coroutine that has been cancelled meanwhile.
        it.invokeOnCancellation { cancel() }
    }

    private fun cancel() {
        // Null: the call has just ended, and its result comes in a moment.
        val error = Native.cancel(number) ?: return
        Awaited.WAITING.remove(number)
        ended.complete(error)
    }

    fun completed(result: ByteArray?) {
        ended.complete(result)
        if (result == null) waiting.resumeWithException(OutOfMemoryError("no memory for the result of a call")) else waiting.resume(result)
    }

    /** How the call of a coroutine that was cancelled has ended; null for a call that was not started. */
    fun error(): CancelledError? = if (isStarted) cancelledError(ended.join()) else null
}
