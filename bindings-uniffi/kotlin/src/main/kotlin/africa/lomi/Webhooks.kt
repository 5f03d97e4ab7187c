package africa.lomi

import africa.lomi.internal.Bridge
import africa.lomi.internal.Message
import africa.lomi.internal.Packer
import africa.lomi.models.Event
import java.time.Duration
import java.time.Instant

/** Webhooks: checks that a delivery comes from lomi., and reads its event. */
object Webhooks {
    /** The header with the signature of a delivery. */
    const val SIGNATURE_HEADER: String = "X-Lomi-Signature"

    private const val SECRET_VARIABLE = "LOMI_WEBHOOK_SECRET"

    /** Maximum size of a body that the helpers for frameworks read: 1 MiB. */
    @JvmStatic
    val maxBody: Int get() = Bridge.webhookMaxBody()

    /**
     * Checks the signature of a delivery and returns its event. Throws [SignatureVerificationError] or
     * [WebhookPayloadError].
     *
     * @param payload the raw body: the signature covers the bytes as they came
     * @param secret default: `LOMI_WEBHOOK_SECRET`
     * @param maxAge the maximum age of a delivery; default: no limit, because a repeated delivery keeps its time
     * @param receivedAt when the delivery was received; default: now
     */
    @JvmStatic
    @JvmOverloads
    fun constructEvent(payload: ByteArray, signature: String?, secret: String? = null, maxAge: Duration? = null, receivedAt: Instant? = null): Event =
        constructEvent(payload, signature, listOf(secret ?: environmentSecret()), maxAge, receivedAt)

    /** The same with several secrets, while one replaces another. */
    @JvmStatic
    @JvmOverloads
    fun constructEvent(payload: ByteArray, signature: String?, secrets: List<String>, maxAge: Duration? = null, receivedAt: Instant? = null): Event {
        if (secrets.isEmpty()) throw ConfigurationError(Message.of("secret_not_strings"))
        secrets.forEach(::checkSecret)
        val since = receivedAt?.let { Duration.between(Instant.EPOCH, it) }
        val options = mapOf("binding" to "kotlin", "max_age" to maxAge, "received_at" to since)
        return Bridge.constructEvent(payload, signature.orEmpty(), secrets, options).one() as Event
    }

    /** The signature that lomi. would send for a body: for tests of a handler. */
    @JvmStatic
    @JvmOverloads
    fun sign(payload: ByteArray, secret: String? = null): String =
        Bridge.sign(payload, (secret ?: environmentSecret()).also(::checkSecret))

    /**
     * The response that refuses a delivery with this exception; null if the sender did not cause it, which is a
     * 500. For a handler that uses none of the helpers for frameworks.
     */
    @JvmStatic
    fun refusal(error: Throwable): WebhookRefusal? {
        if (error !is LomiException) return null
        val values = Bridge.webhookRefusal(error.kind, error.code) ?: return null
        return WebhookRefusal((values["status"] as Long).toInt(), values["body"] as String)
    }

    /** The exception for a body of more bytes than [maxBody]. */
    @JvmStatic
    fun bodyTooLarge(): LomiException = Bridge.webhookBodyTooLarge()

    /** The exception for the body of a request that was read before. */
    @JvmStatic
    fun bodyAlreadyRead(): LomiException = Bridge.webhookBodyAlreadyRead()

    private fun checkSecret(secret: String) {
        if (!Packer.isUnicode(secret)) throw ConfigurationError(Message.of("not_unicode", mapOf("place" to Message.of("the_secret"))))
    }

    private fun environmentSecret(): String = System.getenv(SECRET_VARIABLE)?.takeIf { it.isNotEmpty() }
        ?: throw ConfigurationError(Message.of("no_webhook_secret", mapOf("variable" to SECRET_VARIABLE)))
}

/** The response to a delivery that is refused. */
data class WebhookRefusal(val status: Int, val body: String)
