package africa.lomi

import africa.lomi.internal.Bridge
import java.util.Collections

/** What a caller sends: the fields of a body, or the parameters of a query. */
abstract class RequestFields internal constructor(private val fields: Map<String, Any?>) {
    /** The fields that are set, by their names in JSON; null is a value. */
    fun toMap(): Map<String, Any?> = fields

    final override fun equals(other: Any?): Boolean =
        this === other || (other is RequestFields && javaClass == other.javaClass && fields == other.fields)

    final override fun hashCode(): Int = fields.hashCode()

    /** The fields. API keys and webhook secrets are masked. */
    final override fun toString(): String {
        val shown = fields.entries.joinToString { (name, value) -> "$name=$value" }
        return Bridge.redact("${javaClass.simpleName}($shown)")
    }
}

/** What a builder has set so far, by names. */
abstract class Settings<B : Settings<B>> internal constructor() {
    private val values = LinkedHashMap<String, Any?>()

    internal fun put(name: String, value: Any?): B {
        values[name] = value
        @Suppress("UNCHECKED_CAST")
        return this as B
    }

    /** Sets a value that is not null. */
    @PublishedApi
    internal fun present(name: String, value: Any?): B {
        if (value != null) values[name] = value
        @Suppress("UNCHECKED_CAST")
        return this as B
    }

    @Suppress("UNCHECKED_CAST")
    internal fun <T> value(name: String): T? = values[name] as T?

    /** What has been set: later changes of the builder do not change it. */
    internal fun taken(): Map<String, Any?> = Collections.unmodifiableMap(LinkedHashMap(values))
}

/**
 * Sets fields. Each has three states: one that is not set is not sent, null is sent and clears a field, a value
 * is sent.
 */
abstract class Fields<B : Fields<B>> internal constructor() : Settings<B>() {
    /** Sets a field by its name in JSON, also one that this version does not know. */
    fun set(name: String, value: Any?): B = put(name, value)
}
