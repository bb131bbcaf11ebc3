"""Takes persons out of every table and leaves the figures.

What tax law keeps is what a receipt is worked out from: reference, show, seats, prices, taxes, payments, refunds, and
their times (`checkout.tickets.receipts`); none of it says who it was. Everything that does goes, everywhere it was
copied to: the booking's contact, the coupon's use, the waitlist, answers kept for an Idempotency-Key, the gateway's
messages and errors, notes and errors of mails, mailed codes, what staff wrote about a ticket, the admin's history.

Everything here may run again, and in two places at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from checkout.bookings.codes import subject_of_booking
from checkout.cancellations.bookings import give_up
from checkout.models import (
    Booking,
    IdempotencyKey,
    MailCode,
    Order,
    OutboxMessage,
    Payment,
    Redemption,
    Ticket,
    WaitlistEntry,
    WebhookEvent,
)
from checkout.models.coupon import plain_email
from checkout.waitlist.entries import Status as Waiting
from checkout.waitlist.entries import end_entry

AT_ONCE = 500  # bookings in one transaction
NOT_A_MAIL = ("refund",)  # of the outbox: goes on, whoever it was for
ERASED = "erased"


@dataclass
class Erased:
    """How many rows of each kind were changed or deleted."""

    bookings: int = 0
    waitlist: int = 0
    webhooks: int = 0
    messages: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        theirs = asdict(other)
        return Erased(**{name: value + theirs[name] for name, value in asdict(self).items()})

    @property
    def total(self) -> int:
        return sum(asdict(self).values())


def erase_person(owners: Sequence[str], emails: Iterable[str] = ()) -> Erased:
    """Everything of these owners, and of guests who gave one of these addresses, at once.

    What is under way ends first: pending bookings and waits are given up. Tickets of coming shows stay good, and money
    that is on its way back arrives; there is nobody left to write to about it.
    """
    emails = {email.lower() for email in emails if email}
    theirs = Q(owner__in=list(owners))
    for address in emails:
        theirs |= Q(owner__startswith="guest_", email__iexact=address)
    _end_what_is_under_way(theirs)
    waits = list(WaitlistEntry.objects.filter(theirs).values_list("pk", flat=True))
    done = Erased(waitlist=erase_waits(WaitlistEntry.objects.filter(pk__in=waits)))
    WaitlistEntry.objects.filter(pk__in=waits).update(owner=Concat(Value(f"{ERASED}_"), F("key")))
    while ids := list(Booking.objects.filter(theirs).values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            done += erase_bookings(ids)
            # What one person booked is not one person's any more, whoever gets this account's number some day.
            Booking.objects.filter(pk__in=ids).update(owner=Concat(Value(f"{ERASED}_"), F("pk")))
    IdempotencyKey.objects.filter(owner__in=list(owners)).delete()
    for address in emails:
        done += _erase_by_address(address)
    return done


@transaction.atomic
def erase_bookings(ids: Sequence[str]) -> Erased:
    """The persons of these bookings, wherever their names, addresses and telephone numbers are."""
    bookings = Booking.objects.filter(pk__in=ids)
    _forget_history_of(Booking, ids)
    webhooks = erase_webhooks(_webhooks_of(ids))
    messages = erase_messages(OutboxMessage.objects.filter(booking__in=ids))
    owners = list(bookings.values_list("owner", flat=True))
    IdempotencyKey.objects.filter(owner__in=owners).delete()  # answers repeat the contact; they live a day anyway
    Redemption.objects.filter(booking__in=ids).update(person=Concat(Value(f"{ERASED}:"), F("booking_id")))
    Payment.objects.filter(booking__in=ids).update(error="")
    Ticket.objects.filter(booking__in=ids).update(revoked_why="")
    MailCode.objects.filter(subject__in=[subject_of_booking(pk) for pk in ids]).delete()
    count = bookings.update(name="", email="", phone="", link_generation=F("link_generation") + 1)
    return Erased(bookings=count, webhooks=webhooks, messages=messages)


def _end_what_is_under_way(theirs: Q) -> None:
    bookings = Booking.objects.filter(theirs, status=Booking.Status.PENDING)
    for booking_id in list(bookings.values_list("pk", flat=True)):
        with transaction.atomic():
            booking = Booking.objects.select_for_update().get(pk=booking_id)
            if booking.status == Booking.Status.PENDING:
                give_up(booking, dry_run=False)
    waits = WaitlistEntry.objects.filter(theirs, status__in=WaitlistEntry.OPEN)
    for entry_id in list(waits.values_list("pk", flat=True)):
        with transaction.atomic():
            entry = WaitlistEntry.objects.select_for_update().get(pk=entry_id)
            if entry.status in WaitlistEntry.OPEN:
                end_entry(entry, Waiting.LEFT)


def erase_waits(entries: QuerySet[WaitlistEntry]) -> int:
    """Waits that are over; an open one is left alone."""
    closed = entries.exclude(status__in=WaitlistEntry.OPEN).exclude(name="", email="")
    keys = dict(closed.values_list("pk", "key"))
    with transaction.atomic():
        _forget_history_of(WaitlistEntry, [str(pk) for pk in keys])
        for key in keys.values():
            MailCode.objects.filter(subject__startswith=f"offer:{key}:").delete()
            erase_messages(OutboxMessage.objects.filter(booking=None, key__contains=key))
        return WaitlistEntry.objects.filter(pk__in=keys).update(name="", email="")


def _erase_by_address(email: str) -> Erased:
    """Copies that no key leads to: texts of others in which the address stands."""
    webhooks = erase_webhooks(WebhookEvent.objects.filter(Q(body__icontains=email) | Q(error__icontains=email)))
    messages = erase_messages(OutboxMessage.objects.filter(Q(error__icontains=email) | Q(payload__icontains=email)))
    Redemption.objects.filter(person=f"mail:{plain_email(email)}").update(
        person=Concat(Value(f"{ERASED}:"), F("booking_id"))
    )
    IdempotencyKey.objects.filter(answer__icontains=email).delete()
    LogEntry.objects.filter(Q(object_repr__icontains=email) | Q(change_message__icontains=email)).update(
        object_repr=ERASED, change_message=""
    )
    return Erased(webhooks=webhooks, messages=messages)


def _webhooks_of(ids: Sequence[str]) -> QuerySet[WebhookEvent]:
    orders = Order.objects.filter(booking__in=ids).values("order_id")
    payments = Payment.objects.filter(booking__in=ids).values("payment_id")
    return WebhookEvent.objects.filter(Q(order_id__in=orders) | Q(entity_id__in=payments))


def erase_webhooks(events: QuerySet[WebhookEvent]) -> int:
    """Their ids stay, so that one that comes again is known, and one that waits is still worked on."""
    return events.exclude(body="", error="").update(body="", error="")


def erase_messages(messages: QuerySet[OutboxMessage]) -> int:
    """What was done stays known by its key, without its content. A mail that waits has nobody to go to any more."""
    messages = messages.exclude(kind__in=NOT_A_MAIL)
    waiting = messages.filter(done_at=None, given_up_at=None)
    waiting.update(done_at=timezone.now(), payload={}, error="")
    return messages.exclude(payload={}, error="").update(payload={}, error="")


def _forget_history_of(model: type[Booking] | type[WaitlistEntry], ids: Iterable[str]) -> None:
    """The admin's history repeats what a row was called and what staff changed."""
    kind = ContentType.objects.get_for_model(model)
    LogEntry.objects.filter(content_type=kind, object_id__in=list(ids)).update(object_repr=ERASED, change_message="")
