"""What the shop asks of lomi.: a checkout session for an order, its state, a refund."""

from django.conf import settings

import lomi
from lomi.idempotency_key import for_order

from .events import PAID, PENDING, refund_result
from .models import Order

client = lomi.LomiClient(timeout=20)  # LOMI_API_KEY and LOMI_BASE_URL; a buyer waits for it


def checkout_page(order):
    """Give the page on which the buyer pays; the order's own where it cannot be paid."""
    order_page = settings.SHOP_URL + order.get_absolute_url()
    if order.session_id:
        status = client.checkout_sessions.get(order.session_id).status
        if status == "open":
            return order.checkout_url
        if status != "expired":
            return order_page
        order.attempt += 1
    session = client.checkout_sessions.create(
        amount=order.amount,
        currency_code=order.currency,
        title="Coffee beans, 1 kg",
        metadata={"order": order.id},
        success_url=order_page,
        cancel_url=f"{order_page}?cancelled=1",
        # Two clicks, or a crash after this call, give the same session.
        idempotency_key=for_order(order.id, attempt=order.attempt),
    ).session()
    order.session_id, order.checkout_url = session.checkout_session_id, session.checkout_url
    order.save(update_fields=["attempt", "session_id", "checkout_url"])
    return order.checkout_url


def state(order, cancelled):
    """Tell a buyer who is back how it went. Only an event marks the order as paid."""
    if order.status != PENDING or not order.session_id:
        return order.status
    session = client.checkout_sessions.get(order.session_id)
    if session.status == "completed":
        given = session.amount, session.currency_code, (session.metadata or {}).get("order")
        return "paid" if given == (order.amount, order.currency, order.id) else "pending"
    if session.status == "expired":
        return "expired"
    return "cancelled" if cancelled else "pending"


def refund(order):
    """Refund a paid order once. If the answer is lost, look for the refund, never send it again."""
    paid = Order.objects.filter(id=order.id, status=PAID)
    if not paid.filter(refund_call="").update(refund_call="sent"):
        order.refresh_from_db()
        if order.refund_call.startswith("{"):
            return find_out(paid, order.refund_call)
        # Its answer is on the way. If not, because the shop was killed, an event will tell.
        note = "The refund was sent before. Look at lomi. whether it was made."
        return paid.filter(refund_call="sent").update(note=note)
    try:
        # The newest API asks before it moves money. The merchant's click was the answer.
        made = client.refunds.create(
            transaction_id=order.transaction_id, amount=order.amount, confirm=lambda preview: True
        )
    except lomi.OutcomeUnknownError as error:
        paid.update(refund_call=error.unknown_call)
        find_out(paid, error.unknown_call)
    except lomi.LomiError as error:
        paid.update(refund_call="", note=f"Not refunded: {error.message}")
    else:
        refund_result(paid, made)


def find_out(paid, unknown_call):
    """Find out whether a refund was made."""
    order = paid.filter(refund_call=unknown_call)  # Another click may have found out.
    try:
        found = client.find_outcome(unknown_call)
    except lomi.LomiError as error:
        found = lomi.Ambiguous([], error.message, None)
    match found:
        case lomi.Done(made):
            refund_result(order, made)
        case lomi.NotDone():
            order.update(refund_call="", note="Not refunded. You can try again.")
        case lomi.Ambiguous(reason=reason):
            order.update(note=f"Refunded or not? Try again in a few minutes. {reason}")
