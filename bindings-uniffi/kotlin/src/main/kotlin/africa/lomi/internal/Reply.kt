package africa.lomi.internal

import africa.lomi.LastResponse
import africa.lomi.LomiException
import africa.lomi.Model

/** The result of a call: a tag, a body, and what there is to say about the response. */
internal class Reply(private val bytes: ByteArray) {
    private val end: Int = START + Packed.int(bytes, 1)

    val isNothing: Boolean get() = bytes[0] == NOTHING

    /** The response; null for a result that came from none. */
    val response: LastResponse? = if (bytes[end] == Packed.MAP) LastResponse(bytes, end) else null

    /** The error, as the exception of its class. */
    fun error(): LomiException? =
        if (bytes[0] == ERROR) exceptionOf(Packed.map(bytes, START), last()) else null

    /** The object. */
    fun one(): Model = row().let(Models::read)

    /** The object, for a class that the number of its model does not tell. */
    fun row(): Row {
        check()
        return Row(bytes, START, response)
    }

    /** Any value; null for none. */
    fun any(): Any? {
        check()
        return when (bytes[0]) {
            NOTHING -> null
            BYTES -> bytes.copyOfRange(START, end)
            else -> Packed.value(bytes, START)
        }
    }

    /** The objects of a page. */
    fun rows(): List<Model> {
        check()
        return Packed.list(bytes, START) { at -> Models.read(Row(bytes, at, response)) }
    }

    /** The objects of a list within a map. */
    fun objects(name: String): List<Any?> {
        var objects: List<Any?> = emptyList()
        Packed.entries(bytes, START) { key, at ->
            if (key == name) objects = Packed.list(bytes, at) { item -> objectAt(item) }
        }
        return objects
    }

    /** Throws the error, if it is one. */
    fun check() {
        error()?.let { throw it }
    }

    /** Of a wait that ended too early: the object in its last state. */
    private fun last(): Model? {
        var last: Model? = null
        Packed.entries(bytes, START) { key, at -> if (key == "last") last = objectAt(at) as? Model }
        return last
    }

    private fun objectAt(at: Int): Any? =
        if (bytes[at] == Packed.OBJECT) Models.read(Row(bytes, at)) else Packed.value(bytes, at)

    private companion object {
        const val NOTHING: Byte = 0
        const val ERROR: Byte = 4
        const val BYTES: Byte = 5

        /** Bytes before the body: the tag and the length. */
        const val START = 5
    }
}
