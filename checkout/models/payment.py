"""What was asked of the gateway, paid, and given back. Amounts are integer paise, times UTC.

Payments repeat what the gateway said last and never what a message claimed. States only move forward.
"""

from django.db import models
from django.utils import timezone

from checkout.models.booking import Booking


class Order(models.Model):
    """The gateway's order for a booking: one, whatever the number of attempts to pay it."""

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="order")
    order_id = models.CharField(max_length=64, unique=True)
    amount = models.PositiveIntegerField(help_text="paise")
    created_at = models.DateTimeField(default=timezone.now)
    asks = models.PositiveIntegerField(default=0, help_text="how often the reconciler has asked")
    next_ask_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="empty once nothing more can come of it"
    )

    def __str__(self) -> str:
        return self.order_id


class Payment(models.Model):
    """One attempt to pay an order, as the gateway reported it last; `void` is ours: authorised, never captured."""

    class Status(models.TextChoices):
        CREATED = "created", "created"
        FAILED = "failed", "failed"
        AUTHORIZED = "authorized", "authorised"
        VOID = "void", "not captured"
        CAPTURED = "captured", "captured"
        REFUNDED = "refunded", "refunded"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="payments")
    order_id = models.CharField(max_length=64, db_index=True)
    payment_id = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CREATED)
    amount = models.PositiveIntegerField(help_text="paise")
    currency = models.CharField(max_length=3, default="INR")
    method = models.CharField(max_length=24, blank=True)
    error = models.CharField(max_length=300, blank=True, help_text="why it failed, in the gateway's words")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.status}"


class Refund(models.Model):
    """Money going back. The row is the decision; the outbox carries it to the gateway under `key`."""

    class Status(models.TextChoices):
        PENDING = "pending", "pending"
        PROCESSED = "processed", "processed"
        FAILED = "failed", "failed"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=80, unique=True, help_text="X-Refund-Idempotency and receipt")
    refund_id = models.CharField(max_length=64, null=True, blank=True, unique=True)
    amount = models.PositiveIntegerField(help_text="paise")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    rule = models.CharField(max_length=24, help_text="why; see checkout.cancellations.bookings and settling")
    seats = models.JSONField(default=list)
    attempt = models.PositiveSmallIntegerField(default=1, help_text="a failed refund is tried again as a new one")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    asks = models.PositiveIntegerField(default=0)
    next_ask_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="when to ask how it stands; of a failed one, when to try again"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.key}: {self.amount} {self.status}"

    @property
    def replaced(self) -> bool:
        """It failed and was tried again as a new one; a failed one that waits for that is still owed."""
        return self.status == self.Status.FAILED and self.next_ask_at is None
