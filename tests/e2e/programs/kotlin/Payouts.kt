// Pays out once for each line of standard input, as a program that decides at once.
//
// A line is {"amount": ..., "key": ...}; what comes of it is printed as one line.

import africa.lomi.CallOptions
import africa.lomi.LomiCoroutineClient
import africa.lomi.LomiException
import africa.lomi.models.CurrencyCode
import africa.lomi.models.Payout
import africa.lomi.models.PayoutConfirmation
import com.fasterxml.jackson.databind.ObjectMapper
import kotlinx.coroutines.runBlocking

fun main() = runBlocking {
    val json = ObjectMapper()
    val client = LomiCoroutineClient { maxRetries = 4 }
    for (line in generateSequence(::readLine)) {
        val given = json.readTree(line)
        val options = CallOptions { idempotencyKey = given["key"].asText() }
        val printed = try {
            val first = client.payouts.create(options) {
                amount = given["amount"].asLong()
                currencyCode = CurrencyCode.XOF
                destination = "beneficiary"
                rail = "wave"
            }
            val payout = if (first is PayoutConfirmation) first.awaitConfirm() else first as Payout
            mapOf("id" to payout.payoutId)
        } catch (error: LomiException) {
            mapOf("error" to error.kind, "outcome" to error.outcome)
        }
        println(json.writeValueAsString(printed))
    }
}
