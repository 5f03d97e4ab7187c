package africa.lomi

import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

/** A server that gives one response to every request, or none, and sees when a client closes its connection. */
class FaultServer(private val response: String? = null) : AutoCloseable {
    private val socket = ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress())
    private val closed = CompletableFuture<Long>()
    private val started = CompletableFuture<Long>()

    /** The heads of the requests. */
    val requests = CopyOnWriteArrayList<String>()
    val url: String = "http://127.0.0.1:${socket.localPort}/v1"

    init {
        thread(isDaemon = true) {
            while (!socket.isClosed) {
                val connection = runCatching { socket.accept() }.getOrNull() ?: break
                thread(isDaemon = true) { serve(connection) }
            }
        }
    }

    private fun serve(connection: Socket) = connection.use {
        val input = it.getInputStream()
        while (true) {
            val head = StringBuilder()
            while (!head.endsWith("\r\n\r\n")) {
                val byte = runCatching { input.read() }.getOrDefault(-1)
                if (byte < 0) {
                    closed.complete(System.nanoTime())
                    return@use
                }
                head.append(byte.toChar())
            }
            val length = Regex("(?i)content-length: (\\d+)").find(head)?.groupValues?.get(1)?.toInt() ?: 0
            requests += head.toString() + String(input.readNBytes(length))
            started.complete(System.nanoTime())
            if (response != null) it.getOutputStream().write(response.toByteArray())
        }
    }

    /** Waits until a request has come. */
    fun awaitRequest() {
        started.get(10, TimeUnit.SECONDS)
    }

    /** Waits until a client has closed its connection; the time of it. */
    fun awaitClosed(): Long = closed.get(10, TimeUnit.SECONDS)

    override fun close() = socket.close()

    companion object {
        const val KEY = "lomi_sk_test_verysecret"

        fun json(status: Int, body: String): String =
            "HTTP/1.1 $status X\r\nContent-Type: application/json\r\nX-Request-Id: req_1\r\nContent-Length: ${body.toByteArray().size}\r\n\r\n$body"

        fun client(server: FaultServer, options: LomiClient.Builder.() -> Unit = {}): LomiClient = LomiClient {
            apiKey = KEY
            baseUrl = server.url
            options()
        }

        fun coroutineClient(server: FaultServer): LomiCoroutineClient = LomiCoroutineClient {
            apiKey = KEY
            baseUrl = server.url
        }
    }
}
