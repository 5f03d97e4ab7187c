"""What an event of lomi. does to an order, whether a webhook or ``reconcile`` brought it."""

from django.db.models import F

import lomi
from lomi.contrib.django import DjangoInboxStore

from .models import Order

inbox = lomi.Inbox(DjangoInboxStore())
PENDING, PAID, REFUNDED = Order.Status


def handle(event, connection):
    """Write what has happened. The inbox calls this once per event, in a transaction."""
    data = event.data
    match event.event:
        case "PAYMENT_SUCCEEDED":
            payment_succeeded(data)
        case "PAYMENT_FAILED" | "PAYMENT_CANCELLED":
            waiting = order_of(data).filter(status=PENDING, note="")
            waiting.update(note="A payment was refused. You can try again.")
        case "REFUND_COMPLETED":
            order = Order.objects.filter(transaction_id=data.transaction_id)
            refund_result(order.filter(amount=data.refunded_amount), data)
        case "REFUND_FAILED":
            refund_result(Order.objects.filter(refund_id=data.refund_id), data)


def payment_succeeded(payment):
    """Mark the order as paid, once, if the payment is the right one."""
    order = order_of(payment)
    amount, currency = payment.gross_amount, payment.currency_code
    marked = order.filter(status=PENDING, amount=amount, currency=currency).update(
        status=PAID,
        paid_count=F("paid_count") + 1,
        transaction_id=payment.transaction_id,
        note="",
    )
    if not marked:  # No exception: the money is there, so a person has to decide.
        order.update(note=f"Look at payment {payment.transaction_id}: {amount} {currency}.")


def order_of(payment):
    """Find the order, not by the session: an event that ``reconcile`` brings may lack that."""
    return Order.objects.filter(id=str((payment.metadata or {}).get("order")))


def refund_result(order, refund):
    """Write the state of a refund. One that was completed can still fail."""
    if refund.status == "failed":
        order.update(status=PAID, refund_call="", note="The refund failed.")
    elif refund.status == "completed":
        order.filter(status=PAID).update(status=REFUNDED, refund_id=refund.refund_id, note="")
    else:
        note = "The refund is under way."
        order.filter(status=PAID).update(refund_id=refund.refund_id, refund_call="sent", note=note)
