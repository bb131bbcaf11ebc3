"""What was booked, paid, ticketed and given back. Amounts are integer paise, times UTC.

A booking keeps its own copy of every price. States only move forward; `checkout.services` moves them, each move
under a lock of the booking's row. Payments mirror what the gateway said last and never what a message claimed.
"""

import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from checkout.cancellations import ShowCancellation as ShowCancellation
from checkout.coupons import Coupon as Coupon
from checkout.coupons import Redemption as Redemption
from checkout.money import halves
from checkout.waitlists import WaitlistEntry as WaitlistEntry

REFERENCE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is mistaken when read aloud


def new_booking_id() -> str:
    """96 random bits: a booking's address cannot be guessed."""
    return secrets.token_hex(12)


def new_reference() -> str:
    """What people say on the telephone; eight letters and digits."""
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))


class Booking(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending", "pending"
        CONFIRMED = "confirmed", "confirmed"
        CANCELLED = "cancelled", "cancelled"
        EXPIRED = "expired", "expired"

    id = models.CharField(primary_key=True, max_length=32, default=new_booking_id, editable=False)
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    show = models.ForeignKey("cinema.Show", on_delete=models.PROTECT, related_name="bookings")
    owner = models.CharField(max_length=64, help_text="user_45 or guest_…")
    hold = models.CharField(max_length=32, help_text="the hold this booking came from")
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=24, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    currency = models.CharField(max_length=3, default="INR")
    total = models.PositiveIntegerField(help_text="paise")
    site = models.CharField(max_length=200, blank=True, help_text="the origin it was booked at, for links in mails")
    paid_by = models.ForeignKey(
        "Payment", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="the one that counts"
    )
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["owner", "-created_at"]),
            models.Index(fields=["show", "status"]),
            models.Index(fields=["expires_at"], condition=Q(status="pending"), name="booking_pending_due"),
        ]
        constraints = [
            # Two creates at once come from one hold: the second cannot be stored.
            models.UniqueConstraint(fields=["show", "hold"], name="one_booking_per_hold"),
        ]

    def __str__(self) -> str:
        return self.reference


class BookingLine(models.Model):
    """One seat's price as it was when booked. `base` is what is paid for the seat, a coupon's share taken off."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="lines")
    seat = models.CharField(max_length=40)
    tier = models.CharField(max_length=60)
    base = models.PositiveIntegerField(help_text="paise, after the discount")
    discount = models.PositiveIntegerField(default=0, help_text="what a coupon took off, paise")
    gst_percent = models.PositiveSmallIntegerField()
    gst = models.PositiveIntegerField(help_text="paise")
    fee = models.PositiveIntegerField(help_text="convenience fee, paise")
    fee_gst = models.PositiveIntegerField(help_text="paise")
    fee_gst_percent = models.PositiveSmallIntegerField(default=18)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["booking", "seat"], name="one_line_per_seat")]

    def __str__(self) -> str:
        return f"{self.seat}: {self.total}"

    @property
    def total(self) -> int:
        """Paise."""
        return self.base + self.gst + self.fee + self.fee_gst

    @property
    def listed(self) -> int:
        """The seat's price before any coupon, paise."""
        return self.base + self.discount

    @property
    def cgst(self) -> int:
        """The central half of both taxes, paise."""
        return halves(self.gst)[0] + halves(self.fee_gst)[0]

    @property
    def sgst(self) -> int:
        """The state half of both taxes, paise."""
        return halves(self.gst)[1] + halves(self.fee_gst)[1]


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
    """One attempt to pay an order, as the gateway told us last; `void` is ours: authorised, and not to be captured."""

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


class Ticket(models.Model):
    """One seat's entry. `code` is what the QR holds; see `checkout.tickets`. Of its editions only the last admits."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="tickets")
    show = models.ForeignKey("cinema.Show", on_delete=models.PROTECT, related_name="tickets")
    seat = models.CharField(max_length=40)
    code = models.CharField(max_length=500)
    edition = models.PositiveIntegerField(default=1, db_default=1, help_text="raised when it is issued again")
    created_at = models.DateTimeField(default=timezone.now)
    reissued_at = models.DateTimeField(null=True, blank=True)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_in_gate = models.CharField(max_length=60, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, help_text="staff's doing: the seat stays sold")
    revoked_why = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        ordering = ["created_at", "seat"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "seat"], name="one_ticket_per_seat_of_a_booking"),
            models.UniqueConstraint(
                fields=["show", "seat"], condition=Q(cancelled_at=None), name="one_good_ticket_per_seat"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat} ({self.id})"

    @property
    def admits(self) -> bool:
        """Whether its code opens the gate, or did."""
        return self.cancelled_at is None and self.revoked_at is None


class GateScan(models.Model):
    """A gate let somebody in with this ticket, or did so offline and should not have.

    The earliest admission of a ticket is the one that counts; every other is a conflict that staff should look at.
    """

    class Outcome(models.TextChoices):
        ADMITTED = "admitted", "admitted"
        ALREADY_CHECKED_IN = "already_checked_in", "let in twice"
        TICKET_CANCELLED = "ticket_cancelled", "let in with a cancelled ticket"
        TICKET_REVOKED = "ticket_revoked", "let in with a revoked ticket"
        TICKET_REPLACED = "ticket_replaced", "let in with a replaced ticket"
        WRONG_SHOW = "wrong_show", "let in to another show"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="scans")
    gate = models.CharField(max_length=60)
    scanned_at = models.DateTimeField(help_text="by the gate's clock where it was offline")
    received_at = models.DateTimeField(default=timezone.now)
    offline = models.BooleanField(default=False)
    staff = models.CharField(max_length=64, blank=True, help_text="who was signed in at the gate: user_45")
    outcome = models.CharField(max_length=24, choices=Outcome.choices, default=Outcome.ADMITTED)

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["outcome", "-received_at"])]
        constraints = [
            # The same batch sent twice is the same scans.
            models.UniqueConstraint(fields=["ticket", "gate", "scanned_at"], name="one_scan_per_gate_and_moment")
        ]

    def __str__(self) -> str:
        return f"{self.ticket} at {self.gate}"


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
    rule = models.CharField(max_length=24, help_text="why; see checkout.services.cancelling and settling")
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


class WebhookEvent(models.Model):
    """A verified message of the gateway, kept as it came. It is a hint to go and ask, never the truth."""

    event_id = models.CharField(max_length=200, unique=True)
    event = models.CharField(max_length=60, blank=True)
    entity_id = models.CharField(max_length=64, blank=True, help_text="of the payment, order or refund it is about")
    order_id = models.CharField(max_length=64, blank=True)
    body = models.TextField()
    received_at = models.DateTimeField(default=timezone.now, db_index=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["event", "entity_id"]),
            models.Index(fields=["due_at"], condition=Q(processed_at=None), name="webhook_due"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.entity_id}"


class OutboxMessage(models.Model):
    """Something that must happen because a transaction committed: a mail, a refund. See `checkout.outbox`."""

    key = models.CharField(max_length=120, unique=True, help_text="one effect, however often it is asked for")
    kind = models.CharField(max_length=40)
    booking = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="messages", help_text="if it has one"
    )
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now, help_text="also the end of the lease of whoever is at it")
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None, given_up_at=None), name="outbox_due")]

    def __str__(self) -> str:
        return self.key


class IdempotencyKey(models.Model):
    """A request that is done once however often it is sent, and its answer; see `checkout.idempotency`."""

    owner = models.CharField(max_length=64, help_text="who asked: user_45 or guest_…")
    endpoint = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="of the request's body")
    lease = models.CharField(max_length=16, help_text="who is at it")
    leased_until = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "endpoint", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.key}"
