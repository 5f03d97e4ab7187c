package africa.lomi.internal

import africa.lomi.Model
import africa.lomi.Money
import africa.lomi.OpenEnum
import africa.lomi.RequestFields
import africa.lomi.ValidationError
import java.math.BigDecimal
import java.math.BigInteger
import java.net.URI
import java.net.URL
import java.nio.file.Path
import java.time.Duration
import java.time.OffsetDateTime
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter
import java.time.temporal.Temporal
import java.util.Date
import java.util.UUID

/** Writes values as the native library reads them. */
internal class Packer {
    private val bytes = Bytes()

    fun byte(value: Int): Packer = apply { bytes.byte(value) }

    fun short(value: Int): Packer = byte(value shr 8).byte(value)

    /** A length and UTF-8, without a tag. */
    fun text(value: String): Packer = apply {
        // The JDK writes half of a surrogate pair as a question mark.
        if (!isUnicode(value)) throw ValidationError(Message.of("not_unicode", mapOf("place" to Message.of("the_value"))))
        val utf8 = value.toByteArray(Charsets.UTF_8)
        bytes.int(utf8.size)
        bytes.all(utf8)
    }

    /** Bytes with their length, without a tag. */
    fun bytes(value: ByteArray): Packer = apply {
        bytes.int(value.size)
        bytes.all(value)
    }

    /** Any value that JSON can have. An amount of money is sent as its amount and currency. */
    fun value(value: Any?): Packer = apply {
        when (value) {
            null -> byte(Packed.NULL.toInt())
            is Boolean -> byte((if (value) Packed.TRUE else Packed.FALSE).toInt())
            is Long, is Int, is Short, is Byte -> byte(Packed.INTEGER.toInt()).also { bytes.long((value as Number).toLong()) }
            is BigInteger, is BigDecimal, is Double, is Float -> number(value.toString())
            is CharSequence, is Char, is UUID, is URI, is URL, is Path, is OpenEnum -> string(value.toString())
            is Enum<*> -> string(value.name)
            is RequestFields -> map(value.toMap())
            is Model -> map(value.toMap())
            is Money -> map(mapOf("amount" to value.amount, "currency" to value.currency))
            is Map<*, *> -> map(value)
            is Iterable<*> -> list(value)
            is Array<*> -> list(value.asList())
            is LongArray -> list(value.asList())
            is IntArray -> list(value.asList())
            is Duration -> number(seconds(value))
            is OffsetDateTime -> string(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(value))
            is ZonedDateTime -> string(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(value))
            is Temporal -> string(value.toString())
            is Date -> string(value.toInstant().toString())
            else -> throw notSendable(value)
        }
    }

    fun done(): ByteArray = bytes.taken()

    private fun string(value: String) {
        byte(Packed.STRING.toInt()).text(value)
    }

    private fun number(digits: String) {
        byte(Packed.NUMBER.toInt()).text(digits)
    }

    private fun map(map: Map<*, *>) = nested(Packed.MAP, map.size) {
        for ((name, value) in map) text(name.toString()).value(value)
    }

    private fun list(items: Iterable<*>) {
        val all = items as? Collection<*> ?: items.toList()
        nested(Packed.LIST, all.size) { all.forEach(::value) }
    }

    private inline fun nested(tag: Byte, count: Int, write: () -> Unit) {
        byte(tag.toInt())
        val start = bytes.size
        bytes.int(0)
        bytes.int(count)
        write()
        bytes.set(start, bytes.size - start - 4)
    }

    companion object {
        fun pack(value: Any?): ByteArray = Packer().value(value).done()

        /** Whether every surrogate of a string has its other half. */
        fun isUnicode(text: String): Boolean {
            var at = 0
            while (at < text.length) {
                val char = text[at++]
                if (!char.isSurrogate()) continue
                if (char.isLowSurrogate() || at == text.length || !text[at++].isLowSurrogate()) return false
            }
            return true
        }

        /** For text that is only shown, or compared: with a question mark for half of a surrogate pair. */
        fun readable(text: String): String = if (isUnicode(text)) text else String(text.toByteArray())

        private fun notSendable(value: Any): ValidationError {
            val arguments = mapOf("place" to Message.of("the_value"), "kind" to value.javaClass.name, "container" to Message.of("a_map"))
            return ValidationError(Message.of("not_sendable", arguments))
        }

        private fun seconds(time: Duration): String = BigDecimal.valueOf(time.seconds).add(BigDecimal.valueOf(time.nano.toLong(), 9)).toPlainString()
    }
}

/** Bytes that grow, big-endian, and can be changed at a place. Those of the JDK lock for each byte. */
private class Bytes {
    private var buffer = ByteArray(512)
    var size = 0
        private set

    fun byte(value: Int) {
        room(1)
        buffer[size++] = value.toByte()
    }

    fun int(value: Int) {
        room(4)
        set(size, value)
        size += 4
    }

    fun long(value: Long) {
        int((value shr 32).toInt())
        int(value.toInt())
    }

    fun all(bytes: ByteArray) {
        room(bytes.size)
        bytes.copyInto(buffer, size)
        size += bytes.size
    }

    fun set(at: Int, value: Int) {
        buffer[at] = (value ushr 24).toByte()
        buffer[at + 1] = (value ushr 16).toByte()
        buffer[at + 2] = (value ushr 8).toByte()
        buffer[at + 3] = value.toByte()
    }

    fun taken(): ByteArray = buffer.copyOf(size)

    private fun room(more: Int) {
        if (buffer.size - size < more) buffer = buffer.copyOf(maxOf(2 * buffer.size, Math.addExact(size, more)))
    }
}
