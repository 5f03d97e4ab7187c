package africa.lomi

import africa.lomi.models.CheckoutSession
import africa.lomi.models.CheckoutSessionCreate
import africa.lomi.models.CheckoutSessionStatus
import africa.lomi.models.CheckoutSessionUpdate
import africa.lomi.models.CurrencyCode
import africa.lomi.models.PaymentRequired
import africa.lomi.testing.Stub
import java.math.BigDecimal
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ModelTest {
    private fun session(json: String) = Model.fromJson<CheckoutSession>(json)

    @Test
    fun fieldsAreReadByTheirTypes() {
        val session = session(
            """{"checkout_session_id":"cs_1","amount":10000,"status":"complete","created_at":"2026-11-27T10:00:00.5+01:00",
               "metadata":{"order":[1,2.50,null]},"allow_coupon_code":true,"new_field":{"a":1}}""",
        )
        assertEquals("cs_1", session.checkoutSessionId)
        assertEquals(10_000, session.amount)
        assertEquals(CheckoutSessionStatus.COMPLETED, session.status)
        assertEquals("complete", session.original("status"))
        assertEquals("2026-11-27T09:00:00.500Z", session.createdAt.toString())
        assertEquals(mapOf("order" to listOf(1L, BigDecimal("2.50"), null)), session.metadata)
        assertEquals(true, session.allowCouponCode)
        assertNull(session.title)
        assertEquals(mapOf("new_field" to mapOf("a" to 1L)), session.extras)
        assertEquals(mapOf("a" to 1L), session.original("new_field"))
        assertNull(session.lastResponse)
    }

    @Test
    fun unknownWordsAreWords() {
        val status = session("""{"status":"parked"}""").status!!
        assertEquals("parked", status.value)
        assertEquals(CheckoutSessionStatus.of("parked"), status)
        assertNotEquals(CheckoutSessionStatus.OPEN, status)
    }

    @Test
    fun noAmountIsRounded() {
        val session = session("""{"amount":99999999999999999999.5}""")
        val error = assertThrows(UnexpectedResponseError::class.java) { session.amount }
        assertTrue("99999999999999999999.5" in error.message!! && "amount" in error.message!!, error.message)
        assertEquals("99999999999999999999.5", session.digits("amount"))
        assertEquals(5, session("""{"amount":5.0}""").amount)
    }

    @Test
    fun objectsAreComparedAndStoredByContent() {
        val session = session("""{"amount":10000,"checkout_session_id":"cs_1","x":1.50}""")
        assertEquals(session, Model.fromJson(CheckoutSession::class.java, session.toJson()))
        assertEquals(session.hashCode(), session(session.toJson()).hashCode())
        assertTrue("1.50" in session.toJson())
        assertNotEquals(session, session("""{"amount":10001,"checkout_session_id":"cs_1","x":1.50}"""))
        assertEquals("CheckoutSession(amount=10000, checkout_session_id=cs_1, x=1.50)", session.toString())
    }

    @Test
    fun aFieldHasThreeStates() {
        val stub = Stub()
        val client = stub.client()
        client.checkoutSessions.update("cs_1") { title = null; allowQuantity = true }
        val update = CheckoutSessionUpdate.builder().title(null).allowQuantity(true).build()
        client.checkoutSessions.update("cs_1", update)
        val bodies = stub.requests.map { it["body"] }
        assertEquals(listOf(mapOf("title" to null, "allow_quantity" to true)).let { it + it }, bodies)
        assertEquals(update, CheckoutSessionUpdate { title = null; allowQuantity = true })
    }

    @Test
    fun halfOfASurrogatePairIsNotSent() {
        val stub = Stub()
        val client = stub.client()
        for (text in listOf("Caf\ud83d", "\ude00 a", "\ud83d\ud83d\ude00")) {
            val error = assertThrows(ValidationError::class.java) { client.checkoutSessions.create { amount = 500; title = text } }
            assertTrue("half of a surrogate pair" in error.message!!, error.message)
            assertThrows(ValidationError::class.java) { client.checkoutSessions.create { amount = 500; metadata = mapOf(text to 1) } }
            assertThrows(ValidationError::class.java) { IdempotencyKeys.forOrder(text) }
        }
        assertTrue(stub.requests.isEmpty())
        client.checkoutSessions.create { amount = 500; title = "Café \ud83d\ude00" }
        assertEquals("Café 😀", (stub.requests.single()["body"] as Map<*, *>)["title"])
    }

    @Test
    fun argumentsCanBeNamed() {
        val body = CheckoutSessionCreate(amount = 500, currencyCode = CurrencyCode.XOF, title = null)
        assertEquals(CheckoutSessionCreate { amount = 500; currencyCode = CurrencyCode.XOF }, body)
    }

    @Test
    fun aBuilderCanBeUsedAgain() {
        val builder = CheckoutSessionCreate.builder().amount(500)
        val first = builder.build()
        assertNotEquals(first, builder.amount(700).build())
        assertEquals(mapOf("amount" to 500L), first.toMap())
    }

    @Test
    fun aCustomerWhoOwesIsToldOf() {
        val stub = Stub()
        stub.respond("create_checkout_session", """{"payment_required":true,"reason":"unpaid","blocking_invoice":{"invoice_number":"INV-7"}}""")
        val outcome = stub.client().checkoutSessions.create { amount = 500 }
        assertTrue(outcome is PaymentRequired)
        val error = assertThrows(PaymentRequiredError::class.java) { outcome.session() }
        assertEquals("INV-7", error.paymentRequired.blockingInvoice!!.invoiceNumber)
        assertTrue("INV-7" in error.message!!)
        assertEquals("unpaid", error.code)
    }

    @Test
    fun stubsAnswerAndFail() {
        val stub = Stub()
        stub.respond("create_checkout_session", mapOf("checkout_session_id" to "cs_9", "amount" to 500))
        val client = stub.client()
        assertEquals("cs_9", client.checkoutSessions.create { amount = 500 }.session().checkoutSessionId)
        stub.fail("list_checkout_sessions", "timeout")
        assertThrows(APITimeoutError::class.java) { client.checkoutSessions.list(CallOptions { maxRetries = 0 }) {} }
        assertThrows(LomiException::class.java) { stub.fail("no_such_operation") }
        assertEquals("checkout_sessions.create", stub.requests.first()["operation"])
        assertFalse(stub.requests.isEmpty())
    }

    @Test
    fun onlyAnObjectOfACallCanBeConfirmed() {
        val stored = Model.fromJson<africa.lomi.models.ConfirmationRequired<Model>>("""{"requires_confirmation":true,"confirmation_token":"t"}""")
        val error = assertThrows(LomiException::class.java) { stored.confirm() }
        assertTrue("confirm" in error.message!!, error.message)
    }
}
