"""A supervisor's PIN: how a second person approves what a cashier alone may not do, at the cashier's own screen."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from boxoffice.models import StaffPin
from cinema import deeds
from cinema.errors import DomainError
from cinema.permissions import may
from seating.identity import owner_of_user

SHORTEST, LONGEST = 6, 12  # digits
TRIES = 5
LOCKED_FOR = timedelta(minutes=15)


class UnusablePin(DomainError):
    code = "unusable_pin"
    status = 422
    title = "PIN not possible"


class NotApproved(DomainError):
    code = "not_approved"
    status = 403
    title = "Not approved"


def set_pin(user: User, pin: str, by: str = "") -> None:
    """Raises UnusablePin."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST and len(set(pin)) > 2):
        raise UnusablePin(f"A PIN has {SHORTEST} to {LONGEST} digits, at least three of them different.")
    values = {"digest": make_password(pin), "changed_at": timezone.now(), "failures": 0, "locked_until": None}
    with transaction.atomic():
        StaffPin.objects.update_or_create(user=user, defaults=values)
        deeds.record("set_pin", by=by, after={"account": owner_of_user(user)})


def approve(email: str, pin: str, permission: str, theatre_id: int, *, asked_by: Any) -> str:
    """The owner string of who approves, for the deed's `approved_by`.

    The other person must have the permission there, and be another one. Raises NotApproved, in the same words whatever
    was wrong; five wrong PINs lock it for 15 minutes.
    """
    refused = NotApproved("This PIN does not approve it here. Ask a supervisor of this theatre.")
    with transaction.atomic():  # the failure is stored before the refusal leaves
        pins = StaffPin.objects.select_for_update(of=("self",)).select_related("user")
        stored = pins.filter(user__email__iexact=email, user__is_active=True).exclude(user=asked_by.pk).first()
        good = stored is not None and _matches(stored, pin)
    if stored is None or not good or not may(stored.user, permission, theatre_id):
        raise refused
    return owner_of_user(stored.user)


def _matches(stored: StaffPin, pin: str) -> bool:
    now = timezone.now()
    if stored.locked_until is not None and stored.locked_until > now:
        return False
    good = check_password(pin, stored.digest)
    stored.failures = 0 if good else stored.failures + 1
    stored.locked_until = None
    if stored.failures >= TRIES:
        stored.failures, stored.locked_until = 0, now + LOCKED_FOR
    stored.save(update_fields=["failures", "locked_until"])
    return good
