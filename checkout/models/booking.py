"""A booking and what its seats cost. Amounts are integer paise, times UTC.

A booking keeps its own copy of every price. Its state only moves forward; services move it, each move under a lock of
the booking's row.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from checkout.money import prices
from checkout.money.gst import INDIA, gst_percent, halves
from checkout.money.paise import percent_of

REFERENCE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is mistaken when read aloud
TICKET_PRICE = ("base", "discount", "gst_percent", "gst")  # of a line: what a coupon changes


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
    link_generation = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="links in mails name it; raised to end those that are out"
    )
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
            models.Index(Upper("email"), name="booking_by_address"),  # as `iexact` asks for it
            models.Index(fields=["expires_at"], condition=Q(status="pending"), name="booking_pending_due"),
        ]
        constraints = [
            # Two creates at once come from one hold: the second cannot be stored.
            models.UniqueConstraint(fields=["show", "hold"], name="one_booking_per_hold"),
        ]

    def __str__(self) -> str:
        return self.reference


class BookingLine(models.Model):
    """One seat's price as it was when booked. `base` is what is paid for the seat, a coupon's share taken off.

    Not stored, it is what a seat would cost now.
    """

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

    @classmethod
    def priced(cls, seat: str, tier: str, listed: int, at: datetime, discount: int = 0) -> "BookingLine":
        """The price, not stored, of a seat listed at so many paise and sold at that moment (aware)."""
        line = cls(
            seat=seat,
            tier=tier,
            fee=prices.CONVENIENCE_FEE,
            fee_gst=percent_of(prices.CONVENIENCE_FEE, prices.FEE_GST_PERCENT),
            fee_gst_percent=prices.FEE_GST_PERCENT,
        )
        line.price_ticket(listed, at, discount)
        return line

    def price_ticket(self, listed: int, at: datetime, discount: int = 0) -> None:
        """Sets the fields TICKET_PRICE: `discount` is taken off before tax. The fee and its tax stay as they are."""
        self.base, self.discount = listed - discount, discount
        self.gst_percent = gst_percent(self.base, at.astimezone(INDIA).date())
        self.gst = percent_of(self.base, self.gst_percent)

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
        """The central half of `gst`, paise; an odd paisa is here."""
        return halves(self.gst)[0]

    @property
    def sgst(self) -> int:
        """The state half of `gst`, paise."""
        return halves(self.gst)[1]

    @property
    def fee_cgst(self) -> int:
        """The central half of `fee_gst`, paise; an odd paisa is here."""
        return halves(self.fee_gst)[0]

    @property
    def fee_sgst(self) -> int:
        """The state half of `fee_gst`, paise."""
        return halves(self.fee_gst)[1]

    @property
    def total_cgst(self) -> int:
        """The central halves of both taxes, paise."""
        return self.cgst + self.fee_cgst

    @property
    def total_sgst(self) -> int:
        """The state halves of both taxes, paise."""
        return self.sgst + self.fee_sgst


def total_of(lines: Iterable[BookingLine]) -> int:
    """Paise to pay."""
    return sum(line.total for line in lines)
