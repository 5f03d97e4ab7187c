package africa.lomi.testing

import africa.lomi.LomiClient
import africa.lomi.LomiCoroutineClient
import org.junit.jupiter.api.extension.ExtensionContext
import org.junit.jupiter.api.extension.ParameterContext
import org.junit.jupiter.api.extension.ParameterResolver

/**
 * For JUnit 5: `@ExtendWith(SandboxExtension::class)` gives tests a [Sandbox], a [LomiClient] or a
 * [LomiCoroutineClient] as a parameter. All tests of a run share one sandbox, which ends with the run.
 */
class SandboxExtension : ParameterResolver {
    override fun supportsParameter(parameter: ParameterContext, context: ExtensionContext): Boolean =
        parameter.parameter.type in setOf(Sandbox::class.java, LomiClient::class.java, LomiCoroutineClient::class.java)

    override fun resolveParameter(parameter: ParameterContext, context: ExtensionContext): Any {
        val sandbox = sandbox(context)
        return when (parameter.parameter.type) {
            LomiClient::class.java -> sandbox.client()
            LomiCoroutineClient::class.java -> sandbox.coroutineClient()
            else -> sandbox
        }
    }

    private fun sandbox(context: ExtensionContext): Sandbox {
        val store = context.root.getStore(ExtensionContext.Namespace.create(SandboxExtension::class.java))
        return store.getOrComputeIfAbsent("sandbox", { Closing(Sandbox.start()) }, Closing::class.java).sandbox
    }

    /** The store closes it at the end of the run. */
    private class Closing(val sandbox: Sandbox) : ExtensionContext.Store.CloseableResource, AutoCloseable {
        override fun close(): Unit = sandbox.close()
    }
}
