"""Codes of six digits, mailed to the booking's address, for what a link alone does not allow.

`ask_for_code` writes a row and lets the outbox mail it → `code_to_mail` makes the code just before the mail is sent,
so that it stands in no table and in no log, and stores a keyed hash → `check_code` compares what was given → `spend`
marks it as used in the transaction of the deed: a deed that is refused leaves the code good.

Ten minutes, `TRIES` tries, `CODES_AN_HOUR` codes: whoever guesses has 15 of a million in an hour. Guesses sent at once
are not compared before they are counted, so that a hundred of them are no more than five.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from checkout.bookings.select import get_booking
from checkout.links.errors import CodeRefused, CodeRequired, TooManyCodes
from checkout.links.tokens import looker, token_of
from checkout.models import Booking, MailCode
from checkout.outbox import queue
from seating.auth import VisitorRequest

HEADER = "X-Booking-Code"
DIGITS = 6
LIFE = timedelta(minutes=10)
TRIES = 5
CODES_AN_HOUR, HOUR = 3, timedelta(hours=1)
KIND = "code"
GIVEN: dict[str, Any] = {  # for a route's `openapi_extra`
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "maxLength": 20},
    "description": "The code from the booking's mailbox; needed where the booking is seen through a mail's link.",
}


@dataclass(frozen=True)
class Permit:
    """Who may change a booking: `owners` as services take them, `owner` who asks. Spend it with the deed."""

    owners: tuple[str, ...]
    owner: str
    code: MailCode | None = None

    def spend(self) -> None:
        """Inside the transaction of the deed. Raises CodeRefused when another deed was quicker with the same code."""
        if self.code is not None:
            spend(self.code)


def subject_of_booking(booking_id: str) -> str:
    return f"booking:{booking_id}"


def permit_of(request: VisitorRequest, booking_id: str) -> Permit:
    """Whom an operation that changes a booking takes this request for. Raises LinkOver, CodeRequired, CodeRefused."""
    return permit(request.auth.owners, booking_id, token_of(request), str(request.headers.get(HEADER, "")))


@contextmanager
def one_deed(request: VisitorRequest, booking_id: str) -> Iterator[tuple[str, ...]]:
    """Around a deed on a booking, in one transaction with the code that allows it: gives the owners whom services take.

    Raises UnknownBooking, and as `permit_of`.
    """
    permit = permit_of(request, booking_id)
    get_booking(booking_id, permit.owners)
    with transaction.atomic():
        permit.spend()
        yield permit.owners


def permit(owners: tuple[str, ...], booking_id: str, token: str, given: str) -> Permit:
    """Whoever booked needs no code; whoever has only a link gives the one that was mailed. Others own nothing.

    Raises LinkOver, CodeRequired, CodeRefused.
    """
    who = looker(owners, booking_id, token)
    first = next(iter(owners), "")
    if not who.owner:
        return Permit(who.owners, first)
    if who.may_pay:
        return Permit(who.owners, who.owner)
    if not given.strip():
        raise CodeRequired(
            "A link in a mail lets you look. To change this booking, ask for a code: it goes to the booking's "
            f"e-mail address. Then send the request again with the code in {HEADER}.",
            ask=f"/api/bookings/{booking_id}/codes/",
        )
    return Permit(who.owners, who.owner, check_code(subject_of_booking(booking_id), given))


def ask_for_code(subject: str, booking: Booking | None = None, **payload: Any) -> MailCode:
    """Inside a transaction that has locked what `subject` names: a code will be mailed. Raises TooManyCodes."""
    now = timezone.now()
    recent = MailCode.objects.filter(subject=subject, created_at__gt=now - HOUR).order_by("created_at")
    times = list(recent.values_list("created_at", flat=True))
    if len(times) >= CODES_AN_HOUR:
        wait = int((times[-CODES_AN_HOUR] + HOUR - now).total_seconds()) + 1
        raise TooManyCodes(
            f"{CODES_AN_HOUR} codes were mailed within the last hour. Use the newest, or wait "
            f"{max(wait // 60, 1)} minutes.",
            retry_after=wait,
        )
    row = MailCode.objects.create(subject=subject, created_at=now)
    queue.put(booking, KIND, f"code:{row.pk}", code=row.pk, **payload)
    return row


def code_to_mail(row_id: int) -> str | None:
    """A new code for this row, good for ten minutes from now; None when nobody waits for it any more.

    Called again, because a worker died with the mail, it makes another: only the newest mail's code is good.
    """
    now = timezone.now()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    waiting = MailCode.objects.filter(pk=row_id, used_at=None, created_at__gt=now - LIFE)
    return code if waiting.update(digest=_digest(row_id, code), expires_at=now + LIFE) else None


def check_code(subject: str, given: str) -> MailCode:
    """The newest code mailed for `subject`, if it is the one that was given. The try counts, whatever comes of it.

    A code that was used is found too: the same request sent again gets its stored answer, and `spend` refuses
    everything else. Not to be called inside a transaction, whose rollback would take the try back. Raises CodeRefused.
    """
    mailed = MailCode.objects.filter(subject=subject, expires_at__gt=timezone.now()).exclude(digest="")
    row = mailed.order_by("-pk").first()
    if row is None or not _count_a_try(row):
        raise CodeRefused("This code is not good any more. Ask for a new one.")
    row.refresh_from_db(fields=["digest", "tries"])
    if not constant_time_compare(row.digest, _digest(row.pk, given.strip())):
        left = max(TRIES - row.tries, 0)
        raise CodeRefused(
            "This is not the code in our newest mail." + ("" if left else " Ask for a new one."), tries_left=left
        )
    return row


def forget_codes(subject: str) -> None:
    """Those that were mailed are good no more; they still count for the hour."""
    MailCode.objects.filter(subject=subject).update(digest="", expires_at=None)


def spend(row: MailCode) -> None:
    """Inside the transaction of what the code was given for. Raises CodeRefused: it was used before."""
    if not MailCode.objects.filter(pk=row.pk, used_at=None).update(used_at=timezone.now()):
        raise CodeRefused("This code was used already. Ask for a new one.")


def _count_a_try(row: MailCode) -> bool:
    """In one statement that commits before anything is compared: of guesses sent at once, five are compared."""
    with transaction.atomic(durable=True):
        return bool(MailCode.objects.filter(pk=row.pk, tries__lt=TRIES).update(tries=F("tries") + 1))


def _digest(row_id: int, code: str) -> str:
    return salted_hmac("checkout.bookings.codes", f"{row_id}:{code}", algorithm="sha256").hexdigest()


def masked(email: str) -> str:
    """`a•••@example.com`: enough to know the mailbox by, not to learn it."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"
