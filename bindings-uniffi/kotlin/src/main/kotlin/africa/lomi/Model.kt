package africa.lomi

import africa.lomi.internal.Bridge
import africa.lomi.internal.Models
import africa.lomi.internal.Row

/**
 * An object of a response. Every field may be null: the API adds and leaves out fields. Fields that this
 * version does not know are in [extras].
 *
 * A comment that ends with `(API DE)` is about something that only these generations of the API document:
 * A (April 2025), C (the generated clients, November 2025), B (December 2025), D (June 2026), E (after July
 * 2026).
 */
abstract class Model internal constructor(internal val row: Row) {
    /** The response that the object came from; null for an object within another one. */
    val lastResponse: LastResponse? get() = row.response

    /** The fields that this version does not know, by their names in JSON. */
    val extras: Map<String, Any?> get() = row.extras()

    /**
     * The value of a field, by its name in JSON, as the server sent it: before `complete` is read as
     * `completed`. Also gives fields that this version does not know.
     */
    fun original(name: String): Any? = row.original(name)

    /** Every digit of a number, by its name in JSON: also of one that is too large or has decimals. */
    fun digits(name: String): String? = row.digits(name)

    /** The fields by their names in JSON. Numbers are [Long] or [java.math.BigDecimal]. */
    fun toMap(): Map<String, Any?> = row.toMap()

    /** The object as JSON, with every digit. [fromJson] reads it again. */
    fun toJson(): String = Bridge.jsonOfPacked(row.packed())

    /** Objects of one class are equal if their fields are. */
    override fun equals(other: Any?): Boolean =
        this === other || (other is Model && javaClass == other.javaClass && toMap() == other.toMap())

    override fun hashCode(): Int = toMap().hashCode()

    /** The fields. API keys and webhook secrets are masked. */
    override fun toString(): String {
        val fields = toMap().entries.joinToString { (name, value) -> "$name=$value" }
        return Bridge.redact("${javaClass.simpleName}($fields)")
    }

    companion object {
        /** An object from JSON that [toJson] has written, or that the API has sent. */
        @JvmStatic
        fun <T : Model> fromJson(type: Class<T>, json: String): T {
            val number = Models.number(type.simpleName)
            require(number >= 0) { "${type.name} is not a model of the API" }
            return type.cast(Bridge.readObject(number, json).one())
        }

        /** `Model.fromJson<CheckoutSession>(json)`. */
        inline fun <reified T : Model> fromJson(json: String): T = fromJson(T::class.java, json)
    }
}
