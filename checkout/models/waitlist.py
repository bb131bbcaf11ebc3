"""Who waits for seats of a sold-out show. `checkout.waitlist.entries` moves it.

`unconfirmed → waiting → offered → taken`. An entry counts from the moment its mail address is confirmed, and is
forgotten after an hour if it is not (`checkout.waitlist.confirming`). An offer that lapses puts the entry back to the
end of the line, the third one ends it; declined, it ends, and the party can join again. An offer's seats are a hold
with pending claims (`seating.services.offers`): PostgreSQL keeps them.
"""

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone


def new_entry_key() -> str:
    """96 random bits: what an entry is called in public."""
    return secrets.token_hex(12)


class WaitlistEntry(models.Model):
    """One party at one show. `queued_at`, then the order of the rows, is the order of the queue."""

    class Status(models.TextChoices):
        UNCONFIRMED = "unconfirmed", "unconfirmed"
        WAITING = "waiting", "waiting"
        OFFERED = "offered", "offered"
        TAKEN = "taken", "taken"
        DECLINED = "declined", "declined"
        LAPSED = "lapsed", "lapsed"
        LEFT = "left", "left"
        CLOSED = "closed", "closed"  # the show was closed, cancelled, or begins

    OPEN = (Status.WAITING, Status.OFFERED)
    ONE_PER_OWNER = (Status.UNCONFIRMED, *OPEN)

    key = models.CharField(max_length=32, unique=True, default=new_entry_key, editable=False)
    show = models.ForeignKey("cinema.Show", on_delete=models.PROTECT, related_name="waitlist")
    owner = models.CharField(max_length=64, help_text="user_45 or guest_…")
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254, help_text="in lower case: one entry per address and show")
    count = models.PositiveSmallIntegerField(help_text="seats, all or none")
    tier = models.CharField(max_length=60, blank=True, help_text="empty: any")
    site = models.CharField(max_length=200, blank=True, help_text="the origin it was joined at, for links in mails")
    address = models.CharField(
        max_length=32, blank=True, help_text="a keyed hash of the network address it was joined from, while it is open"
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING)
    hold = models.CharField(max_length=32, blank=True, help_text="the offer's hold")
    seats = models.JSONField(default=list, help_text="the offer's seats")
    adjacent = models.BooleanField(default=True, help_text="whether they are side by side")
    lapsed_holds = models.JSONField(default=list, help_text="the holds of earlier offers that lapsed")
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(default=timezone.now, help_text="its place in the queue")
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "waitlist entries"
        indexes = [
            models.Index(fields=["show", "queued_at", "id"], condition=Q(status="waiting"), name="waitlist_queue"),
            models.Index(fields=["offer_ends_at"], condition=Q(status="offered"), name="waitlist_offer_due"),
            models.Index(fields=["created_at"], condition=Q(status="unconfirmed"), name="waitlist_unconfirmed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["show", "owner"],
                condition=Q(status__in=["unconfirmed", "waiting", "offered"]),
                name="one_waitlist_entry_per_owner",
            ),
            models.UniqueConstraint(
                fields=["show", "email"],
                condition=Q(status__in=["waiting", "offered"]),
                name="one_waitlist_entry_per_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.count}: {self.status}"
