"""What was asked of the gateway, paid, and given back. Amounts are integer paise, times UTC.

Payments repeat what the gateway said last and never what a message claimed. States only move forward.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from checkout.models.booking import Booking
from checkout.models.due import Due


class Order(Due):
    """The gateway's order for a booking: one, whatever the number of attempts to pay it.

    It is due when the gateway is to be asked about it, and never again once nothing more can come of it. `attempts`
    are the questions that were answered: while the gateway is away, the waiting time does not grow.
    """

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="order")
    order_id = models.CharField(max_length=64, unique=True)
    amount = models.PositiveIntegerField(help_text="paise")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="order_due")]

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


class Refund(Due):
    """Money going back. The row is the decision; the outbox carries it to the gateway under `key`.

    A pending one is due when the gateway is to be asked how it stands, and `attempts` are the questions that were
    answered; a failed one is due when it is to be issued again, and no more once it has been.
    """

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
    edition = models.PositiveSmallIntegerField(
        default=1, help_text="one more each time the same debt is issued again because a refund failed"
    )
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="refund_due")]

    def __str__(self) -> str:
        return f"{self.key}: {self.amount} {self.status}"

    @property
    def replaced(self) -> bool:
        """It failed and was issued again as a new one; a failed one that waits for that is still owed."""
        return self.status == self.Status.FAILED and self.due_at is None
