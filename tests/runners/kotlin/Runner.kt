// The runner of Kotlin: plays plans through LomiCoroutineClient, all of them concurrently.

package africa.lomi.runner

import africa.lomi.LomiClient
import africa.lomi.LomiCoroutineClient
import africa.lomi.LomiException
import africa.lomi.Model
import africa.lomi.models.ConfirmationRequired
import africa.lomi.models.CheckoutSession
import africa.lomi.models.CheckoutSessionListParams
import java.lang.reflect.InvocationTargetException
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

fun main() {
    runBlocking(Dispatchers.Default) {
        Describe.plans().forEach { plan -> launch { play(plan) } }
    }
    Thread.sleep(100)
}

private suspend fun play(plan: Step) {
    var started = System.nanoTime()
    val result = try {
        val client = LomiCoroutineClient { Describe.settings(this, Describe.part(plan, "client")!!) }
        for (before in plan["before"] as List<*>) {
            @Suppress("UNCHECKED_CAST")
            call(client, before as Step)
        }
        (plan["pause_ms"] as Long?)?.let { delay(it) }
        started = System.nanoTime()
        call(client, Describe.part(plan, "call")!!)
    } catch (error: Throwable) {
        mapOf("error" to Describe.error(error))
    }
    Describe.print(plan["name"], started, result)
}

private suspend fun call(client: LomiCoroutineClient, step: Step): Step {
    val sessions = client.checkoutSessions
    val options = Describe.options(step)
    val id = step["id"]?.toString().orEmpty()
    return when (step["do"]) {
        "create" -> Describe.model(sessions.create(options) { fill(step, ::set) } as Model)
        "get" -> Describe.model(sessions.get(id, options))
        "list" -> Describe.page(sessions.list(query(step), options))
        "update" -> Describe.model(sessions.update(id, options) { fill(step, ::set) })
        "delete" -> mapOf("value" to null.also { sessions.delete(id, options) })
        "list_all" -> listAll(client, step)
        "operation" -> Describe.result(operation(client, step))
        "request" -> mapOf(
            "value" to client.request(step["method"] as String, step["path"] as String, Describe.part(step, "query"), step["body"], options),
        )
        else -> Describe.offline(step) ?: emptyMap()
    }
}

private inline fun fill(step: Step, set: (String, Any?) -> Any) {
    Describe.part(step, "body")?.forEach { (name, value) -> set(name, value) }
}

private fun query(step: Step) = CheckoutSessionListParams { Describe.part(step, "query")?.forEach { (name, value) -> set(name, value) } }

/** At most `take` ids of a list. With `resume`, continues once after an error. */
private suspend fun listAll(client: LomiCoroutineClient, step: Step): Step {
    val items = ArrayList<String?>()
    val take = step["take"] as Long? ?: 99
    var mayResume = step["resume"] == true
    var page: africa.lomi.Page<CheckoutSession>? = null
    var isAtEnd = false
    while (items.size < take && !isAtEnd) {
        try {
            val next = page?.awaitNextPage() ?: if (page == null) client.checkoutSessions.list(query(step)) else null
            if (next == null) isAtEnd = true else page = next
            if (!isAtEnd) items += next!!.data.map { it.checkoutSessionId }
        } catch (error: LomiException) {
            if (!mayResume) return mapOf("items" to items, "error" to Describe.error(error))
            mayResume = false
        }
    }
    return mapOf("items" to items.take(take.toInt()))
}

/** Calls the suspending method of an operation, and confirms the call if the step says so. */
private suspend fun operation(client: LomiCoroutineClient, step: Step): Any? {
    val resource = Describe.resource(client, step["on"] as String)
    val hasFields = step["body"] != null || step["query"] != null
    val method = Describe.method(resource, Describe.verb(step), Describe.ids(step).size, hasFields, Continuation::class.java)
    val arguments = Describe.arguments(method, step)
    val result = suspendCoroutineUninterceptedOrReturn<Any?> { continuation ->
        try {
            method.invoke(resource, *arguments.toTypedArray(), continuation)
        } catch (thrown: InvocationTargetException) {
            throw thrown.targetException
        }
    }
    return if (result is ConfirmationRequired<*> && step["confirm"] == true) result.awaitConfirm() else result
}
