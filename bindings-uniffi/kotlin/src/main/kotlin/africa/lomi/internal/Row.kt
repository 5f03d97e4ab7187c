package africa.lomi.internal

import africa.lomi.LastResponse
import africa.lomi.UnexpectedResponseError
import java.math.BigDecimal
import java.time.Instant
import java.time.LocalDate
import java.time.OffsetDateTime
import java.time.ZoneOffset
import java.time.format.DateTimeParseException

/** An object of a response: bytes, and the place where it starts. A field is looked up by its number. */
internal class Row(val bytes: ByteArray, val at: Int, val response: LastResponse? = null) {
    val model: Int get() = Packed.short(bytes, at + 5)
    private val size: Int get() = Packed.short(bytes, at + 7)

    /** A string. Another scalar is given as its text: a server may send an id as a number. */
    fun text(field: Int): String? = read(field, "String") { place ->
        if (bytes[place] == Packed.STRING) Packed.text(bytes, place + 1) else scalar(place)
    }

    fun boolean(field: Int): Boolean? = read(field, "Boolean", ::flag)

    /** A whole number. One with decimals, or beyond a Long, is an error: it is never rounded. */
    fun long(field: Int): Long? = read(field, "Long") { place ->
        if (bytes[place] == Packed.INTEGER) Packed.long(bytes, place + 1) else whole(Packed.decimal(bytes, place))
    }

    fun number(field: Int): BigDecimal? = read(field, "BigDecimal") { place -> Packed.decimal(bytes, place) }

    /** A moment; a day is its start in UTC. */
    fun time(field: Int): Instant? = read(field, "Instant") { place ->
        if (bytes[place] == Packed.STRING) instant(Packed.text(bytes, place + 1)) else null
    }

    @Suppress("UNCHECKED_CAST")
    fun map(field: Int): Map<String, Any?>? =
        read(field, "Map") { place -> Packed.value(bytes, place) as? Map<String, Any?> }

    @Suppress("UNCHECKED_CAST")
    fun maps(field: Int): List<Map<String, Any?>>? = read(field, "List<Map>") { place ->
        val list = Packed.value(bytes, place) as? List<*>
        list?.takeIf { items -> items.all { it is Map<*, *> } } as List<Map<String, Any?>>?
    }

    /** Strings; one string is a list of one. */
    fun words(field: Int): List<String>? = read(field, "List<String>") { place ->
        when (val value = Packed.value(bytes, place)) {
            is List<*> -> value.map { it.toString() }
            is String -> listOf(value)
            else -> null
        }
    }

    /** The object of a field as its class. */
    fun <T> one(field: Int, make: (Row) -> T): T? =
        read(field, "Map") { place -> if (bytes[place] == Packed.OBJECT) make(Row(bytes, place)) else null }

    /** The objects of a field as their class. */
    fun <T> many(field: Int, make: (Row) -> T): List<T>? = read(field, "List<Map>") { place ->
        if (bytes[place] != Packed.LIST) return@read null
        val items = Packed.list(bytes, place) { item -> if (bytes[item] == Packed.OBJECT) make(Row(bytes, item)) else null }
        items.takeIf { null !in it }?.filterNotNull()
    }

    /** The object of a field, if it is one of a model. */
    fun child(field: Int): Row? {
        val place = place(Packed.PLACES + 4 * field)
        return if (place != 0 && bytes[place] == Packed.OBJECT) Row(bytes, place) else null
    }

    /** Every field that the object has, by its name in JSON, and those that this version does not know. */
    fun toMap(): Map<String, Any?> {
        val map = LinkedHashMap<String, Any?>()
        names().forEachIndexed { field, name ->
            val place = place(Packed.PLACES + 4 * field)
            if (place != 0) map[name] = Packed.value(bytes, place)
        }
        return map.apply { putAll(extras()) }
    }

    /** The fields that this version does not know. */
    fun extras(): Map<String, Any?> {
        // Each has the place of the next one, its name and its value.
        var place = place(Packed.PLACES + 4 * size)
        if (place == 0) return emptyMap()
        val extras = LinkedHashMap<String, Any?>()
        while (place != 0) {
            val value = place + 8 + Packed.int(bytes, place + 4)
            extras[Packed.text(bytes, place + 4)] = Packed.value(bytes, value)
            place = Packed.int(bytes, place).let { if (it == 0) 0 else at + it }
        }
        return extras
    }

    /** What the server sent where something else is read, by the names of the fields. */
    private fun originals(): Map<String, Any?> {
        val place = place(Packed.PLACES + 4 * (size + 1))
        return if (place == 0) emptyMap() else Packed.map(bytes, place)
    }

    /** A field as the server sent it; null for one that it did not send. */
    fun original(name: String): Any? {
        val originals = originals()
        if (name in originals) return originals[name]
        val field = names().indexOf(name)
        val place = if (field < 0) 0 else place(Packed.PLACES + 4 * field)
        return if (place != 0) Packed.value(bytes, place) else extras()[name]
    }

    /** The digits of a number, or a string, as they were sent. */
    fun digits(name: String): String? {
        val field = names().indexOf(name)
        val place = if (field < 0) 0 else place(Packed.PLACES + 4 * field)
        return if (place == 0) null else Packed.digits(bytes, place)
    }

    /** The packed object alone. */
    fun packed(): ByteArray = bytes.copyOfRange(at, Packed.end(bytes, at))

    private fun names(): List<String> = Tables.fields(model).split(' ')

    /** The place of what stands at an entry of the object's table; 0 for nothing. */
    private fun place(entry: Int): Int = Packed.int(bytes, at + entry).let { if (it == 0) 0 else at + it }

    private inline fun <T> read(field: Int, type: String, value: (Int) -> T?): T? {
        val place = place(Packed.PLACES + 4 * field)
        if (place == 0 || bytes[place] == Packed.NULL) return null
        return value(place) ?: refuse(names()[field], type, place)
    }

    private fun refuse(name: String, type: String, place: Int): Nothing {
        val sent = Packed.digits(bytes, place) ?: Packed.value(bytes, place).toString()
        val arguments = mapOf("field" to name, "kind" to type, "value" to sent)
        throw UnexpectedResponseError(Message.of("field_of_another_type", arguments))
    }

    private fun scalar(place: Int): String? = Packed.digits(bytes, place) ?: flag(place)?.toString()

    private fun flag(place: Int): Boolean? = when (bytes[place]) {
        Packed.TRUE -> true
        Packed.FALSE -> false
        else -> null
    }
}

private fun whole(number: BigDecimal?): Long? = try {
    number?.longValueExact()
} catch (_: ArithmeticException) {
    null
}

private fun instant(text: String): Instant? = try {
    if ('T' in text || ' ' in text) OffsetDateTime.parse(text.replace(' ', 'T')).toInstant()
    else LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
} catch (_: DateTimeParseException) {
    null
}
