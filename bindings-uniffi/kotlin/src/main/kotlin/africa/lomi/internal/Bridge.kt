package africa.lomi.internal

import africa.lomi.LomiException
import africa.lomi.VERSION
import africa.lomi.bridge.BridgeClient
import africa.lomi.bridge.MemoryStore
import africa.lomi.bridge.MissedEvents
import africa.lomi.bridge.Offline
import africa.lomi.bridge.Pager
import africa.lomi.bridge.Refusal
import africa.lomi.bridge.uniffiEnsureInitialized
import africa.lomi.bridge.uniffiRustFutureContinuationCallbackImpl
import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native
import africa.lomi.bridge.constructEvent as bridgeConstructEvent
import africa.lomi.bridge.idempotencyKey as bridgeIdempotencyKey
import africa.lomi.bridge.idempotencyKeyForOrder as bridgeIdempotencyKeyForOrder
import africa.lomi.bridge.isLogEnabled as bridgeIsLogEnabled
import africa.lomi.bridge.jsonOf as bridgeJsonOf
import africa.lomi.bridge.message as bridgeMessage
import africa.lomi.bridge.money as bridgeMoney
import africa.lomi.bridge.moneyFromMajor as bridgeMoneyFromMajor
import africa.lomi.bridge.paymentRequired as bridgePaymentRequired
import africa.lomi.bridge.readObject as bridgeReadObject
import africa.lomi.bridge.redact as bridgeRedact
import africa.lomi.bridge.replayKey as bridgeReplayKey
import africa.lomi.bridge.sign as bridgeSign
import africa.lomi.bridge.tableDigest as bridgeTableDigest
import africa.lomi.bridge.valueOfJson as bridgeValueOfJson
import africa.lomi.bridge.nothingToConfirm as bridgeNothingToConfirm
import africa.lomi.bridge.version as bridgeVersion
import africa.lomi.bridge.webhookBodyAlreadyRead as bridgeWebhookBodyAlreadyRead
import africa.lomi.bridge.webhookBodyTooLarge as bridgeWebhookBodyTooLarge
import africa.lomi.bridge.webhookMaxBody as bridgeWebhookMaxBody
import africa.lomi.bridge.webhookRefusal as bridgeWebhookRefusal

/** The functions of the native library, which is loaded when the first of them is called. */
internal object Bridge {
    /** Where uniffi looks up which file to load. */
    private const val LIBRARY = "uniffi.component.lomi_bridge.libraryOverride"

    init {
        load()
    }

    private fun load() {
        val library = NativeLibrary.locate()
        System.setProperty(LIBRARY, library.path.toString())
        try {
            // Compares the checksum of each function, which is not done otherwise.
            uniffiEnsureInitialized()
        } catch (cause: Throwable) {
            val why = cause.cause?.message ?: cause.message
            throw NativeLibrary.missing("the native library ${library.path} cannot be loaded: $why", cause)
        } finally {
            library.afterLoading()
        }
        val ours = "$VERSION (${Tables.DIGEST})"
        val theirs = "${bridgeVersion()} (${bridgeTableDigest()})"
        if (ours != theirs) {
            throw NativeLibrary.missing("the native library is of version $theirs and the classes are of $ours: both must come from one jar")
        }
        // One attachment of the worker thread to the JVM instead of one for each callback.
        val attached = CallbackThreadInitializer(true, false, "lomi")
        Native.setCallbackThreadInitializer(uniffiRustFutureContinuationCallbackImpl, attached)
    }

    fun client(settings: ByteArray, observer: Long, offline: Offline?): BridgeClient =
        refusing { BridgeClient(settings, observer.toULong(), offline) }

    fun pager(language: String, operation: Int, input: ByteArray): Pager =
        refusing { Pager(language, operation.toUShort(), input) }

    fun fork(pager: Pager): Pager = refusing { pager.fork() }

    fun missedEvents(since: String): MissedEvents = refusing { MissedEvents(since) }

    fun cursor(run: MissedEvents): String = refusing { run.cursor() }

    fun stub(): Offline = refusing { Offline() }

    fun replay(file: String): Offline = refusing { Offline.replay(file) }

    fun memoryStore(size: Int): MemoryStore = MemoryStore(size.toUInt())

    fun redact(text: String): String = bridgeRedact(text)

    fun jsonOf(value: ByteArray): String = bridgeJsonOf(value)

    fun valueOfJson(json: String): Any? = any(bridgeValueOfJson(json))

    /** Null also for what is no JSON. */
    fun valueOfJsonOrNull(json: String): Any? = Reply(bridgeValueOfJson(json)).let { if (it.error() == null) it.any() else null }

    fun nothingToConfirm(): LomiException = Reply(bridgeNothingToConfirm()).error()!!

    fun readObject(model: Int, json: String): ByteArray = bridgeReadObject(model.toUShort(), json)

    fun message(name: String, arguments: Map<String, String>): String = bridgeMessage(name, arguments, null)

    fun paymentRequired(invoice: String?): String = bridgePaymentRequired(invoice)

    fun isLogEnabled(value: String): Boolean = bridgeIsLogEnabled(value)

    fun money(amount: String, currency: String): Map<String, Any?> = any(bridgeMoney(amount, currency))

    fun moneyFromMajor(text: String, currency: String): Map<String, Any?> = any(bridgeMoneyFromMajor(text, currency))

    fun idempotencyKey(): String = bridgeIdempotencyKey()

    fun idempotencyKeyForOrder(order: Any?, attempt: Any?): String =
        any(bridgeIdempotencyKeyForOrder(Packer.pack(order), Packer.pack(attempt)))

    fun constructEvent(payload: ByteArray, signature: String, secrets: List<String>, options: Map<String, Any?>): Reply =
        Reply(bridgeConstructEvent(payload, signature, secrets, Packer.pack(options)))

    fun sign(payload: ByteArray, secret: String): String = any(bridgeSign(payload, secret))

    fun replayKey(event: String): String = any(bridgeReplayKey(event))

    fun webhookRefusal(errorClass: String, code: String?): Map<String, Any?>? {
        @Suppress("UNCHECKED_CAST")
        return Packed.value(bridgeWebhookRefusal(errorClass, code), 0) as Map<String, Any?>?
    }

    fun webhookMaxBody(): Int = bridgeWebhookMaxBody().toInt()

    fun webhookBodyTooLarge(): LomiException = Reply(bridgeWebhookBodyTooLarge()).error()!!

    fun webhookBodyAlreadyRead(): LomiException = Reply(bridgeWebhookBodyAlreadyRead()).error()!!

    @Suppress("UNCHECKED_CAST")
    private fun <T> any(result: ByteArray): T = Reply(result).any() as T

    /** What a constructor refuses comes as the result of a call. */
    private inline fun <T> refusing(make: () -> T): T = try {
        make()
    } catch (refused: Refusal.Refused) {
        throw Reply(refused.packed).error() ?: refused
    }
}

/** Sentences of the core's catalogue, in the language of `LOMI_LANG`. */
internal object Message {
    fun of(name: String, arguments: Map<String, String> = emptyMap()): String = Bridge.message(name, arguments)
}
