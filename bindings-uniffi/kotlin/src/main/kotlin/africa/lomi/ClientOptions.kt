package africa.lomi

import java.nio.file.Path
import java.time.Duration

/** The options of a client, as a builder sets them. */
abstract class ClientOptions<B : ClientOptions<B>> internal constructor() : Settings<B>() {
    internal var observer: Observer? = null

    /** The secret key (`lomi_sk_test_...` or `lomi_sk_live_...`). Default: `LOMI_API_KEY`. */
    var apiKey: String? get() = value("apiKey"); set(value) { put("apiKey", value) }
    fun apiKey(value: String?): B = put("apiKey", value)

    /** `test` or `live`. Default: the environment of the key. A key of the other environment is refused. */
    var environment: String? get() = value("environment"); set(value) { put("environment", value) }
    fun environment(value: String?): B = put("environment", value)

    /** The base URL of the API. Default: `LOMI_BASE_URL`, or the host of the environment. */
    var baseUrl: String? get() = value("baseUrl"); set(value) { put("baseUrl", value) }
    fun baseUrl(value: String?): B = put("baseUrl", value)

    /** Headers of every call. */
    var headers: Map<String, String>? get() = value("headers"); set(value) { put("headers", value) }
    fun headers(value: Map<String, String>?): B = put("headers", value)

    /** Maximum time for a whole call, including retries and the pauses between them. Default: 60 seconds. */
    var timeout: Duration? get() = value("timeout"); set(value) { put("timeout", value) }
    fun timeout(value: Duration?): B = put("timeout", value)

    /**
     * Maximum time for one attempt. Default: 30 seconds for calls that are retried after a timeout (reads and
     * create), the whole `timeout` for other writes.
     */
    var attemptTimeout: Duration? get() = value("attemptTimeout"); set(value) { put("attemptTimeout", value) }
    fun attemptTimeout(value: Duration?): B = put("attemptTimeout", value)

    /** Maximum time to wait for a connection. Default: 10 seconds. */
    var connectTimeout: Duration? get() = value("connectTimeout"); set(value) { put("connectTimeout", value) }
    fun connectTimeout(value: Duration?): B = put("connectTimeout", value)

    /** Maximum time between two chunks of a response body. Default: 15 seconds. */
    var idleTimeout: Duration? get() = value("idleTimeout"); set(value) { put("idleTimeout", value) }
    fun idleTimeout(value: Duration?): B = put("idleTimeout", value)

    /** Maximum number of retries of a call that is safe to retry. Default: 2. With 0, one request is sent. */
    var maxRetries: Int? get() = value("maxRetries"); set(value) { put("maxRetries", value) }
    fun maxRetries(value: Int?): B = put("maxRetries", value)

    /** Maximum number of open connections. Default: 256. Further calls wait for one within their timeout. */
    var maxConnections: Int? get() = value("maxConnections"); set(value) { put("maxConnections", value) }
    fun maxConnections(value: Int?): B = put("maxConnections", value)

    /** Allows plain HTTP to another machine, for a private network: the key is sent unencrypted. */
    var allowHttp: Boolean? get() = value("allowHttp"); set(value) { put("allowHttp", value) }
    fun allowHttp(value: Boolean?): B = put("allowHttp", value)

    /** The route style of the server. Default: `auto`, which detects it; `documented`, `current`, `newest`. */
    var routes: String? get() = value("routes"); set(value) { put("routes", value) }
    fun routes(value: String?): B = put("routes", value)

    /** The `User-Agent` header. */
    var userAgent: String? get() = value("userAgent"); set(value) { put("userAgent", value) }
    fun userAgent(value: String?): B = put("userAgent", value)

    /** The `Lomi-Version` header, such as `1.2.0`: the version that the newest API answers as. */
    var apiVersion: String? get() = value("apiVersion"); set(value) { put("apiVersion", value) }
    fun apiVersion(value: String?): B = put("apiVersion", value)

    /** The language of error messages, `en` or `fr`. Default: `LOMI_LANG`, else English. */
    var lang: String? get() = value("lang"); set(value) { put("lang", value) }
    fun lang(value: String?): B = put("lang", value)

    /** A PEM file of certificate authorities to trust in addition to the system's. */
    var caFile: Path? get() = value("caFile"); set(value) { put("caFile", value) }
    fun caFile(value: Path?): B = put("caFile", value)

    /** The same, for several files. */
    var caFiles: List<Path>? get() = value("caFiles"); set(value) { put("caFiles", value) }
    fun caFiles(value: List<Path>?): B = put("caFiles", value)

    /** A PEM file of a client certificate, for a server that requests one. */
    var certificateFile: Path? get() = value("certificateFile"); set(value) { put("certificateFile", value) }
    fun certificateFile(value: Path?): B = put("certificateFile", value)

    /** The PEM file of the certificate's key. Default: `certificateFile`, which may contain both. */
    var keyFile: Path? get() = value("keyFile"); set(value) { put("keyFile", value) }
    fun keyFile(value: Path?): B = put("keyFile", value)

    /** The name that the server's certificate must have. Default: the host of `baseUrl`. */
    var tlsServerName: String? get() = value("tlsServerName"); set(value) { put("tlsServerName", value) }
    fun tlsServerName(value: String?): B = put("tlsServerName", value)

    /** Limits on a response. A limit that is left out has its default. */
    var limits: Limits? get() = value("limits"); set(value) { put("limits", value) }
    fun limits(value: Limits?): B = put("limits", value)

    /** The URL of an HTTP or SOCKS5 proxy. Default: `HTTPS_PROXY`. */
    var proxy: String? get() = value("proxy"); set(value) { put("proxy", value) }
    fun proxy(value: String?): B = put("proxy", value)

    /** Headers that only the `proxy` receives. */
    var proxyHeaders: Map<String, String>? get() = value("proxyHeaders"); set(value) { put("proxyHeaders", value) }
    fun proxyHeaders(value: Map<String, String>?): B = put("proxyHeaders", value)

    /**
     * A file to which every attempt is appended as a line of JSON, with keys and personal data masked, for
     * `replay`. Default: `LOMI_RECORD`.
     */
    var record: Path? get() = value("record"); set(value) { put("record", value) }
    fun record(value: Path?): B = put("record", value)

    /** Is told before each request and after each attempt. */
    @Suppress("UNCHECKED_CAST")
    fun observer(value: Observer?): B = apply { observer = value } as B

    /** The names of the options that are set: no value, because a key is one. */
    override fun toString(): String = "${javaClass.simpleName}(${taken().keys.joinToString()})"
}

/** Limits on a response, as whole numbers above 0. A response beyond one is a [ResponseTooLargeError]. */
class Limits private constructor(fields: Map<String, Any?>) : RequestFields(fields) {
    /** Sets limits. */
    class Builder : Settings<Builder>() {
        /** Bytes of a body, after decompression. Default: 16 MiB. */
        var body: Long? get() = value("body"); set(value) { put("body", value) }
        fun body(value: Long): Builder = put("body", value)

        /** Bytes of all headers together. Default: 64 KiB. */
        var headers: Long? get() = value("headers"); set(value) { put("headers", value) }
        fun headers(value: Long): Builder = put("headers", value)

        /** Levels of nesting in JSON. Default: 128, at most 512. */
        var depth: Long? get() = value("depth"); set(value) { put("depth", value) }
        fun depth(value: Long): Builder = put("depth", value)

        /** Values in JSON, including lists and objects. Default: 250000. */
        var values: Long? get() = value("values"); set(value) { put("values", value) }
        fun values(value: Long): Builder = put("values", value)

        /** How many times larger a compressed body may become. Default: 100. */
        var ratio: Long? get() = value("ratio"); set(value) { put("ratio", value) }
        fun ratio(value: Long): Builder = put("ratio", value)

        /** What has been set so far. */
        fun build(): Limits = Limits(taken())
    }

    companion object {
        /** A builder without limits. */
        @JvmStatic fun builder(): Builder = Builder()

        /** `Limits { body = ... }`: the block sets the limits. */
        @JvmSynthetic
        operator fun invoke(limits: Builder.() -> Unit): Limits = Builder().apply(limits).build()
    }
}
