package africa.lomi.internal

import africa.lomi.ResponseEvent

/**
 * The log: one line for each attempt with `LOMI_LOG=info`, and warnings. It goes to the SLF4J logger `lomi` if SLF4J
 * is there, which takes attempts at the level debug too, and to standard error otherwise. It has no body and no key.
 */
internal sealed class Log {
    private var warned = false

    /** Whether attempts are logged. */
    abstract val takesAttempts: Boolean

    abstract fun attempt(event: ResponseEvent)

    abstract fun warn(text: String)

    @Synchronized
    fun warnOnce(text: String) {
        if (!warned) warn(Bridge.redact(text))
        warned = true
    }

    private class Slf4j(private val isOn: Boolean) : Log() {
        private val logger = org.slf4j.LoggerFactory.getLogger("lomi")

        override val takesAttempts: Boolean get() = isOn || logger.isDebugEnabled

        override fun attempt(event: ResponseEvent) {
            if (isOn) logger.info("{}", event) else logger.debug("{}", event)
        }

        override fun warn(text: String) = logger.warn("{}", text)
    }

    private class Stderr(override val takesAttempts: Boolean) : Log() {
        override fun attempt(event: ResponseEvent) {
            if (takesAttempts) System.err.println("lomi: $event")
        }

        override fun warn(text: String) = System.err.println("lomi: $text")
    }

    companion object {
        fun of(): Log {
            val isOn = Bridge.isLogEnabled(System.getenv("LOMI_LOG").orEmpty())
            // SLF4J is optional.
            return try {
                val hasProvider = org.slf4j.LoggerFactory.getILoggerFactory() !is org.slf4j.helpers.NOPLoggerFactory
                if (hasProvider) Slf4j(isOn) else Stderr(isOn)
            } catch (_: NoClassDefFoundError) {
                Stderr(isOn)
            }
        }
    }
}
