"""The pages, and the webhook."""

import logging

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

import lomi
from lomi.contrib.django import webhook

from . import events, payments
from .models import Order

logger = logging.getLogger(__name__)
PRICE = 15000  # F CFA


class SeeOther(HttpResponseRedirect):
    """The redirect after a POST."""

    status_code = 303


def product(request):
    """Show what can be bought."""
    return render(request, "product.html", {"order": Order(amount=PRICE)})


def orders(request):
    """Make an order; else list all, in a shop of your own only for the staff."""
    if request.method != "POST":
        return render(request, "orders.html", {"orders": Order.objects.order_by("-created_at")})
    # Stored before the call, so that no payment can come for an order that is not there.
    return checkout(request, Order.objects.create(amount=PRICE))


@require_POST
def pay(request, order_id):
    """Pay an order that was refused or left, in the same session or the next one."""
    order = get_object_or_404(Order, id=order_id)
    if order.status != events.PENDING:
        return SeeOther(order.get_absolute_url())
    return checkout(request, order)


def checkout(request, order):
    """Send the buyer to the page of lomi., or say what to do."""
    try:
        return SeeOther(payments.checkout_page(order))
    except lomi.LomiError:
        logger.exception("order %s cannot be paid", order.id)
        shown = {"order": order, "state": order.status, "problem": True}
        return render(request, "order.html", shown, status=503)


def order(request, order_id):
    """Show an order. Anyone can open this address: only the order's id in it decides."""
    order = get_object_or_404(Order, id=order_id)
    try:
        state = payments.state(order, request.GET.get("cancelled") == "1")
    except lomi.LomiError:
        logger.exception("the session of order %s cannot be read", order_id)
        state = order.status
    return render(request, "order.html", {"order": order, "state": state})


@require_POST
def refund(request, order_id):
    """Refund an order, in a shop of your own only for the staff."""
    payments.refund(get_object_or_404(Order, id=order_id))
    return SeeOther("/orders")


@webhook  # LOMI_WEBHOOK_SECRET; 400 without a valid signature
def webhooks(request, event):
    """Handle an event that was not handled before. After an exception it comes again."""
    events.inbox.handle(event, events.handle)
    return HttpResponse()
