package shop

import io.ktor.util.escapeHTML

private val MESSAGES = mapOf(
    "paid" to "Thank you, your order is paid.",
    "pending" to "We are waiting for your payment. If you have just paid, look again in a minute.",
    "cancelled" to "You have not paid. Your order is kept.",
    "expired" to "The time to pay is over. You can start again.",
    "refunded" to "Your money was sent back.",
)

/** The pages. They need no JavaScript. */
object Pages {
    fun page(title: String, content: String) = """
        <!DOCTYPE html>
        <html lang="en">
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>$title</title>
        <link rel="stylesheet" href="/shop.css">
        <header><a href="/">The coffee shop</a> <a href="/orders">Orders</a></header>
        <main><h1>$title</h1>
        $content
        </main></html>
    """.trimIndent()

    fun product(price: Long) =
        page("Coffee beans, 1 kg", """<p>Arabica, roasted this week.</p><p class="price">${money(price)}</p>${button("/orders", "pay", "Pay")}""")

    fun order(order: Order, state: String): String {
        val text = """<p data-status="$state">${MESSAGES[state]}</p>${notes(order)}
            <p>Coffee beans, 1 kg: ${money(order.amount)}</p><p class="muted">Order ${order.id}</p>"""
        return page("Your order", text + if (state in setOf("paid", "refunded")) "" else button("/orders/${order.id}/pay", "pay", "Pay"))
    }

    fun orders(orders: List<Order>) = page(
        "Orders",
        "<table><tr><th>Order</th><th>Status</th><th>Amount</th><th>Times paid</th><th></th></tr>\n" +
            orders.joinToString("\n", transform = ::row) + "</table>",
    )

    /** The order is kept: the buyer can come back to its page. */
    fun later(order: Order?): String {
        val link = if (order == null) "this page" else """<a href="/orders/${order.id}">your order</a>"""
        return page("Please try again", "<p>The payment service does not answer. Nothing is lost: open $link again in a minute.</p>")
    }

    private fun row(order: Order): String {
        val refund = if (order.status == "paid") button("/orders/${order.id}/refund", "refund", "Refund") + note(order.refundNote) else ""
        return """<tr data-order="${order.id}"><td><a href="/orders/${order.id}">${order.id.take(8)}</a></td>
            <td data-status="${order.status}">${order.status}</td><td>${money(order.amount)}</td>
            <td data-paid-count="${order.paidCount}">${order.paidCount}</td><td>$refund${notes(order)}</td></tr>"""
    }

    /** 15000 is "15 000 F CFA"; the line does not break at its spaces. */
    private fun money(amount: Long) = "%,d".format(java.util.Locale.ROOT, amount).replace(",", "\u00a0") + "\u00a0F\u00a0CFA"

    private fun button(action: String, name: String, text: String) =
        """<form method="post" action="$action"><button name="$name">$text</button></form>"""

    private fun notes(order: Order) =
        note("The payment failed. You can try again.".takeIf { order.status == "pending" && order.failed }) + note(order.note)

    private fun note(text: String?) = if (text == null) "" else """<p class="note">${text.escapeHTML()}</p>"""
}
