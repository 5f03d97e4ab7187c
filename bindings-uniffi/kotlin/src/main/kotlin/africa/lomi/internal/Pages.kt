package africa.lomi.internal

import africa.lomi.CallOptions
import africa.lomi.Page

/** The pages that follow one. It does not change: the page after it has its own. */
internal class Pages<T> private constructor(
    private val transport: Transport,
    private val pager: Handle,
    private val options: ByteArray,
) {
    constructor(transport: Transport, operation: Int, input: Input, options: CallOptions?) : this(
        transport,
        Bridge.pager(transport.language, operation, input.values()),
        Packer.pack(options?.values),
    )

    /** The next page, which must exist: a list without rows has an empty one. */
    fun next(): Page<T> = nextOrNull() ?: error("a list has a first page")

    suspend fun awaitNext(): Page<T> = awaitNextOrNull() ?: error("a list has a first page")

    fun nextOrNull(): Page<T>? = Bridge.fork(pager).let { page(transport.blocking(work(it)), it) }

    suspend fun awaitNextOrNull(): Page<T>? = Bridge.fork(pager).let { page(transport.awaited(work(it)), it) }

    fun <R> future(result: suspend () -> R) = transport.future(result)

    private fun work(pager: Handle): Work = Work(Work.NEXT_PAGE, options, pager)

    @Suppress("UNCHECKED_CAST")
    private fun page(reply: Reply, after: Handle): Page<T>? =
        if (reply.isNothing) null else Page(reply.rows() as List<T>, reply.response!!, Pages(transport, after, options))
}
