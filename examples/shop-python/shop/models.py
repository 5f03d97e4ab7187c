"""The orders."""

from secrets import token_hex

from django.db import models
from django.urls import reverse


class Order(models.Model):
    """What a buyer has ordered, and what is known of its payment and its refund."""

    class Status(models.TextChoices):
        """Only an event of lomi. changes it from pending to paid."""

        PENDING = "pending"
        PAID = "paid"
        REFUNDED = "refunded"

    # Nobody can guess it: an order's page is open to everyone who knows its address.
    id = models.CharField(primary_key=True, max_length=64, default=token_hex)
    created_at = models.DateTimeField(auto_now_add=True)
    amount = models.IntegerField()  # in the currency's smallest unit
    currency = models.CharField(max_length=3, default="XOF")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    paid_count = models.IntegerField(default=0)
    note = models.TextField(blank=True)  # for the buyer and the staff

    attempt = models.IntegerField(default=1)
    session_id = models.CharField(max_length=64, blank=True)
    checkout_url = models.TextField(blank=True)
    transaction_id = models.CharField(max_length=64, blank=True, db_index=True)

    refund_id = models.CharField(max_length=64, blank=True)
    refund_call = models.TextField(blank=True)  # "sent", or what find_outcome needs

    def get_absolute_url(self):
        """Give the path of the order's page."""
        return reverse("order", args=[self.id])

    def price(self):
        """Give the amount as people write it: 15 000 F CFA."""
        return f"{self.amount:,} F CFA".replace(",", " ").replace(" ", "\u00a0")
