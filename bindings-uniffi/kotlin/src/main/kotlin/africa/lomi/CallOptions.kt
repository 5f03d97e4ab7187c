package africa.lomi

import java.time.Duration

/** Options of one call. One that is left out has the value of the client's option. */
class CallOptions private constructor(internal val values: Map<String, Any?>) {
    /** Sets options. */
    class Builder : CallOptionFields<Builder>() {
        /** What has been set so far. */
        fun build(): CallOptions = CallOptions(taken())
    }

    override fun toString(): String = "CallOptions(${values.keys.joinToString()})"

    companion object {
        /** A builder without options. */
        @JvmStatic fun builder(): Builder = Builder()

        /** `CallOptions { timeout = ... }`: the block sets the options. */
        @JvmSynthetic
        operator fun invoke(options: Builder.() -> Unit): CallOptions = Builder().apply(options).build()

        /** The same options for a wait. */
        internal fun until(options: CallOptions?, state: String): CallOptions =
            CallOptions(options?.values.orEmpty() + ("until" to state))
    }
}

/** The options of a call, as a builder sets them. */
abstract class CallOptionFields<B : CallOptionFields<B>> internal constructor() : Settings<B>() {
    /** The idempotency key, 1 to 255 visible ASCII characters. Default: a random one for create. */
    var idempotencyKey: String? get() = value("idempotencyKey"); set(value) { put("idempotencyKey", value) }
    fun idempotencyKey(value: String?): B = put("idempotencyKey", value)

    /** Maximum time for the whole call, including retries. */
    var timeout: Duration? get() = value("timeout"); set(value) { put("timeout", value) }
    fun timeout(value: Duration?): B = put("timeout", value)

    /** Maximum time for one attempt. */
    var attemptTimeout: Duration? get() = value("attemptTimeout"); set(value) { put("attemptTimeout", value) }
    fun attemptTimeout(value: Duration?): B = put("attemptTimeout", value)

    /** Maximum time to wait for a connection. */
    var connectTimeout: Duration? get() = value("connectTimeout"); set(value) { put("connectTimeout", value) }
    fun connectTimeout(value: Duration?): B = put("connectTimeout", value)

    /** Maximum time between two chunks of the response body. */
    var idleTimeout: Duration? get() = value("idleTimeout"); set(value) { put("idleTimeout", value) }
    fun idleTimeout(value: Duration?): B = put("idleTimeout", value)

    /** Maximum number of retries after the first attempt. With 0, one request is sent. */
    var maxRetries: Int? get() = value("maxRetries"); set(value) { put("maxRetries", value) }
    fun maxRetries(value: Int?): B = put("maxRetries", value)

    /** Headers of this call. `Idempotency-Key` and `X-Request-Id` in them set the options of these names. */
    var headers: Map<String, String>? get() = value("headers"); set(value) { put("headers", value) }
    fun headers(value: Map<String, String>?): B = put("headers", value)

    /** Another API key for this call. */
    var apiKey: String? get() = value("apiKey"); set(value) { put("apiKey", value) }
    fun apiKey(value: String?): B = put("apiKey", value)

    /** The network member on whose behalf the call is made (`Lomi-Account`). */
    var account: String? get() = value("account"); set(value) { put("account", value) }
    fun account(value: String?): B = put("account", value)

    /** The request id. Default: a random one. */
    var requestId: String? get() = value("requestId"); set(value) { put("requestId", value) }
    fun requestId(value: String?): B = put("requestId", value)

    /** Fields that are added to the body without a check of their names. */
    var extraBody: Map<String, Any?>? get() = value("extraBody"); set(value) { put("extraBody", value) }
    fun extraBody(value: Map<String, Any?>?): B = put("extraBody", value)
}
