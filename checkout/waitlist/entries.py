"""The waitlist of a sold-out show: joining, leaving, declining, taking, and the link in the offer's mail.

An entry is only changed under a lock of its row. `checkout.waitlist.confirming` says when it begins to count,
`checkout.waitlist.offers` who gets the next offer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from checkout.errors import AlreadyWaiting, InvalidInput, NotSoldOut, OfferOver
from checkout.models import WaitlistEntry
from checkout.outbox import queue
from checkout.waitlist.confirming import ask_to_confirm, check_room, forgotten_after, hashed, is_confirmed
from checkout.waitlist.rules import SERVE, check_open
from cinema.models import Show
from cinema.selectors import get_show
from seating.errors import TooManySeats
from seating.identity import is_guest
from seating.selectors import best_available
from seating.services.claims import abandon_hold
from seating.services.holds import Hold

Status = WaitlistEntry.Status
MOST_LAPSED = 3  # offers; the last of them ends the entry
LINK_SALT = "checkout.waitlist.offer"


def join_waitlist(
    owner: str, show_id: int, *, count: int, name: str, email: str, tier: str = "", site: str = "", address: str = ""
) -> WaitlistEntry:
    """Puts a party of `count` on the show's list: at its end if the mail address is known to be theirs, otherwise
    unconfirmed, and a mail asks. Asked again in the same words, it is the same entry, and the mail is sent again if it
    is a while ago. `address` is the network address; without one nothing is counted by address.

    Raises NotFound, ShowClosed, TooManySeats, InvalidInput (no such tier), AlreadyWaiting (this person or this mail
    address waits already), NotSoldOut (there are such seats), TooManyWaitingHere, HoldsUnavailable.
    """
    show = get_show(show_id)
    check_open(show)
    _check_wish(show, count, tier)
    wish = {"name": name, "email": email.lower(), "count": count, "tier": tier}
    known = _same(owner, show_id, wish)
    if known is not None:
        return known
    if best_available(show_id, count, tier or None)[0]:
        raise NotSoldOut("There are free seats for your party. Choose them on the map.")
    try:
        with transaction.atomic():
            return _store(show, owner, wish, site, hashed(address) if is_guest(owner) else "")
    except IntegrityError:
        known = _same(owner, show_id, wish)  # sent twice at once, or the address waits under another name
        if known is None:
            raise AlreadyWaiting("This e-mail address is on the list of this show already.") from None
        return known


def _store(show: Show, owner: str, wish: dict[str, Any], site: str, address: str) -> WaitlistEntry:
    check_room(show.pk, address)
    entry = WaitlistEntry(show=show, owner=owner, site=site, address=address, **wish)
    if is_confirmed(entry):
        entry.confirmed_at = entry.created_at
    elif WaitlistEntry.objects.filter(show=show, email=entry.email, status__in=WaitlistEntry.OPEN).exists():
        raise AlreadyWaiting("This e-mail address is on the list of this show already.")
    else:
        entry.status = Status.UNCONFIRMED
    entry.save()
    if entry.status == Status.UNCONFIRMED:
        ask_to_confirm(entry)
    return entry


def leave_waitlist(owners: Sequence[str], show_id: int) -> bool:
    """Takes the party off the list, giving back what was offered to it; whether it was on the list."""
    with transaction.atomic():
        entry = _locked(owners, show_id, WaitlistEntry.ONE_PER_OWNER)
        if entry is None:
            return False
        if entry.status == Status.UNCONFIRMED:
            entry.delete()  # somebody typed it, and nobody knows whose it is: nothing of it is kept
        else:
            end_entry(entry, Status.LEFT)
    return True


def decline_offer(owners: Sequence[str], show_id: int) -> None:
    """The offer goes on to the next party; to get another one, join the list again. Raises OfferOver."""
    with transaction.atomic():
        entry = _locked(owners, show_id, [Status.OFFERED])
        if entry is None:
            raise OfferOver("There is no open offer for you.")
        end_entry(entry, Status.DECLINED)


def take_offer(owners: Sequence[str], show_id: int) -> Hold | None:
    """Inside the transaction that creates the booking: the offer's hold, which is the booking's from now on."""
    # Those who wait are locked too: an offer that is just being made is waited for, and none is begun meanwhile.
    entries = WaitlistEntry.objects.select_for_update().filter(show=show_id, owner__in=list(owners))
    for entry in entries.filter(status__in=WaitlistEntry.OPEN).order_by("id"):
        ends = entry.offer_ends_at
        if entry.status == Status.OFFERED and ends is not None and ends > timezone.now():
            entry.status, entry.ended_at, entry.address = Status.TAKEN, timezone.now(), ""
            entry.save(update_fields=["status", "ended_at", "address"])
            return Hold(entry.hold, entry.owner, show_id, tuple(entry.seats), ends)
    return None


def offered_holds(show_id: int, owners: Sequence[str]) -> list[str]:
    """Every hold that was ever offered to one of `owners` at this show."""
    entries = WaitlistEntry.objects.filter(show=show_id, owner__in=list(owners)).exclude(hold="")
    return list(entries.values_list("hold", flat=True))


def is_offer(show_id: int, hold_id: str) -> bool:
    """Whether this hold was made for somebody on the list, whatever has become of it."""
    entries = WaitlistEntry.objects.filter(show=show_id)
    if entries.filter(hold=hold_id).exists():
        return True
    lapsed = entries.exclude(lapsed_holds=[]).values_list("lapsed_holds", flat=True)
    return any(hold_id in holds for holds in lapsed)


def lapse_offer(entry: WaitlistEntry) -> None:
    """Inside a transaction that has locked the row: the offered seats are free again, and the party waits at the end
    of the line; after its last offer the entry ends."""
    entry.lapsed_holds = [*entry.lapsed_holds, entry.hold]
    entry.save(update_fields=["lapsed_holds"])
    if len(entry.lapsed_holds) >= MOST_LAPSED:
        end_entry(entry, Status.LAPSED)
        return
    _free_seats(entry)
    entry.status, entry.queued_at = Status.WAITING, timezone.now()
    entry.hold, entry.seats, entry.offer_ends_at = "", [], None
    entry.save(update_fields=["status", "queued_at", "hold", "seats", "offer_ends_at"])


def end_entry(entry: WaitlistEntry, status: str) -> None:
    """Inside a transaction that has locked the row: nothing more comes of it; offered seats are free again."""
    if entry.status == Status.OFFERED:
        _free_seats(entry)
    entry.status, entry.ended_at, entry.address = Status(status), timezone.now(), ""
    entry.save(update_fields=["status", "ended_at", "address"])


def _free_seats(entry: WaitlistEntry) -> None:
    abandon_hold(entry.show_id, entry.owner, entry.hold)
    queue.wake(SERVE)


def close_waitlist(show_id: int, statuses: Sequence[str] = WaitlistEntry.OPEN) -> int:
    """Inside a transaction: ends these entries of a show that has no more seats to give; answers with how many."""
    entries = WaitlistEntry.objects.select_for_update().filter(show=show_id, status__in=list(statuses))
    ended = list(entries.order_by("id"))
    for entry in ended:
        end_entry(entry, Status.CLOSED)
        queue.put(None, "waitlist_closed", f"waitlist-closed:{entry.key}", entry=entry.pk)
    return len(ended)


# ------------------------------------------------------------------------------------- the link in the mail
def offer_token(entry: WaitlistEntry) -> str:
    """Names this one offer: valid until it ends."""
    return signing.dumps([entry.key, entry.hold], salt=LINK_SALT)


def entry_of_token(token: str, show_id: int, now: datetime | None = None) -> WaitlistEntry:
    """The entry whose offer this token names, while the offer's time lasts. Raises OfferOver."""
    try:
        key, hold = signing.loads(token, salt=LINK_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise OfferOver("This link is not one of ours.") from None
    entry = WaitlistEntry.objects.filter(key=key, hold=hold, show=show_id, status__in=["offered", "taken"]).first()
    if entry is None or entry.offer_ends_at is None or entry.offer_ends_at <= (now or timezone.now()):
        raise OfferOver("This offer is over: its seats went on to the next party. You may join the list again.")
    return entry


# ---------------------------------------------------------------------------------------------------- rules
def _check_wish(show: Show, count: int, tier: str) -> None:
    if count > settings.MAX_SEATS_PER_BOOKING:
        raise TooManySeats(f"At most {settings.MAX_SEATS_PER_BOOKING} seats can be booked at one show.")
    if tier and tier not in {one.name for one in show.tiers.all()}:
        raise InvalidInput(f"This show has no tier {tier!r}.")


def _same(owner: str, show_id: int, wish: dict[str, Any]) -> WaitlistEntry | None:
    entries = WaitlistEntry.objects.filter(show=show_id, owner=owner, status__in=WaitlistEntry.ONE_PER_OWNER)
    known = entries.first()
    if known is None:
        return None
    if known.status == Status.UNCONFIRMED and forgotten_after(known) <= timezone.now():
        entries.filter(pk=known.pk, status=Status.UNCONFIRMED).delete()
        return None
    if any(getattr(known, name) != value for name, value in wish.items()):
        raise AlreadyWaiting("You are on the list of this show already. Leave it first to change your wish.")
    if known.status == Status.UNCONFIRMED:
        with transaction.atomic():
            ask_to_confirm(known)
    return known


def _locked(owners: Sequence[str], show_id: int, statuses: Sequence[str]) -> WaitlistEntry | None:
    entries = WaitlistEntry.objects.select_for_update().filter(show=show_id, owner__in=list(owners))
    return entries.filter(status__in=statuses).order_by("id").first()
