"""From held seats to a pending booking: prices are fixed, and PostgreSQL keeps the seats from here on."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from checkout import crash_points
from checkout.bookings.person import check_person, names_of
from checkout.coupons.rules import contact_changed, put_coupon
from checkout.errors import UnknownBooking, UnknownTicket
from checkout.models import Booking, BookingLine, Ticket
from checkout.models.booking import total_of
from checkout.waitlist.entries import is_offer, offered_holds, take_offer
from cinema.models import Show, ShowTier
from cinema.selectors import get_show, hall_of_plan
from cinema.states import Sale
from seating.errors import HoldExpired, ShowClosed
from seating.services.claims import booked_holds, claim_hold, unclaim_hold
from seating.services.holds import Hold

PENDING = Booking.Status.PENDING


def price_of_seats(show_id: int, seats: Sequence[str]) -> list[BookingLine]:
    """What these seats cost at this moment, a line each, in paise. Raises cinema's NotFound."""
    show = get_show(show_id)
    return _lines_of(show, seats)


def create_booking(
    owners: Sequence[str],
    show_id: int,
    *,
    name: str,
    email: str,
    phone: str = "",
    site: str = "",
    offered: bool = False,
    coupon: str = "",
) -> Booking:
    """The pending booking of the seats that one of `owners` holds, the first of them that holds any; without any,
    or with `offered` before any, of the seats that the waitlist offers them.

    Asked again while it is pending, it is the same booking, and the contact and the coupon given last count; see also
    `checkout.bookings.idempotency`. Raises NotFound, ShowClosed, HoldExpired, SeatUnavailable, HoldsUnavailable,
    TooManySeats (one person's, `checkout.bookings.person`); and as `put_coupon`. After any of them the seats are held
    as before.
    """
    show = get_show(show_id)
    contact = {"name": name, "email": email, "phone": phone}
    with _unclaimed_on_failure(show_id) as claimed, transaction.atomic():
        one_at_a_time([*owners, *names_of(email, phone)], show_id)
        if show.sale() is not Sale.OPEN:
            raise ShowClosed("The sale for this show has ended. Choose another show.")
        hold = None if offered else _claim(owners, show_id)
        offer = None if hold else take_offer(owners, show_id)
        hold = hold or offer or (None if offered else _claim_orphan(owners, show_id))
        if hold is None:
            return _still_pending(owners, show_id, contact, coupon, offered=offered)
        if hold is not offer:
            claimed.append(hold)  # an offer was claimed when it was made: nothing to undo in Redis
        if Booking.objects.filter(show=show, hold=hold.id).exists():
            # Redis was set back to before it heard of that booking.
            return _still_pending(owners, show_id, contact, coupon)
        crash_points.reached(crash_points.HOLD_TAKEN)
        check_person(show_id, email, phone, len(hold.seats))
        booking = _store(show, hold, contact, site)
        if coupon:
            put_coupon(booking, coupon)  # last, because others may be waiting for the coupon's lock
        crash_points.reached(crash_points.BOOKING_WRITTEN)
    crash_points.reached(crash_points.BOOKING_CREATED)
    return booking


@contextmanager
def _unclaimed_on_failure(show_id: int) -> Iterator[list[Hold]]:
    """Around the transaction: the database rolls claims back; Redis must learn that the listed holds are open again."""
    claimed: list[Hold] = []
    try:
        yield claimed
    except BaseException:
        for hold in claimed:
            unclaim_hold(show_id, hold.owner, hold.id)
        raise


@transaction.atomic
def change_coupon(booking_id: str, code: str | None) -> Booking:
    """Puts the coupon with that code on the pending booking, in place of any other; None takes it off.

    Raises UnknownBooking, and as `put_coupon`.
    """
    booking = locked_booking(booking_id)
    put_coupon(booking, code)
    return booking


def locked_booking(booking_id: str) -> Booking:
    """Inside a transaction: nobody else moves it until that ends. Its show comes along. Raises UnknownBooking."""
    booking = Booking.objects.select_for_update(of=("self",)).select_related("show").filter(pk=booking_id).first()
    if booking is None:
        raise UnknownBooking("There is no such booking.")
    return booking


def locked_tickets(booking: Booking) -> list[Ticket]:
    """Its tickets in the order of their seats, locked: a scan at the gate and a caller of this function wait for
    each other."""
    return list(Ticket.objects.select_for_update().filter(booking=booking).order_by("seat"))


def named_tickets(known: Iterable[Ticket], ids: Iterable[str]) -> list[Ticket]:
    """Those of `known` with these ids, each once. Raises UnknownTicket, also where there are no ids."""
    by_id = {ticket.pk: ticket for ticket in known}
    try:
        named = {by_id[uuid.UUID(ticket_id)]: None for ticket_id in ids}
    except (ValueError, KeyError):
        named = {}
    if not named:
        raise UnknownTicket("Name tickets of this booking by their ids.")
    return list(named)


def one_at_a_time(names: Sequence[str], show_id: int) -> None:
    """Two creates of one person, whichever of their names they share, wait for each other: the second finds what the
    first has stored.

    SQLite needs nothing: its transactions that write already exclude each other.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for name in sorted(names):
            digest = hashlib.sha256(f"create-booking {show_id} {name}".encode()).digest()
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])


def _claim(owners: Sequence[str], show_id: int) -> Hold | None:
    for owner in owners:
        try:
            return claim_hold(show_id, owner)
        except HoldExpired:
            continue
    return None


def _claim_orphan(owners: Sequence[str], show_id: int) -> Hold | None:
    """A hold taken over for a booking that was never stored, because its process died between the two.

    Nobody can be storing it now: every other request that creates for these owners waits for us.
    """
    for owner in owners:
        for hold_id in booked_holds(show_id, owner):
            booked = Booking.objects.filter(show=show_id, hold=hold_id).exists()
            if not booked and not is_offer(show_id, hold_id):  # an offer is taken, or goes on to the next party
                unclaim_hold(show_id, owner, hold_id)
                return _claim([owner], show_id)
    return None


def _still_pending(
    owners: Sequence[str], show_id: int, contact: dict[str, str], coupon: str, *, offered: bool = False
) -> Booking:
    bookings = Booking.objects.select_for_update().filter(show=show_id, owner__in=list(owners), status=PENDING)
    if offered:  # taking an offer must not answer with another booking of the same person
        bookings = bookings.filter(hold__in=offered_holds(show_id, owners))
    booking = bookings.filter(expires_at__gt=timezone.now()).order_by("-created_at").first()
    if booking is None:
        raise HoldExpired("You hold no seats at this show any more. Choose your seats again.")
    seats = BookingLine.objects.filter(booking=booking).count()
    check_person(show_id, contact["email"], contact["phone"], seats, besides=[booking.pk])
    Booking.objects.filter(pk=booking.pk).update(**contact)
    booking.refresh_from_db()
    if coupon:
        put_coupon(booking, coupon)
    else:
        contact_changed(booking)
    return booking


def _store(show: Show, hold: Hold, contact: dict[str, str], site: str) -> Booking:
    lines = _lines_of(show, hold.seats)
    booking = Booking.objects.create(
        show=show,
        owner=hold.owner,
        hold=hold.id,
        total=total_of(lines),
        expires_at=hold.expires_at,
        site=site,
        **contact,
    )
    for line in lines:
        line.booking = booking
    BookingLine.objects.bulk_create(lines)
    return booking


def _lines_of(show: Show, seats: Sequence[str]) -> list[BookingLine]:
    listed = dict(ShowTier.objects.filter(show=show).values_list("name", "price"))
    hall = hall_of_plan(show.plan_id)
    in_order = sorted(seats, key=hall.ids.index)
    return price_seats(in_order, hall.tiers, listed, timezone.now())


def price_seats(
    seats: Sequence[str], tier_of: Mapping[str, str], prices: Mapping[str, int], at: datetime
) -> list[BookingLine]:
    """A line per seat, not stored, in the order given. `tier_of` maps seats to tiers, `prices` tiers to paise."""
    return [BookingLine.priced(seat, tier_of[seat], prices[tier_of[seat]], at) for seat in seats]
