package africa.lomi.internal

import africa.lomi.CallOptions
import africa.lomi.Model
import africa.lomi.Page
import africa.lomi.models.ConfirmationRequired
import java.util.concurrent.CompletableFuture

/** The calls of a client that block, and those that give a future. */
internal class Calls(val transport: Transport) {
    fun <T> one(operation: Int, input: Input, options: CallOptions?): T =
        object_(transport.blocking(Requests.operation(operation, input, options)))

    fun <T> oneAsync(operation: Int, input: Input, options: CallOptions?): CompletableFuture<T> =
        transport.future { SuspendCalls(transport).one(operation, input, options) }

    fun <M : Model, T> confirmable(operation: Int, input: Input, options: CallOptions?, ask: (Row) -> ConfirmationRequired<M>): T =
        confirmed(transport.blocking(Requests.operation(operation, input, options)), SecondCall(transport, operation, input, options), ask)

    fun <M : Model, T> confirmableAsync(operation: Int, input: Input, options: CallOptions?, ask: (Row) -> ConfirmationRequired<M>): CompletableFuture<T> =
        transport.future { SuspendCalls(transport).confirmable(operation, input, options, ask) }

    fun <T> page(operation: Int, input: Input, options: CallOptions?): Page<T> =
        Pages<T>(transport, operation, input, options).next()

    fun <T> pageAsync(operation: Int, input: Input, options: CallOptions?): CompletableFuture<Page<T>> =
        transport.future { SuspendCalls(transport).page(operation, input, options) }

    fun any(operation: Int, input: Input, options: CallOptions?): Any? =
        transport.blocking(Requests.operation(operation, input, options)).any()

    fun anyAsync(operation: Int, input: Input, options: CallOptions?): CompletableFuture<Any?> =
        transport.future { SuspendCalls(transport).any(operation, input, options) }

    fun nothing(operation: Int, input: Input, options: CallOptions?) {
        transport.blocking(Requests.operation(operation, input, options))
    }

    fun nothingAsync(operation: Int, input: Input, options: CallOptions?): CompletableFuture<Unit> =
        transport.future { SuspendCalls(transport).nothing(operation, input, options) }
}

/** The calls of a client that suspend. */
internal class SuspendCalls(val transport: Transport) {
    suspend fun <T> one(operation: Int, input: Input, options: CallOptions?): T =
        object_(transport.awaited(Requests.operation(operation, input, options)))

    suspend fun <M : Model, T> confirmable(operation: Int, input: Input, options: CallOptions?, ask: (Row) -> ConfirmationRequired<M>): T =
        confirmed(transport.awaited(Requests.operation(operation, input, options)), SecondCall(transport, operation, input, options), ask)

    suspend fun <T> page(operation: Int, input: Input, options: CallOptions?): Page<T> =
        Pages<T>(transport, operation, input, options).awaitNext()

    suspend fun any(operation: Int, input: Input, options: CallOptions?): Any? =
        transport.awaited(Requests.operation(operation, input, options)).any()

    suspend fun nothing(operation: Int, input: Input, options: CallOptions?) {
        transport.awaited(Requests.operation(operation, input, options))
    }
}

/** The object of a response. Its class follows from the number of its model, which the core has chosen for the operation. */
@Suppress("UNCHECKED_CAST")
private fun <T> object_(reply: Reply): T = reply.one() as T

/** The object, or what asks to confirm the call. */
@Suppress("UNCHECKED_CAST")
private fun <M : Model, T> confirmed(reply: Reply, second: SecondCall, ask: (Row) -> ConfirmationRequired<M>): T {
    val row = reply.row()
    val first = Models.read(row)
    if (first !is ConfirmationRequired<*>) return first as T
    return ask(row).also { it.second = second } as T
}
