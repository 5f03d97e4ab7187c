package africa.lomi

import africa.lomi.testing.Stub
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

class MoneyTest {
    @Test
    fun amountsAreWholeAndShown() {
        assertEquals(5000, Money(5000, "XOF").amount)
        assertEquals(5000, Money.fromMajor("50.00", "EUR").amount)
        assertEquals(2, Money(5000, "EUR").decimals)
        assertEquals(Money(5000, "EUR"), Money.fromMajor("50.00", "EUR"))
        assertNotEquals(Money(5000, "EUR"), Money(5000, "XOF"))
        assertEquals("5 000 F CFA", Money(5000, "XOF").toString().replace('\u202f', ' ').replace('\u00a0', ' '))
        assertThrows(ValidationError::class.java) { Money.fromMajor("50.5", "XOF") }
    }

    @Test
    fun moneyIsAnAmountOfARequest() {
        val stub = Stub()
        stub.client().checkoutSessions.create { amount(Money(5000, "XOF")) }
        assertEquals(mapOf("amount" to 5000L, "currency_code" to "XOF"), stub.requests.single()["body"])
    }

    @Test
    fun keysOfOrdersAreTheSameEachTime() {
        assertEquals(IdempotencyKeys.forOrder("1234"), IdempotencyKeys.forOrder(1234))
        assertNotEquals(IdempotencyKeys.forOrder("1234"), IdempotencyKeys.forOrder("1234", 2))
        assertNotEquals(IdempotencyKeys.random(), IdempotencyKeys.random())
        assertThrows(ValidationError::class.java) { IdempotencyKeys.forOrder("") }
    }
}
