// The clients that the bench measures on the JVM, each as a program would use it.

package africa.lomi.bench

import africa.lomi.LomiClient
import africa.lomi.LomiCoroutineClient
import africa.lomi.models.CheckoutSession
import africa.lomi.models.CheckoutSessionCreate
import africa.lomi.models.CurrencyCode
import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.ObjectMapper
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import kotlinx.coroutines.runBlocking

private const val KEY = "lomi_sk_test_bench"

/** A call each: of `list` two fields of each row are read, of `listAll` all fields as maps; `pages` counts all rows. */
interface Client {
    fun create()
    fun get()
    fun list()
    fun listAll()
    fun pages(): Int
}

fun client(name: String, url: String): Client = when (name) {
    "lomi" -> Lomi(url)
    "lomi-suspend" -> LomiSuspend(url)
    "jdk" -> Jdk(url)
    "jdk-async" -> Jdk(url, isAsync = true)
    else -> error("no client $name")
}

private fun body() = CheckoutSessionCreate {
    amount = 15_000
    currencyCode = CurrencyCode.XOF
    title = "Coffee Beans - 1kg"
    successUrl = "https://example.com/success"
    cancelUrl = "https://example.com/cancel"
}

private fun read(row: CheckoutSession) {
    check(row.status != null && row.amount!! > 0)
}

private fun options(url: String): LomiClient.Builder.() -> Unit = {
    apiKey = KEY
    baseUrl = "$url/v1"
    routes = "documented"
}

/** Ours, blocking. */
private class Lomi(url: String) : Client {
    private val sessions = LomiClient(options(url)).checkoutSessions
    private val body = body()

    override fun create() { sessions.create(body).session().checkoutSessionId!! }
    override fun get() { sessions.get("cs_1").status!! }
    override fun list() = sessions.list { limit = 100 }.data.forEach(::read)
    override fun listAll() = sessions.list { limit = 100 }.data.forEach { check(it.toMap().isNotEmpty()) }
    override fun pages() = sessions.list { limit = 100 }.autoPaging().count { it.status != null && it.amount!! > 0 }
}

/** Ours, for coroutines. */
private class LomiSuspend(url: String) : Client {
    private val sessions = LomiCoroutineClient(options(url)).checkoutSessions
    private val body = body()

    override fun create() = runBlocking<Unit> { sessions.create(body).session().checkoutSessionId!! }
    override fun get() = runBlocking<Unit> { sessions.get("cs_1").status!! }
    override fun list() = runBlocking { sessions.list { limit = 100 }.data.forEach(::read) }
    override fun listAll() = runBlocking { sessions.list { limit = 100 }.data.forEach { check(it.toMap().isNotEmpty()) } }
    override fun pages(): Int = runBlocking {
        var rows = 0
        sessions.list { limit = 100 }.autoPagingFlow().collect {
            read(it)
            rows++
        }
        rows
    }
}

/** The JDK's own client with Jackson. */
private class Jdk(private val url: String, private val isAsync: Boolean = false) : Client {
    private val http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()
    private val json = ObjectMapper()
    private val body = mapOf(
        "amount" to 15_000,
        "currency_code" to "XOF",
        "title" to "Coffee Beans - 1kg",
        "success_url" to "https://example.com/success",
        "cancel_url" to "https://example.com/cancel",
    )

    override fun create() {
        val sent = json.writeValueAsBytes(body)
        val request = request("/v1/checkout_sessions").header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(sent))
        check(read(request)["checkout_session_id"].asText().isNotEmpty())
    }

    override fun get() = check(read(request("/v1/checkout_sessions/cs_1"))["status"].asText().isNotEmpty())

    override fun list() = page(0).forEach(::read)

    override fun listAll() = page(0).forEach { check(json.convertValue(it, Map::class.java).isNotEmpty()) }

    override fun pages(): Int {
        var rows = 0
        do {
            val page = page(rows).onEach(::read).count()
            rows += page
        } while (page == 100)
        return rows
    }

    private fun read(row: JsonNode) = check(row["status"].asText().isNotEmpty() && row["amount"].asLong() > 0)

    private fun page(offset: Int): JsonNode =
        read(request("/v1/checkout_sessions?limit=100" + if (offset == 0) "" else "&offset=$offset"))["data"]

    private fun request(path: String) = HttpRequest.newBuilder(URI(url + path)).header("X-API-KEY", KEY).header("Accept", "application/json")

    private fun read(request: HttpRequest.Builder): JsonNode {
        val built = request.build()
        val response = if (isAsync) http.sendAsync(built, BodyHandlers.ofByteArray()).join() else http.send(built, BodyHandlers.ofByteArray())
        check(response.statusCode() in 200..299)
        return json.readTree(response.body())
    }
}
