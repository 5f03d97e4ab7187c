package shop

import africa.lomi.CallOptions
import africa.lomi.FoundOutcome
import africa.lomi.IdempotencyKeys
import africa.lomi.LomiCoroutineClient
import africa.lomi.LomiException
import africa.lomi.OutcomeUnknown
import africa.lomi.models.CheckoutSessionStatus.Companion.COMPLETED
import africa.lomi.models.CheckoutSessionStatus.Companion.EXPIRED
import africa.lomi.models.CheckoutSessionStatus.Companion.OPEN
import africa.lomi.models.CurrencyCode
import africa.lomi.models.Refund
import africa.lomi.models.RefundConfirmation
import africa.lomi.models.RefundStatus

/** What the shop asks of lomi.: a checkout session for an order, its state, a refund. */
class Payments(private val lomi: LomiCoroutineClient, private val orders: Orders) {
    /** The page on which the buyer pays the order; the order's own page if there is nothing to pay. */
    suspend fun checkoutPage(order: Order, orderUrl: String): String {
        if (order.status != "pending") return orderUrl
        var attempt = order.attempt
        if (order.sessionId != null) {
            val status = lomi.checkoutSessions.get(order.sessionId).status
            if (status != EXPIRED) {
                orders.paysAgain(order)
                return if (status == OPEN) order.checkoutUrl!! else orderUrl
            }
            attempt++
        }
        // The key of the order and the attempt: two clicks, or a crash after this call, give the same session.
        val key = CallOptions { idempotencyKey = IdempotencyKeys.forOrder(order.id, attempt) }
        val session = lomi.checkoutSessions.create(key) {
            amount = order.amount
            currencyCode = CurrencyCode.XOF
            title = "Coffee beans, 1 kg"
            metadata = mapOf("order" to order.id)
            successUrl = orderUrl
            cancelUrl = "$orderUrl?cancelled=1"
        }.session()
        orders.sessionOpened(order, session.checkoutSessionId, session.checkoutUrl, attempt)
        return session.checkoutUrl!!
    }

    /** The state to show to a buyer who is back. What marks the order as paid is [Orders.handle]. */
    suspend fun stateOf(order: Order, cancelled: Boolean): String {
        if (order.status != "pending" || order.sessionId == null) return order.status
        val session = lomi.checkoutSessions.get(order.sessionId)
        val fits = session.amount == order.amount && session.metadata?.get("order") == order.id
        return when (session.status) {
            COMPLETED -> if (fits) "paid" else "pending"
            EXPIRED -> "expired"
            else -> if (cancelled) "cancelled" else "pending"
        }
    }

    /** Refunds a paid order once. If the outcome is unknown, the refund is looked for, never sent again. */
    suspend fun refund(order: Order) {
        val call = if (orders.claimRefund(order)) askForRefund(order) ?: return else order.refundCall
        // "asked": another request is at work, or was killed. Then the event of the refund tells, or a person who looks.
        if (order.status != "paid" || call == null || call == "asked") return
        when (val found = lomi.findOutcome(call, listOfNotNull(order.refundId))) {
            is FoundOutcome.Done -> made(order, found.`object` as Refund)
            FoundOutcome.NotDone -> orders.refundAsked(order, null, "Not refunded. You can try again.")
            is FoundOutcome.Ambiguous -> orders.refundAsked(order, call, "Is it refunded? Ask again later. ${found.reason}")
        }
    }

    /** What [LomiCoroutineClient.findOutcome] needs where the outcome is unknown; null where the refund was made or refused. */
    private suspend fun askForRefund(order: Order): String? {
        try {
            val asked = lomi.refunds.create {
                transactionId = order.transactionId
                amount = order.amount
            }
            made(order, when (asked) {
                is Refund -> asked
                is RefundConfirmation -> asked.awaitConfirm() // the newest API asks before it moves money; the click was the answer
            })
            return null
        } catch (error: LomiException) {
            val call = (error as? OutcomeUnknown)?.unknownCall
            orders.refundAsked(order, call, if (call == null) "Not refunded: ${error.message}" else null)
            return call
        }
    }

    private suspend fun made(order: Order, refund: Refund) = when (refund.status) {
        RefundStatus.COMPLETED -> orders.refundMade(order, refund.refundId, "refunded", "asked", null)
        RefundStatus.FAILED -> orders.refundMade(order, refund.refundId, order.status, null, "The refund failed.")
        else -> orders.refundMade(order, refund.refundId, order.status, "asked", "The refund is under way.")
    }
}
