package africa.lomi.internal

import africa.lomi.CallOptions
import africa.lomi.Model

/** Makes a call again that the server has asked to confirm. */
internal class SecondCall(val transport: Transport, private val operation: Int, private val input: Input, private val options: CallOptions?) {
    @Suppress("UNCHECKED_CAST")
    fun <T : Model> blocking(first: Model): T = transport.blocking(work(first)).one() as T

    @Suppress("UNCHECKED_CAST")
    suspend fun <T : Model> awaited(first: Model): T = transport.awaited(work(first)).one() as T

    private fun work(first: Model): Work =
        Requests.confirm(operation, input, options, first.lastResponse?.idempotencyKey, first.original("confirmation_token"))
}
