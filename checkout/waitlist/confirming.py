"""When an entry of the waitlist begins to count: once whoever reads its mail address has said so.

Anybody can type any address. So until the link in the mail is opened nothing is offered to the entry, the mail has no
word that was typed (`checkout.outbox.mails.send_confirm_waiting`), and after an hour the entry is gone. How many open
entries one network address may have at a show is counted here, too; the entry keeps a keyed hash of it, and only while
it is open.
"""

import hashlib
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from checkout.errors import AlreadyWaiting, ConfirmationOver, TooManyWaitingHere
from checkout.models import WaitlistEntry
from checkout.outbox import queue
from checkout.waitlist.rules import SERVE, check_open
from cinema.metrics import count_refusal
from seating.identity import is_guest
from seating.services.notices import notify_owner

Status = WaitlistEntry.Status
LINK_SALT = "checkout.waitlist.confirm"
FORGOTTEN_AFTER = timedelta(hours=1)
MAIL_AGAIN_AFTER = timedelta(minutes=10)


# ------------------------------------------------------------------------------------------ before it counts
def is_confirmed(entry: WaitlistEntry) -> bool:
    """Whether this person has shown already that the mail address is theirs: as an account, or at this very list."""
    if is_guest(entry.owner):
        earlier = WaitlistEntry.objects.filter(show=entry.show_id, owner=entry.owner, email=entry.email)
        return earlier.exclude(confirmed_at=None).exists()
    mine = EmailAddress.objects.filter(user=int(entry.owner.removeprefix("user_")), verified=True)
    return bool(mine.filter(email__iexact=entry.email).exists())


def ask_to_confirm(entry: WaitlistEntry) -> None:
    """Inside a transaction: the mail with the link; another one if it is asked for ten minutes later."""
    times = (timezone.now() - entry.created_at) // MAIL_AGAIN_AFTER
    queue.put(None, "waitlist_confirm", f"waitlist-confirm:{entry.key}:{times}", entry=entry.pk)


def forgotten_after(entry: WaitlistEntry) -> datetime:
    """When an entry that is still unconfirmed ends."""
    return entry.created_at + FORGOTTEN_AFTER


def forget_unconfirmed() -> int:
    """Deletes what was not confirmed in time; answers with how many entries."""
    unconfirmed = WaitlistEntry.objects.filter(status=Status.UNCONFIRMED)
    count, _ = unconfirmed.filter(created_at__lte=timezone.now() - FORGOTTEN_AFTER).delete()
    return count


# ------------------------------------------------------------------------------------------------- the link
def confirm_token(entry: WaitlistEntry) -> str:
    """Names this entry and nothing else; it does not say who has it."""
    return signing.dumps(entry.key, salt=LINK_SALT)


def confirm_entry(token: str, show_id: int) -> WaitlistEntry:
    """The link was opened: from now on the entry waits, at the end of the line. Opened again, nothing changes.

    Raises ConfirmationOver (not our link, or too late), AlreadyWaiting (the address is on the list by another entry),
    ShowClosed.
    """
    try:
        key = signing.loads(token, salt=LINK_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise ConfirmationOver("This link is not one of ours.") from None
    try:
        with transaction.atomic():
            return _confirm(key, show_id)
    except IntegrityError:
        raise AlreadyWaiting("This e-mail address is on the list of this show already.") from None


def _confirm(key: str, show_id: int) -> WaitlistEntry:
    entry = WaitlistEntry.objects.select_for_update().filter(key=key, show=show_id).first()
    now = timezone.now()
    if entry is None or (entry.status == Status.UNCONFIRMED and forgotten_after(entry) <= now):
        raise ConfirmationOver("This link is good for one hour. Join the list again to get a new one.")
    if entry.status != Status.UNCONFIRMED:
        return entry
    check_open(entry.show)
    entry.status, entry.confirmed_at, entry.queued_at = Status.WAITING, now, now
    entry.save(update_fields=["status", "confirmed_at", "queued_at"])
    queue.wake(SERVE)
    detail = "Your address is confirmed: you are on the list."
    transaction.on_commit(lambda: notify_owner(show_id, entry.owner, "waitlist_confirmed", detail), robust=True)
    return entry


# ----------------------------------------------------------------------------------------- network addresses
def hashed(address: str) -> str:
    """What an entry keeps of a network address: enough to find others of the same, and no address."""
    return salted_hmac("checkout.waitlist.address", address, algorithm="sha256").hexdigest()[:32] if address else ""


def check_room(show_id: int, address: str) -> None:
    """Inside the transaction that stores the entry: raises TooManyWaitingHere when the address has enough of them."""
    most = settings.WAITLIST_ENTRIES_PER_ADDRESS
    if not address or not most:
        return
    _one_at_a_time(show_id, address)
    counting = WaitlistEntry.objects.filter(show=show_id, address=address, status__in=WaitlistEntry.ONE_PER_OWNER)
    fresh = counting.exclude(status=Status.UNCONFIRMED, created_at__lte=timezone.now() - FORGOTTEN_AFTER)
    if fresh.count() >= most:
        count_refusal("waitlist-entries")
        raise TooManyWaitingHere(
            f"{most} groups from your network wait for this show already. Sign in to join as yourself, or try later."
        )


def _one_at_a_time(show_id: int, address: str) -> None:
    """Those who join from one address at once wait for each other: the second counts what the first has stored.

    SQLite needs nothing: its transactions that write already exclude each other.
    """
    if connection.vendor != "postgresql":
        return
    digest = hashlib.sha256(f"join-waitlist {show_id} {address}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])
