package africa.lomi.internal

import java.math.BigDecimal
import java.util.Arrays

/**
 * Reads packed values, the form in which the native library returns what a response holds. Nothing is
 * read before it is asked for: an object starts with the places of its fields.
 */
internal object Packed {
    const val NULL: Byte = 0
    const val FALSE: Byte = 1
    const val TRUE: Byte = 2
    const val INTEGER: Byte = 3
    const val NUMBER: Byte = 4
    const val STRING: Byte = 5
    const val LIST: Byte = 6
    const val MAP: Byte = 7
    const val OBJECT: Byte = 8

    /** Bytes of an object before the places of its fields: tag, size, model, number of fields. */
    const val PLACES: Int = 9

    fun int(bytes: ByteArray, at: Int): Int =
        (bytes[at].toInt() shl 24) or ((bytes[at + 1].toInt() and 255) shl 16) or
            ((bytes[at + 2].toInt() and 255) shl 8) or (bytes[at + 3].toInt() and 255)

    fun short(bytes: ByteArray, at: Int): Int = ((bytes[at].toInt() and 255) shl 8) or (bytes[at + 1].toInt() and 255)

    fun long(bytes: ByteArray, at: Int): Long =
        (int(bytes, at).toLong() shl 32) or (int(bytes, at + 4).toLong() and 0xffffffffL)

    /** A length and UTF-8, without a tag. */
    fun text(bytes: ByteArray, at: Int): String = String(bytes, at + 4, int(bytes, at), Charsets.UTF_8)

    /** The place behind a value. */
    fun end(bytes: ByteArray, at: Int): Int = when (bytes[at]) {
        NULL, FALSE, TRUE -> at + 1
        INTEGER -> at + 9
        else -> at + 5 + int(bytes, at + 1)
    }

    /** A value as Kotlin's: a number is a Long, or a BigDecimal; an object is a map. */
    fun value(bytes: ByteArray, at: Int): Any? = when (bytes[at]) {
        NULL -> null
        FALSE -> false
        TRUE -> true
        INTEGER -> long(bytes, at + 1)
        NUMBER -> number(text(bytes, at + 1))
        STRING -> text(bytes, at + 1)
        LIST -> list(bytes, at) { value(bytes, it) }
        MAP -> map(bytes, at)
        else -> Row(bytes, at).toMap()
    }

    fun number(digits: String): Any = digits.toBigDecimalOrNull() ?: digits

    /** The items of a list, each read at its place. */
    inline fun <T> list(bytes: ByteArray, at: Int, item: (Int) -> T): List<T> {
        val count = int(bytes, at + 5)
        val items = ArrayList<T>(count)
        var place = at + 9
        repeat(count) {
            items.add(item(place))
            place = end(bytes, place)
        }
        return items
    }

    fun map(bytes: ByteArray, at: Int): Map<String, Any?> {
        val map = LinkedHashMap<String, Any?>()
        entries(bytes, at) { name, place -> map[name] = value(bytes, place) }
        return map
    }

    /** The entries of a map: each name with the place of its value. */
    inline fun entries(bytes: ByteArray, at: Int, entry: (String, Int) -> Unit) {
        var place = at + 9
        repeat(int(bytes, at + 5)) {
            val name = text(bytes, place)
            place += 4 + int(bytes, place)
            entry(name, place)
            place = end(bytes, place)
        }
    }

    /** The place of the value with a name in a map, without reading the others; 0 for none. */
    fun find(bytes: ByteArray, at: Int, name: ByteArray): Int {
        var place = at + 9
        repeat(int(bytes, at + 5)) {
            val length = int(bytes, place)
            val value = place + 4 + length
            if (Arrays.equals(bytes, place + 4, value, name, 0, name.size)) return value
            place = end(bytes, value)
        }
        return 0
    }

    /** A value's digits or text; null for another value. */
    fun digits(bytes: ByteArray, at: Int): String? = when (bytes[at]) {
        INTEGER -> long(bytes, at + 1).toString()
        NUMBER, STRING -> text(bytes, at + 1)
        else -> null
    }

    /** The number of a field as a decimal; null for a value that is none. */
    fun decimal(bytes: ByteArray, at: Int): BigDecimal? = when (bytes[at]) {
        INTEGER -> BigDecimal.valueOf(long(bytes, at + 1))
        NUMBER, STRING -> text(bytes, at + 1).toBigDecimalOrNull()
        else -> null
    }
}
