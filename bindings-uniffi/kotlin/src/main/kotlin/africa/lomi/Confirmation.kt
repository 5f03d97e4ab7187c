package africa.lomi

import africa.lomi.internal.Bridge
import africa.lomi.internal.Row
import africa.lomi.internal.SecondCall
import java.util.concurrent.CompletableFuture

/** A response that asks to confirm its call: nothing has moved yet. */
abstract class Confirmation<T : Model> internal constructor(row: Row) : Model(row) {
    /** Null for an object that no call of a client has returned. */
    internal var second: SecondCall? = null

    /**
     * Makes the call again with its idempotency key and the token, and gives its result. Money moves now. Throws
     * [ConfirmationTokenError] if the token has expired or is for another body.
     */
    fun confirm(): T = call().blocking(this)

    /** As [confirm], without waiting. */
    fun confirmAsync(): CompletableFuture<T> = call().let { it.transport.future { it.awaited(this) } }

    /** As [confirm], for coroutines. */
    @JvmSynthetic
    suspend fun awaitConfirm(): T = call().awaited(this)

    private fun call(): SecondCall = second ?: throw Bridge.nothingToConfirm()
}
