"""Offers: seats that come free go to the first party in line that they fit.

One worker at a time serves a show: a worker that finds its row locked skips it, so that two beats cannot
offer one party two sets of seats or pass a party over. An offer is written down in the transaction that claims its
seats. Entries that were joined from one network address are offered a small share of the hall at once, so that nobody
keeps a hall from the others by waiting under many names. Between the moment seats come free and the offer somebody at
the map may be quicker; that does no harm.
"""

from collections import Counter

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from checkout.models import WaitlistEntry
from checkout.outbox import queue
from checkout.waitlist.entries import close_waitlist, lapse_offer
from checkout.waitlist.rules import is_over
from cinema.models import Show
from cinema.selectors import hall_of_plan
from cinema.states import Sale
from seating.errors import HoldsUnavailable, SeatUnavailable, TooManySeats
from seating.selectors import best_available
from seating.services.claims import abandon_hold
from seating.services.holds import Hold
from seating.services.notices import notify_owner
from seating.services.offers import offer_seats

log = structlog.get_logger(__name__)
Status = WaitlistEntry.Status
AT_ONCE = 200
TRIES = 3  # for one party, when others are quicker at the map


def serve_waitlists() -> int:
    """Passes on offers whose time is over and makes new ones; answers with how many were made. Safe to run again."""
    _lapse()
    made = 0
    open_ones = WaitlistEntry.objects.filter(status__in=WaitlistEntry.OPEN).order_by("show")
    for show_id in open_ones.values_list("show", flat=True).distinct():
        try:
            while _offer_next(show_id):
                made += 1
        except HoldsUnavailable as error:
            log.warning("waitlist_waits", reason=error.detail)
            break
        except Exception:
            log.exception("waitlist_failed", show=show_id)  # the other shows must not wait for it
    return made


def _lapse() -> None:
    over = WaitlistEntry.objects.filter(status=Status.OFFERED, offer_ends_at__lte=timezone.now())
    for pk in list(over.order_by("offer_ends_at").values_list("pk", flat=True)[:AT_ONCE]):
        try:
            # Each in a transaction of its own: the seats of several would be locked out of their order.
            with transaction.atomic():
                entry = over.select_for_update(skip_locked=True).filter(pk=pk).first()
                if entry is not None:
                    lapse_offer(entry)
        except Exception:
            log.exception("lapsing_failed", entry=pk)  # the others must not wait for it


def _offer_next(show_id: int) -> bool:
    """One offer, to the first party that fits; False when there is none, or another worker is serving the show."""
    held: list[Hold] = []
    try:
        with transaction.atomic():
            show = _alone_with(show_id)
            if show is None:
                return False
            now = timezone.now()
            if is_over(show, now):
                # An offer made in time stays good until it ends, unless there is no show to offer.
                cancelled = show.state == Show.State.CANCELLED
                close_waitlist(show_id, WaitlistEntry.OPEN if cancelled else [Status.WAITING])
                return False
            return show.sale(now) is Sale.OPEN and _first_that_fits(show, held)
    except BaseException:
        # The database rolls the claims back; Redis must learn that the seats are free.
        for hold in held:
            abandon_hold(show_id, hold.owner, hold.id)
        raise


def _alone_with(show_id: int) -> Show | None:
    """The show, locked until the transaction ends, or None. Bookings, which only refer to the row, do not wait."""
    return Show.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=show_id).first()


def _first_that_fits(show: Show, held: list[Hold]) -> bool:
    hopeless: set[tuple[int, str]] = set()
    share = _share_of_an_address(show)
    offered = _offered_by_address(show.pk)
    waiting = WaitlistEntry.objects.filter(show=show, status=Status.WAITING).order_by("queued_at", "id")
    for pk, count, tier, address in list(waiting.values_list("pk", "count", "tier", "address")):
        if (count, tier) in hopeless:
            continue
        if share and offered[address] and offered[address] + count > share:
            continue  # their turn comes when what others of their address were offered is decided
        if not best_available(show.pk, count, tier or None)[0]:
            hopeless.add((count, tier))
            continue
        # Locked only now, and not waited for: somebody may be leaving the list at this moment.
        entry = WaitlistEntry.objects.select_for_update(skip_locked=True).filter(pk=pk, status=Status.WAITING).first()
        if entry is not None and _offer(entry, held):
            return True
    return False


def _share_of_an_address(show: Show) -> float:
    """Seats that entries of one address may be offered at once, though always one party's; 0 is no limit."""
    return len(hall_of_plan(show.plan_id).ids) * settings.WAITLIST_SHARE_PER_ADDRESS / 100


def _offered_by_address(show_id: int) -> Counter[str]:
    """Seats that are offered now. Only we make offers at this show, as long as we have its row locked."""
    found: Counter[str] = Counter()
    offered = WaitlistEntry.objects.filter(show=show_id, status=Status.OFFERED).exclude(address="")
    for address, count in offered.values_list("address", "count"):
        found[address] += count
    return found


def _offer(entry: WaitlistEntry, held: list[Hold]) -> bool:
    for _ in range(TRIES):
        seats, adjacent = best_available(entry.show_id, entry.count, entry.tier or None)
        if not seats:
            return False
        try:
            hold = offer_seats(entry.show_id, entry.owner, seats, settings.WAITLIST_OFFER_SECONDS)
        except SeatUnavailable:
            continue  # somebody at the map was quicker
        except TooManySeats:
            return False  # they hold other seats of this show just now; their turn comes when those are gone
        held.append(hold)
        _write_down(entry, hold, adjacent)
        return True
    return False


def _write_down(entry: WaitlistEntry, hold: Hold, adjacent: bool) -> None:
    entry.status, entry.hold, entry.seats, entry.adjacent = Status.OFFERED, hold.id, list(hold.seats), adjacent
    entry.offered_at, entry.offer_ends_at = timezone.now(), hold.expires_at
    entry.save(update_fields=["status", "hold", "seats", "adjacent", "offered_at", "offer_ends_at"])
    queue.put(None, "seats_offered", f"seats-offered:{hold.id}", entry=entry.pk, hold=hold.id)
    came_free = "Seats {} came free and are" if entry.count > 1 else "Seat {} came free and is"
    detail = f"{came_free.format(', '.join(hold.seats))} held for you for a while."
    transaction.on_commit(lambda: notify_owner(entry.show_id, entry.owner, "seats_offered", detail), robust=True)
