"""Coupon codes and their uses. Amounts are integer paise, times UTC.

A use is a `Redemption` row beside its booking and counts as long as the booking's own state says so (`counting`):
from the pending booking on, no more once that has expired or was given up unpaid, for good once it was confirmed.
Nothing is given back by hand, so nothing can be forgotten.
"""

import unicodedata

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone

LONGEST_CODE = 32
GOOGLE = {"gmail.com", "googlemail.com"}  # one mailbox, with or without dots


def plain_code(code: str) -> str:
    """A code as it is stored: capitals, nothing around it."""
    return code.strip().upper()


def plain_email(email: str) -> str:
    """One spelling for one mailbox: small letters, no `+tag`, no dots where Google ignores them."""
    local, _, domain = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    local = local.split("+", 1)[0] or local
    if domain in GOOGLE:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


class Coupon(models.Model):
    """An amount off the tickets of a booking, or a percentage of their price. Fee and its tax are never reduced."""

    code = models.CharField(
        max_length=LONGEST_CODE,
        unique=True,
        validators=[RegexValidator(r"^\s*[A-Za-z0-9-]+\s*$", "Use letters, digits and hyphens.")],
        help_text="what customers type; capitals and small letters are the same",
    )
    amount = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="paise off the booking"
    )
    percent = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="or per cent of the ticket prices",
    )
    cap = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="most that a percentage takes off, paise"
    )
    limit_total = models.PositiveIntegerField(null=True, blank=True, help_text="bookings in all; empty: no limit")
    limit_per_person = models.PositiveIntegerField(
        null=True, blank=True, help_text="bookings per user, or per e-mail address of a guest; empty: no limit"
    )
    first_moment = models.DateTimeField(null=True, blank=True, help_text="empty: at once")
    last_moment = models.DateTimeField(null=True, blank=True, help_text="empty: no end")
    shows = models.ManyToManyField("cinema.Show", blank=True, help_text="only for these shows or films; none: for all")
    movies = models.ManyToManyField("cinema.Movie", blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None, percent__isnull=False) | Q(amount__isnull=False, percent=None),
                name="coupon_amount_or_percent",
                violation_error_message="Give either an amount or a percentage.",
            ),
            models.CheckConstraint(
                condition=(Q(percent=None) | Q(percent__range=(1, 100))) & (Q(amount=None) | Q(amount__gte=1)),
                name="coupon_takes_something_off",
                violation_error_message="A percentage is between 1 and 100, an amount at least 1 paisa.",
            ),
            models.CheckConstraint(
                condition=Q(cap=None) | Q(percent__isnull=False),
                name="coupon_cap_of_a_percentage",
                violation_error_message="Only a percentage has a cap.",
            ),
            models.CheckConstraint(
                condition=Q(first_moment=None) | Q(last_moment=None) | Q(first_moment__lte=F("last_moment")),
                name="coupon_begins_before_it_ends",
                violation_error_message="The last moment is before the first.",
            ),
            models.CheckConstraint(condition=Q(code=Upper("code")), name="coupon_code_in_capitals"),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        self.code = plain_code(self.code)


class Redemptions(models.QuerySet["Redemption"]):
    def counting(self) -> "Redemptions":
        """Those that count against the limits."""
        in_progress = Q(booking__status__in=["pending", "confirmed"])
        return self.filter(in_progress | Q(booking__confirmed_at__isnull=False))


class Redemption(models.Model):
    """One use of a coupon: at most one per booking. `person` is `user_45` or a guest's `mail:alice@example.com`."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="redemptions")
    booking = models.OneToOneField("checkout.Booking", on_delete=models.CASCADE, related_name="redemption")
    code = models.CharField(max_length=LONGEST_CODE, help_text="as it was then")
    person = models.CharField(max_length=300)
    discount = models.PositiveIntegerField(help_text="paise; the sum over the booking's lines")
    created_at = models.DateTimeField(default=timezone.now)

    objects = Redemptions.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["coupon", "person"])]

    def __str__(self) -> str:
        return f"{self.code}: {self.booking_id}"
