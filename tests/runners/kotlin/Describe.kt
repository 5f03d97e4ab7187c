package africa.lomi.runner

import africa.lomi.IdempotencyKeys
import africa.lomi.LastResponse
import africa.lomi.LomiClient
import africa.lomi.LomiException
import africa.lomi.Model
import africa.lomi.Money
import africa.lomi.Page
import africa.lomi.ReplayGuard
import africa.lomi.Settings
import africa.lomi.CallOptions
import africa.lomi.Webhooks
import africa.lomi.internal.Bridge
import africa.lomi.models.ConfirmationRequired
import africa.lomi.models.Event
import java.lang.reflect.Method
import java.util.Base64

typealias Step = Map<String, Any?>

/** What the runners of Kotlin and of Java have in common: plans, arguments and results. */
object Describe {
    /** The plans on standard input, with numbers that JSON cannot hold: `{"$number": "NaN"}`. */
    @JvmStatic
    fun plans(): List<Step> =
        System.`in`.bufferedReader().readLines().filter { it.isNotBlank() }.map { read(Bridge.valueOfJson(it)) as Step }

    private fun read(value: Any?): Any? = when (value) {
        is Map<*, *> -> when (val digits = value["\$number"]) {
            null -> value.mapValues { (_, field) -> read(field) }
            else -> digits.toString().toBigDecimalOrNull() ?: digits.toString().toDouble()
        }
        is List<*> -> value.map(::read)
        else -> value
    }

    @Suppress("UNCHECKED_CAST")
    @JvmStatic
    fun part(step: Step, name: String): Step? = step[name] as Step?

    private fun camel(name: String): String = Regex("_(.)").replace(name) { it.groupValues[1].uppercase() }

    private fun <B : Settings<B>> B.given(options: Step?): B = apply {
        options.orEmpty().forEach { (name, value) -> if (value != null) put(camel(name), value) }
    }

    /** The options of a client, with their names on the JVM. */
    @JvmStatic
    fun settings(builder: LomiClient.Builder, options: Step): LomiClient.Builder = builder.given(options)

    @JvmStatic
    fun options(step: Step): CallOptions = CallOptions.Builder().given(part(step, "options")).build()

    /** One object, its type, its response, and the fields that were normalized. */
    @JvmStatic
    fun model(model: Model): Step {
        val value = model.toMap()
        val originals = value.keys.filter { value[it] != model.original(it) }.associateWith(model::original)
        val described = mapOf("value" to value, "originals" to originals, "type" to type(model))
        return model.lastResponse?.let { described + ("facts" to facts(it)) } ?: described
    }

    private fun type(model: Model): String =
        if (model is ConfirmationRequired<*>) "ConfirmationRequired" else model.javaClass.simpleName

    private fun facts(response: LastResponse): Step = mapOf(
        "status" to response.status,
        "attempts" to response.attempts,
        "request_id" to response.requestId,
        "idempotency_key" to response.idempotencyKey,
        "replayed" to response.replayed,
        "warning" to response.warning,
    )

    @JvmStatic
    fun page(page: Page<out Model>): Step = mapOf(
        "page" to mapOf(
            "data" to page.data.map { it.toMap() },
            "total" to page.total,
            "has_more" to page.hasMore,
            "next_cursor" to page.nextCursor,
        ),
    )

    /** The result of any operation, and its class; of a list, its rows and theirs. */
    @JvmStatic
    fun result(result: Any?): Step {
        val found = if (result is Page<*>) result.data else result
        val one = if (found is List<*>) found.firstOrNull() else found
        return mapOf("value" to plain(found), "type" to (one as? Model)?.let(::type))
    }

    private fun plain(value: Any?): Any? = when (value) {
        is Model -> value.toMap()
        is List<*> -> value.map(::plain)
        Unit -> null
        else -> value
    }

    /** The properties of an error. */
    @JvmStatic
    fun error(error: Throwable): Step {
        if (error !is LomiException) return mapOf("kind" to "foreign ${error.javaClass.name}", "message" to error.toString())
        return mapOf(
            "kind" to error.kind,
            "status" to error.status,
            "code" to error.code,
            "message" to error.message,
            "details" to error.details,
            "outcome" to error.outcome,
            "attempts" to error.attempts,
            "operation" to error.operation,
            "body" to error.body?.take(100),
            "request_id" to error.requestId,
            "idempotency_key" to error.idempotencyKey,
            "retry_after" to error.retryAfter,
        )
    }

    /** What needs no connection; null for a step that does. */
    @JvmStatic
    fun offline(step: Step): Step? = when (step["do"]) {
        "webhook" -> {
            val signature = step["sign_with"]?.let { Webhooks.sign(payload(step), it.toString()) } ?: step["signature"]
            model(event(payload(step), signature as String?, step))
        }
        "replay_key" -> {
            val signature = Webhooks.sign(payload(step), "whsec_x")
            mapOf("text" to ReplayGuard.key(Webhooks.constructEvent(payload(step), signature, "whsec_x")))
        }
        "sign" -> mapOf("text" to Webhooks.sign(payload(step), step["secret"] as String))
        "key_for_order" -> mapOf("text" to key(step["order"], step["attempt"]))
        "money" -> money(step)
        else -> null
    }

    private fun payload(step: Step): ByteArray =
        (step["payload"] as String?)?.toByteArray() ?: Base64.getDecoder().decode(step["payload_base64"] as String? ?: "")

    /** Ages and moments of a scenario may be numbers that no Duration can be. */
    private fun event(payload: ByteArray, signature: String?, step: Step): Event {
        val secrets = step["secrets"].let { given -> if (given is List<*>) given.map { it as String } else listOf(given as String) }
        val options = mapOf("binding" to "kotlin", "max_age" to step["max_age"], "received_at" to step["received_at"])
        return Bridge.constructEvent(payload, signature.orEmpty(), secrets, options).one() as Event
    }

    private fun key(order: Any?, attempt: Any?): String =
        if (order is String && attempt == null) IdempotencyKeys.forOrder(order) else Bridge.idempotencyKeyForOrder(order, attempt)

    private fun money(step: Step): Step {
        val currency = step["currency"].toString()
        val major = step["major"] as String?
        val money = if (major == null) Money.of(step["amount"].toString(), currency) else Money.fromMajor(major, currency)
        return mapOf("value" to mapOf("amount" to money.amount, "text" to money.toString()))
    }

    /** The method of an operation: with its ids, its body or query, and its options. */
    @JvmStatic
    fun method(resource: Any, name: String, ids: Int, hasFields: Boolean, last: Class<*>): Method =
        resource.javaClass.methods.filter { method ->
            val types = method.parameterTypes
            method.name == name && !method.isSynthetic && types.lastOrNull() == last &&
                types.none { it == Function1::class.java } && CallOptions::class.java in types &&
                types.count { it == String::class.java } == ids
        }.maxByOrNull { if (hasFields) it.parameterCount else -it.parameterCount } ?: error("no method $name")

    /** The arguments of a method but its last ones: ids, and the body or query as its class. */
    @JvmStatic
    fun arguments(method: Method, step: Step): MutableList<Any?> {
        val given: MutableList<Any?> = ids(step).toMutableList()
        val fields = part(step, "body") ?: part(step, "query")
        val type = method.parameterTypes.getOrNull(given.size)
        if (type != null && type != CallOptions::class.java) {
            given += if (fields == null && step["body"] == null) null else filled(type, fields.orEmpty())
        }
        given += options(step)
        return given
    }

    fun ids(step: Step): List<String> = (step["ids"] as List<*>?).orEmpty().map { it.toString() }

    private fun filled(type: Class<*>, fields: Step): Any {
        val builder = type.getMethod("builder").invoke(null)
        val set = builder.javaClass.getMethod("set", String::class.java, Any::class.java)
        fields.forEach { (name, value) -> set.invoke(builder, name, value) }
        return builder.javaClass.getMethod("build").invoke(builder)
    }

    @JvmStatic
    fun resource(client: Any, name: String): Any {
        val camel = camel(name)
        val getters = setOf(camel, "get" + camel.replaceFirstChar(Char::uppercase))
        return client.javaClass.methods.first { it.name in getters && it.parameterCount == 0 }.invoke(client)
    }

    @JvmStatic
    fun verb(step: Step): String = camel(step["verb"] as String)

    @JvmStatic
    fun print(name: Any?, started: Long, result: Step) {
        val ms = (System.nanoTime() - started) / 1_000_000
        val line = Bridge.jsonOf(mapOf("name" to name, "ms" to ms) + result)
        synchronized(this) { println(line) }
    }
}
