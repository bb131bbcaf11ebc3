"""Tickets, and who was let in with them. Times are UTC."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from checkout.models.booking import Booking


class Ticket(models.Model):
    """One seat's entry. `code` is what the QR holds (`checkout.tickets.codes`); only the last edition admits."""

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
        TAKEN_BACK = "taken_back", "taken back"

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
