package africa.lomi.internal

import africa.lomi.LomiException
import africa.lomi.VERSION

/** The functions of the native library, which is loaded when the first of them is called. */
internal object Bridge {
    init {
        load()
    }

    private fun load() {
        val library = NativeLibrary.locate()
        val theirs = try {
            System.load(library.path.toString())
            Native.load()
        } catch (cause: Throwable) {
            throw NativeLibrary.missing("the native library ${library.path} cannot be loaded: ${cause.message}", cause)
        } finally {
            library.afterLoading()
        }
        val ours = "$VERSION (${Tables.DIGEST})"
        if (ours != theirs) {
            throw NativeLibrary.missing("the native library is of version $theirs and the classes are of $ours: both must come from one jar")
        }
    }

    fun client(settings: ByteArray, observing: Observing?, offline: Handle?): Handle =
        Handle(any(Native.client(settings, observing, offline?.number ?: 0))).also { java.lang.ref.Reference.reachabilityFence(offline) }

    fun about(client: Handle): Map<String, Any?> = of("about", client)

    fun pager(language: String, operation: Int, input: Any?): Handle = made("pager", language, operation, input)

    fun fork(pager: Handle): Handle = Handle(of("fork", pager))

    fun missedEvents(since: String): Handle = made("missedEvents", since)

    fun cursor(run: Handle): String = of("cursor", run)

    fun stub(): Handle = made("stub")

    fun replay(file: String): Handle = made("replay", file)

    fun respond(stub: Handle, operation: String, status: Int, body: String): Unit = of("respond", stub, operation, status, body)

    fun fail(stub: Handle, operation: String, how: String): Unit = of("fail", stub, operation, how)

    fun requests(stub: Handle): List<Map<String, Any?>> = of("requests", stub)

    fun memoryStore(size: Int): Handle = made("memoryStore", size)

    fun remember(store: Handle, key: String, ttl: Double): Boolean = of("remember", store, key, ttl)

    fun forget(store: Handle, key: String): Unit = of("forget", store, key)

    fun redact(text: String): String = call("redact", Packer.readable(text))

    fun jsonOf(value: Any?): String = call("jsonOf", value)

    /** As [jsonOf], of a packed value. */
    fun jsonOfPacked(value: ByteArray): String = any(Native.function("jsonOf", value))

    fun valueOfJson(json: String): Any? = call("valueOfJson", json)

    /** Null also for what is no JSON. */
    fun valueOfJsonOrNull(json: String): Any? = reply("valueOfJson", json).let { if (it.error() == null) it.any() else null }

    fun nothingToConfirm(): LomiException = reply("nothingToConfirm").error()!!

    fun readObject(model: Int, json: String): Reply = reply("readObject", model, json)

    fun message(name: String, arguments: Map<String, String>): String = call("message", name, arguments.mapValues { Packer.readable(it.value) })

    fun paymentRequired(invoice: String?): String = call("paymentRequired", invoice)

    fun isLogEnabled(value: String): Boolean = call("isLogEnabled", value)

    fun money(amount: String, currency: String): Map<String, Any?> = call("money", amount, currency)

    fun moneyFromMajor(text: String, currency: String): Map<String, Any?> = call("moneyFromMajor", text, currency)

    fun idempotencyKey(): String = call("idempotencyKey")

    fun idempotencyKeyForOrder(order: Any?, attempt: Any?): String = call("idempotencyKeyForOrder", order, attempt)

    fun constructEvent(payload: ByteArray, signature: String, secrets: List<String>, options: Map<String, Any?>): Reply {
        // Anyone can send any signature: what is no text is no signature either.
        val arguments = Packer().bytes(payload).value(Packer.readable(signature)).value(secrets).value(options)
        return Reply(Native.function("constructEvent", arguments.done()))
    }

    fun sign(payload: ByteArray, secret: String): String = any(Native.function("sign", Packer().bytes(payload).value(secret).done()))

    fun replayKey(event: String): String = call("replayKey", event)

    fun webhookRefusal(errorClass: String, code: String?): Map<String, Any?>? = call("webhookRefusal", errorClass, code)

    fun webhookMaxBody(): Int = call<Long>("webhookMaxBody").toInt()

    fun webhookBodyTooLarge(): LomiException = reply("webhookBodyTooLarge").error()!!

    fun webhookBodyAlreadyRead(): LomiException = reply("webhookBodyAlreadyRead").error()!!

    private fun reply(function: String, vararg arguments: Any?): Reply {
        val packer = Packer()
        for (argument in arguments) packer.value(argument)
        return Reply(Native.function(function, packer.done()))
    }

    /** The value that a function gives; throws its error. */
    @Suppress("UNCHECKED_CAST")
    private fun <T> call(function: String, vararg arguments: Any?): T = reply(function, *arguments).any() as T

    /** The same for a function of an object. */
    private fun <T> of(function: String, handle: Handle, vararg arguments: Any?): T = try {
        call(function, handle.number, *arguments)
    } finally {
        java.lang.ref.Reference.reachabilityFence(handle)
    }

    /** An object that a function makes. */
    private fun made(function: String, vararg arguments: Any?): Handle = Handle(call(function, *arguments))

    @Suppress("UNCHECKED_CAST")
    private fun <T> any(result: ByteArray): T = Reply(result).any() as T
}

/** Sentences of the core's catalogue, in the language of `LOMI_LANG`. */
internal object Message {
    fun of(name: String, arguments: Map<String, String> = emptyMap()): String = Bridge.message(name, arguments)
}
