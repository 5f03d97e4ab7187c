package africa.lomi.testing

import africa.lomi.ConfigurationError
import africa.lomi.LomiClient
import africa.lomi.LomiCoroutineClient
import africa.lomi.internal.Bridge
import java.io.File
import java.io.IOException
import java.net.URI
import java.net.URLEncoder
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration

/**
 * The lomi. API on this machine, for tests: a process of its own on a free port. It ends with [close], and at the
 * latest with this process.
 */
class Sandbox private constructor(private val process: Process, hello: Map<*, *>) : AutoCloseable {
    /** The base URL of the API. */
    val url: String = hello["url"] as String
    val apiKey: String = hello["test_key"] as String
    val liveKey: String = hello["live_key"] as String
    val webhookSecret: String = hello["webhook_secret"] as String
    private val http = HttpClient.newHttpClient()

    /** A client of the test environment. */
    fun client(): LomiClient = LomiClient {
        apiKey = this@Sandbox.apiKey
        baseUrl = url
    }

    /** The same for coroutines. */
    fun coroutineClient(): LomiCoroutineClient = LomiCoroutineClient {
        apiKey = this@Sandbox.apiKey
        baseUrl = url
    }

    /** Pays a session, as the buyer. Returns the transaction. */
    @JvmOverloads
    fun pay(sessionId: String, provider: String? = null): Any? = act(sessionId, "pay", provider)

    /** Lets the payment of a session fail. Returns the transaction. */
    @JvmOverloads
    fun fail(sessionId: String, provider: String? = null): Any? = act(sessionId, "fail", provider)

    /** Leaves the payment of a session pending. Returns the transaction. */
    @JvmOverloads
    fun pending(sessionId: String, provider: String? = null): Any? = act(sessionId, "pending", provider)

    /** Lets a session expire. */
    fun expire(sessionId: String) {
        act(sessionId, "expire", null)
    }

    /** Moves the clock of the sandbox forward. */
    fun advanceClock(by: Duration) {
        control("POST", "clock", mapOf("advance" to "${by.toMillis()}ms"))
    }

    /** The webhooks that were sent. */
    fun deliveries(): List<*> = (control("GET", "deliveries") as Map<*, *>)["deliveries"] as List<*>

    /** Any route of the sandbox's control API. */
    @JvmOverloads
    fun control(method: String, route: String, body: Any? = emptyMap<String, Any?>()): Any? {
        val sent = if (method == "GET") HttpRequest.BodyPublishers.noBody() else HttpRequest.BodyPublishers.ofString(Bridge.jsonOf(body))
        val request = HttpRequest.newBuilder(URI("$url/_sandbox/$route")).method(method, sent).header("Content-Type", "application/json")
        val response = http.send(request.build(), HttpResponse.BodyHandlers.ofString())
        if (response.statusCode() !in 200..299) throw IOException("lomi-sandbox: $method $route: ${response.statusCode()}: ${response.body()}")
        return Bridge.valueOfJson(response.body())
    }

    override fun close() {
        process.destroy()
        process.waitFor()
    }

    private fun act(id: String, action: String, provider: String?): Any? {
        val route = "sessions/${URLEncoder.encode(id, Charsets.UTF_8)}/$action"
        val body = if (provider == null) emptyMap() else mapOf("provider" to provider)
        return (control("POST", route, body) as Map<*, *>)["transaction"]
    }

    companion object {
        private val PROGRAM = if (File.separatorChar == '\\') "lomi-sandbox.exe" else "lomi-sandbox"

        /**
         * Starts a sandbox.
         *
         * @param program its program; default: `LOMI_SANDBOX`, or `lomi-sandbox` on the PATH
         * @param arguments such as `--webhook-url`, `http://...`
         */
        @JvmStatic
        @JvmOverloads
        fun start(program: Path? = null, arguments: List<String> = emptyList()): Sandbox {
            val file = program ?: find()
            // The sandbox ends when the pipe closes, which the system does also when this process is killed.
            val command = listOf(file.toString(), "--port", "0", "--quiet", "--until-stdin-closes") + arguments
            val process = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
            val line = process.inputReader().readLine()
                ?: throw IOException("$file ended with ${process.waitFor()} before it was ready")
            return Sandbox(process, Bridge.valueOfJson(line) as Map<*, *>)
        }

        private fun find(): Path {
            System.getenv("LOMI_SANDBOX")?.takeIf { it.isNotEmpty() }?.let { return Path.of(it) }
            val folders = System.getenv("PATH").orEmpty().split(File.pathSeparatorChar)
            return folders.filter { it.isNotEmpty() }.map { Path.of(it, PROGRAM) }.firstOrNull(Files::isRegularFile)
                ?: throw ConfigurationError(
                    "$PROGRAM is not on the PATH: it comes with each release of the SDK; put it there, or give its path as Sandbox.start(program) or in LOMI_SANDBOX",
                )
        }
    }
}
