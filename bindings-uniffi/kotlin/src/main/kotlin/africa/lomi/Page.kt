package africa.lomi

import africa.lomi.internal.Pages
import java.util.Spliterator
import java.util.Spliterators
import java.util.concurrent.CompletableFuture
import java.util.stream.Stream
import java.util.stream.StreamSupport
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/** One page of a list, and the way to those after it. */
class Page<T> internal constructor(
    /** The items of this page. */
    val data: List<T>,
    /** The response with this page. */
    val lastResponse: LastResponse,
    private val pages: Pages<T>,
) {
    private val envelope = lastResponse.page

    /** The number of items in the whole list, if the server counts them. */
    val total: Long? get() = envelope["total"] as Long?

    /** Maximum number of items in a page. */
    val limit: Long? get() = envelope["limit"] as Long?

    /** The number of items before this page. */
    val offset: Long? get() = envelope["offset"] as Long?

    /** The number of this page from 1, if the server numbers pages. */
    val page: Long? get() = envelope["page"] as Long?

    /** The number of pages. */
    val totalPages: Long? get() = envelope["total_pages"] as Long?

    /** Whether more pages follow, as far as the response shows. */
    @get:JvmName("hasMore")
    val hasMore: Boolean get() = envelope["has_more"] == true

    /** The cursor of the next page, if the server uses cursors. */
    val nextCursor: String? get() = envelope["next_cursor"] as String?

    /** Requests the next page; null after the last. */
    fun nextPage(): Page<T>? = pages.nextOrNull()

    /** As [nextPage], without waiting. */
    fun nextPageAsync(): CompletableFuture<Page<T>?> = pages.future { pages.awaitNextOrNull() }

    /** As [nextPage], for coroutines. */
    @JvmSynthetic
    suspend fun awaitNextPage(): Page<T>? = pages.awaitNextOrNull()

    /**
     * The items of this page and of those after it, each page requested when it is reached. After an exception,
     * the iterator makes the same request again.
     */
    fun autoPaging(): Iterable<T> = Iterable { Items(this) }

    /** As [autoPaging], for streams. */
    fun autoPagingStream(): Stream<T> =
        StreamSupport.stream(Spliterators.spliteratorUnknownSize(Items(this), Spliterator.ORDERED), false)

    /** As [autoPaging], for coroutines. */
    @JvmSynthetic
    fun autoPagingFlow(): Flow<T> = flow {
        var page: Page<T>? = this@Page
        while (page != null) {
            page.data.forEach { emit(it) }
            page = page.awaitNextPage()
        }
    }

    override fun toString(): String = "Page(${data.size} items, total=$total, hasMore=$hasMore)"

    private class Items<T>(private var page: Page<T>) : Iterator<T> {
        private var at = 0
        private var isAtEnd = false

        override fun hasNext(): Boolean {
            while (at == page.data.size && !isAtEnd) {
                when (val next = page.nextPage()) {
                    null -> isAtEnd = true
                    else -> {
                        page = next
                        at = 0
                    }
                }
            }
            return at < page.data.size
        }

        override fun next(): T = if (hasNext()) page.data[at++] else throw NoSuchElementException()
    }
}
