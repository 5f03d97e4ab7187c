package africa.lomi

import africa.lomi.models.Webhook
import java.io.PrintWriter
import java.io.StringWriter
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** No key is in what people print. */
class SecretsTest {
    private val key = "lomi_sk_test_verysecret"

    private fun assertHidden(text: String) {
        assertFalse("verysecret" in text, text)
    }

    @Test
    fun clientsAndOptionsDoNotShowTheirKey() {
        val builder = LomiClient.builder().apiKey(key).baseUrl("http://127.0.0.1:9/v1")
        assertHidden(builder.toString())
        val client = builder.build()
        assertTrue("127.0.0.1" in client.toString())
        assertHidden(client.toString())
        assertHidden(LomiCoroutineClient(key).toString())
        assertHidden(CallOptions { apiKey = key }.toString())
    }

    @Test
    fun exceptionsDoNotShowIt() {
        val echo = """{"error":{"message":"the key $key is not valid","code":"x"}}"""
        FaultServer(FaultServer.json(401, echo)).use { server ->
            val error = assertThrows(AuthenticationError::class.java) { FaultServer.client(server).checkoutSessions.list() }
            val trace = StringWriter().also { error.printStackTrace(PrintWriter(it)) }.toString()
            listOf(trace, error.body, error.serverMessage, error.details, error.headers, error.unknownCall, String(error.rawBody!!))
                .forEach { assertHidden(it.toString()) }
        }
        val refused = assertThrows(ConfigurationError::class.java) { LomiClient { apiKey = "$key\n"; baseUrl = "not a url" } }
        assertHidden(refused.toString())
    }

    @Test
    fun modelsAndRequestsMaskKeys() {
        val webhook = Model.fromJson<Webhook>("""{"webhook_id":"wh_1","secret":"whsec_0123456789abcdef0123456789abcdef","note":"$key"}""")
        assertHidden(webhook.toString())
        assertTrue(key in webhook.toJson())
        assertHidden(africa.lomi.models.CheckoutSessionCreate { title = key }.toString())
    }
}
