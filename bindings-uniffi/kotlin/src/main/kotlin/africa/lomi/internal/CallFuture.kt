package africa.lomi.internal

import africa.lomi.CancelledError
import java.util.concurrent.CancellationException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch

/**
 * The future of a call. Whoever completes it in any way before the call does, by `cancel` or `orTimeout` too, ends the
 * call; the exception then has the call's [CancelledError], which says whether money may have moved.
 */
internal class CallFuture<T> private constructor() : CompletableFuture<T>() {
    private lateinit var job: Job

    /** The error of the cancelled call; nothing if no call was under way. */
    private val ended = CompletableFuture<CancelledError?>()

    override fun cancel(mayInterruptIfRunning: Boolean): Boolean {
        if (isDone) return isCancelled
        val error = end()
        val cancellation = CancellationException(error?.message)
        if (error != null) cancellation.initCause(error)
        return super.completeExceptionally(cancellation) || isCancelled
    }

    override fun completeExceptionally(exception: Throwable): Boolean {
        if (isDone) return false
        end()?.let(exception::addSuppressed)
        return super.completeExceptionally(exception)
    }

    override fun complete(value: T): Boolean = super.complete(value).also { job.cancel(null) }

    /** Ends the call, which takes microseconds; the limit is for the first one, and for a program whose threads are all busy. */
    private fun end(): CancelledError? {
        // Not `cancel()`: older versions of the coroutines, as Spring Boot 3 has them, lack what it is compiled to.
        job.cancel(null)
        // A thread that is interrupted waits too, and stays interrupted.
        var isInterrupted = Thread.interrupted()
        try {
            return ended.get(LIMIT, TimeUnit.MILLISECONDS)
        } catch (late: TimeoutException) {
            return null
        } catch (interrupted: InterruptedException) {
            isInterrupted = true
            return ended.getNow(null)
        } finally {
            if (isInterrupted) Thread.currentThread().interrupt()
        }
    }

    private fun run(scope: CoroutineScope, result: suspend () -> T) {
        job = scope.launch(start = CoroutineStart.UNDISPATCHED) {
            try {
                super@CallFuture.complete(result())
            } catch (cancelled: CancellationException) {
                ended.complete(CancelledError.behind(cancelled))
                // Else whoever has cancelled the call completes the future.
                if (isActive) super@CallFuture.completeExceptionally(cancelled)
            } catch (failed: Throwable) {
                super@CallFuture.completeExceptionally(failed)
            } finally {
                ended.complete(null)
            }
        }
    }

    companion object {
        private const val LIMIT = 2000L

        fun <T> of(scope: CoroutineScope, result: suspend () -> T): CompletableFuture<T> =
            CallFuture<T>().also { it.run(scope, result) }
    }
}
