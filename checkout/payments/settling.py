"""The one function that moves a booking on, whoever calls it: callback, webhook, expiry or reconciler.

It asks the gateway what is true, decides under a lock of the booking's row, and between two such transactions takes
the money: authorised → seats secured → captured → sold and confirmed. Every step may be run again, by anybody, at
the same time: a step that is done already changes nothing. What a browser or a message claims is never believed.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from checkout import crash_points
from checkout.bookings.create import locked_booking
from checkout.coupons.rules import use_is_left
from checkout.errors import CaptureRefused, GatewayRefused, UnknownBooking
from checkout.models import Booking, BookingLine, Order, Payment, Ticket
from checkout.outbox import queue
from checkout.payments.gateways import razorpay as gateway
from checkout.payments.recording import give_back, record_payments, standing_payments
from checkout.tickets import codes
from cinema.states import Sale
from seating.errors import SeatUnavailable
from seating.models import Claim
from seating.services.claims import abandon_hold, secure_claims, sell_seats
from seating.services.notices import notify_owner

log = structlog.get_logger(__name__)
Status, Paid = Booking.Status, Payment.Status

CAPTURE_WINDOW = timedelta(minutes=5)  # seats stay ours for so long while money is taken
SAFE_MARGIN = timedelta(minutes=1)  # a claim with more time left than this need not be renewed first
MOST_ROUNDS = 4  # a refused capture is looked at again with fresh eyes, but not for ever
HOPELESS_AFTER = timedelta(minutes=30)  # past the booking's time: seats are not kept for what cannot be captured


def settle_payment(order_id: str) -> Booking:
    """Asks the gateway about the order and brings its booking up to date; answers with the booking.

    Raises UnknownBooking for an order that is not ours, GatewayUnavailable (run it again later; CaptureRefused
    when only this payment is concerned), GatewayRefused when the gateway knows no such order.
    """
    order = Order.objects.filter(order_id=order_id).first()
    if order is None:
        raise UnknownBooking("There is no booking with this payment order.")
    entities, seats = gateway.payments_of(order_id), _seats_of(order)
    crash_points.reached(crash_points.ANSWER_READ)
    for _ in range(MOST_ROUNDS):
        booking, payment = _advance(order, seats, entities)
        if payment is None:
            return booking
        crash_points.reached(crash_points.SEATS_SECURED)
        entities = _take_money(order, payment)
        crash_points.reached(crash_points.CAPTURED)
    log.error("capture_refused", order=order_id)
    if _let_go(order):
        return Booking.objects.get(pk=order.booking_id)
    raise CaptureRefused("The payment is authorised but could not be taken yet. It is tried again by itself.")


def _take_money(order: Order, payment: Payment) -> list[dict[str, Any]]:
    try:
        return [gateway.capture(payment.payment_id, payment.amount, payment.currency)]
    except GatewayRefused as error:
        log.warning("capture_refused_once", payment=payment.payment_id, why=error.detail)
        return gateway.payments_of(order.order_id)  # perhaps it was given back meanwhile


@transaction.atomic
def _advance(order: Order, seats: list[str], entities: Iterable[dict[str, Any]]) -> tuple[Booking, Payment | None]:
    """Notes what is true now and does what follows from it; answers with a payment that should be captured, if any."""
    booking = locked_booking(order.booking_id)
    let_go = record_payments(order, entities)
    crash_points.reached(crash_points.ADVANCE_NOTED)
    good = standing_payments(booking)
    if booking.status in {Status.CONFIRMED, Status.CANCELLED}:
        # Cancelled before it was paid: nothing counts. Otherwise one payment did, and every other is a second one.
        counts = booking.paid_by_id if booking.confirmed_at else None
        for payment in good:
            if payment.pk != counts:
                give_back(booking, payment, "second_payment" if booking.confirmed_at else "cancelled")
        return booking, None
    good = [payment for payment in good if _counts(booking, order, payment, let_go)]
    chosen = _choose(booking, good)
    if chosen is None:
        return booking, None
    try:
        _check_not_too_late(booking, seats)
        if chosen.status == Paid.AUTHORIZED:
            _secure(booking, seats)
            booking.paid_by = chosen
            booking.save(update_fields=["paid_by"])
            return booking, chosen
        _confirm(booking, seats, chosen)
    except SeatUnavailable:
        _lose(booking, good)
        return booking, None
    for payment in good:
        if payment.pk != chosen.pk:
            give_back(booking, payment, "second_payment")
    return booking, None


def _counts(booking: Booking, order: Order, payment: Payment, let_go: set[int]) -> bool:
    """Whether this payment may buy the booking; set aside and given back, it does not stand in another one's way."""
    if payment.amount != order.amount or payment.currency != booking.currency:
        log.error("payment_of_wrong_amount", payment=payment.payment_id, amount=payment.amount, expected=order.amount)
        give_back(booking, payment, "wrong_amount")
        return False
    if payment.pk in let_go:  # the customer has read that it is not taken
        give_back(booking, payment, "late")
        return False
    return True


def _choose(booking: Booking, good: list[Payment]) -> Payment | None:
    """One whose money is already taken, else the one chosen before, else the oldest."""
    return min(good, key=lambda one: (one.status != Paid.CAPTURED, one.pk != booking.paid_by_id, one.pk), default=None)


def _check_not_too_late(booking: Booking, seats: list[str]) -> None:
    """Raises SeatUnavailable when the sale is over; an expired booking must first get its seats back, and its
    coupon's use."""
    late = booking.status == Status.EXPIRED
    sale = booking.show.sale()
    if sale is Sale.CANCELLED or (late and sale is not Sale.OPEN):
        raise SeatUnavailable("The sale for this show has ended.", seats)
    if late:
        # Claims before the coupon: creating a booking locks in this order, and another one could deadlock.
        _take_seats(booking, seats)
        if not use_is_left(booking):
            raise SeatUnavailable("The coupon of this booking has been used up.", seats)


def _secure(booking: Booking, seats: list[str]) -> None:
    """Makes the seats this booking's for as long as taking the money lasts. Raises SeatUnavailable."""
    if not _safely_claimed(booking, seats):
        _take_seats(booking, seats)


def _take_seats(booking: Booking, seats: list[str]) -> None:
    """Raises SeatUnavailable; then nothing has changed."""
    until = max(booking.expires_at, timezone.now() + CAPTURE_WINDOW)
    secure_claims(booking.show_id, booking.owner, booking.hold, seats, until)


def _safely_claimed(booking: Booking, seats: list[str]) -> bool:
    """Most payments come in time: one look then saves a correction of the whole map."""
    mine = Claim.objects.filter(show=booking.show_id, hold=booking.hold, state=Claim.State.PENDING)
    return mine.filter(seat__in=seats, deadline__gt=Now() + SAFE_MARGIN).count() == len(seats)


def _seats_of(order: Order) -> list[str]:
    """They never change, so they are read once and outside of any lock."""
    return list(BookingLine.objects.filter(booking=order.booking_id).values_list("seat", flat=True))


def _sell(booking: Booking, seats: list[str]) -> None:
    """The claims decide, under their locks. Those that ran out are taken again if they are free still."""
    try:
        sell_seats(booking.show_id, booking.owner, booking.hold, seats)
    except SeatUnavailable:
        _secure(booking, seats)
        sell_seats(booking.show_id, booking.owner, booking.hold, seats)


def _confirm(booking: Booking, seats: list[str], payment: Payment) -> None:
    """Seats sold, tickets made, mail written down, all in the transaction around. Raises SeatUnavailable."""
    now = timezone.now()
    _sell(booking, seats)
    crash_points.reached(crash_points.SEATS_SOLD)
    made = [Ticket(booking=booking, show_id=booking.show_id, seat=seat, created_at=now) for seat in seats]
    for ticket in made:
        ticket.code = codes.sign(ticket.id, ticket.show_id, ticket.seat)
    Ticket.objects.bulk_create(made)
    booking.status, booking.confirmed_at, booking.paid_by = Status.CONFIRMED, now, payment
    booking.save(update_fields=["status", "confirmed_at", "paid_by"])
    queue.put(booking, "confirmation", f"confirmation:{booking.pk}")
    detail = f"Booking {booking.reference} is confirmed: {', '.join(seats)}. Your tickets are on their way by mail."
    transaction.on_commit(
        partial(notify_owner, booking.show_id, booking.owner, "booking_confirmed", detail), robust=True
    )
    crash_points.reached(crash_points.SOLD)
    transaction.on_commit(partial(crash_points.reached, crash_points.CONFIRMED))


def _lose(booking: Booking, good: list[Payment]) -> None:
    """The seats are somebody else's, or the show is cancelled: no money is kept, and the customer gets a mail."""
    for payment in good:
        give_back(booking, payment, "late")
    if booking.status == Status.PENDING:
        expire(booking)
    else:
        abandon_hold(booking.show_id, booking.owner, booking.hold)  # seats taken again for a late payment


@transaction.atomic
def _let_go(order: Order) -> bool:
    """Ends a booking whose payment could not be captured for so long that its seats must not wait any more."""
    booking = locked_booking(order.booking_id)
    if booking.confirmed_at or booking.expires_at + HOPELESS_AFTER > timezone.now():
        return False
    _lose(booking, [one for one in standing_payments(booking) if one.status == Paid.AUTHORIZED])
    return True


def expire(booking: Booking) -> None:
    """Inside a transaction, under the booking's lock: its seats are free again."""
    booking.status = Status.EXPIRED
    booking.save(update_fields=["status"])
    abandon_hold(booking.show_id, booking.owner, booking.hold)
    crash_points.reached(crash_points.SEATS_FREED)
