package africa.lomi

import africa.lomi.internal.Bridge

/** Idempotency keys. The server does a create once for each key. */
object IdempotencyKeys {
    /** A new key. */
    @JvmStatic
    fun random(): String = Bridge.idempotencyKey()

    /**
     * The key for something of yours, such as an order: the same key each time. 1234 and "1234" are one order; a
     * value that cannot identify an order is refused. Use the next `attempt` (from 1) when the session of the last
     * one has expired, or when the order has changed.
     */
    @JvmStatic
    @JvmOverloads
    fun forOrder(order: String, attempt: Int? = null): String = Bridge.idempotencyKeyForOrder(order, attempt)

    /** The same for a number. */
    @JvmStatic
    @JvmOverloads
    fun forOrder(order: Long, attempt: Int? = null): String = Bridge.idempotencyKeyForOrder(order, attempt)
}
