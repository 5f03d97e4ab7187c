package africa.lomi.internal

import africa.lomi.RequestFields

/** The values of a call: those of its path, of its query, and its body. */
internal class Input {
    private val parts = LinkedHashMap<String, Any?>(4)

    fun path(name: String, value: String): Input = apply {
        @Suppress("UNCHECKED_CAST")
        (parts.getOrPut("path") { LinkedHashMap<String, Any?>(4) } as MutableMap<String, Any?>)[name] = value
    }

    fun query(query: RequestFields?): Input = apply { if (query != null) parts["query"] = query }

    fun query(query: Map<String, Any?>?): Input = apply { if (query != null) parts["query"] = query }

    fun body(body: Any?): Input = apply { parts["body"] = body }

    fun values(): Map<String, Any?> = parts

    companion object {
        val NONE: Input = Input()
    }
}
