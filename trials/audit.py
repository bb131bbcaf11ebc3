"""Audits one show after `contend` or `drill`: what was given twice, and which sums do not add up.

A fault is a sentence. Tickets are compared with each other and with the claims, payments with prices and with what the
gateway says.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checkout.models import Booking

SWEEP_SECONDS = 240.0  # after a booking's time: the sweeps, the outbox, and the reconciler's first queries


class NotSettled(Exception):
    """Something has not ended although every sweep has had the time for it; the message says how much of what."""


def faults_of(show: int, began: datetime) -> list[str]:
    """Everything that is wrong with the show's seats, and with bookings made since `began`. Asks the gateway."""
    return judge(show, began) + seats_without_ticket(show) + gateway_faults(show, began)


def overlaps(spans: Iterable[tuple[str, float, float]]) -> list[str]:
    """A sentence for each seat that two people certainly had at the same time; spans are (seat, from, until)."""
    by_seat: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for seat, since, until in spans:
        by_seat[seat].append((since, until))
    found = []
    for seat, times in by_seat.items():
        for (_, until), (since, _) in pairwise(sorted(times)):
            if since < until:
                found.append(f"seat {seat} had two holders for {(until - since) * 1000:.1f} ms")
    return found


def judge(show: int, began: datetime) -> list[str]:
    """Seats with two valid tickets at once, and bookings made since `began` whose money does not add up."""
    from checkout.models import Booking, Ticket

    forever = datetime.max.replace(tzinfo=UTC)
    rows = Ticket.objects.filter(show=show).values_list("seat", "created_at", "cancelled_at")
    spans = [(seat, made.timestamp(), (ended or forever).timestamp()) for seat, made, ended in rows]
    found = [f"tickets: {sentence}" for sentence in overlaps(spans)]
    bookings = Booking.objects.filter(show=show, created_at__gte=began).prefetch_related("payments", "refunds")
    return found + [fault for booking in bookings.iterator(500) if (fault := money_fault(booking))]


def money_fault(booking: "Booking") -> str:
    """What does not add up, or "". A confirmed booking keeps its price less cancellation refunds, any other nothing."""
    from checkout.payments.recording import RETURN

    taken = sum(one.amount for one in booking.payments.all() if one.status in {"captured", "refunded"})
    refunds = [one for one in booking.refunds.all() if one.status != "failed"]
    returned = sum(one.amount for one in refunds if one.key.startswith(RETURN))  # payments that bought nothing
    price, back = booking.total if booking.confirmed_at else 0, sum(one.amount for one in refunds)
    if taken - returned == price and back <= taken:
        return ""
    return f"booking {booking}: {taken} paise taken for tickets of {price}, {back} given back, {returned} of it unused"


def seats_without_ticket(show: int) -> list[str]:
    """Seats whose claim and valid ticket disagree: each sold claim has exactly one ticket of the same booking."""
    from checkout.models import Ticket
    from seating.models import Claim

    sold = set(Claim.objects.filter(show=show, state=Claim.State.SOLD).values_list("seat", "hold"))
    valid = set(Ticket.objects.filter(show=show, cancelled_at=None).values_list("seat", "booking__hold"))
    return [f"seat {seat}: its claim is sold and there is no such ticket" for seat, _ in sorted(sold - valid)] + [
        f"seat {seat}: it has a valid ticket, and its claim is not sold to that booking"
        for seat, _ in sorted(valid - sold)
    ]


def gateway_faults(show: int, began: datetime) -> list[str]:
    """Orders for which the gateway keeps another sum than the tickets are worth. One request per order."""
    from checkout.models import Order
    from checkout.payments.gateways.razorpay import payments_of

    orders = Order.objects.filter(booking__show=show, booking__created_at__gte=began).select_related("booking")
    found = []
    for order in orders.prefetch_related("booking__refunds"):
        entities = [one for one in payments_of(order.order_id) if one["status"] in {"captured", "refunded"}]
        kept = sum(one["amount"] - (one.get("amount_refunded") or 0) for one in entities)
        if kept != (worth := worth_of(order.booking)):
            found.append(f"booking {order.booking}: the gateway keeps {kept} paise, its tickets are worth {worth}")
    return found


def worth_of(booking: "Booking") -> int:
    """Paise: the price of a confirmed booking less what cancelling gave back, 0 for any other."""
    if not booking.confirmed_at:
        return 0
    back = [one for one in booking.refunds.all() if one.status != "failed" and one.payment_id == booking.paid_by_id]
    return booking.total - sum(one.amount for one in back)


def under_way(show: int) -> dict[str, int]:
    """What of the show's checkout has not ended yet, counted by kind; kinds with nothing left are not in it.

    Webhooks are those of all shows, because not every webhook names its order.
    """
    from checkout.models import Booking, OutboxMessage, Payment, Refund, WebhookEvent

    waiting = {
        "bookings": Booking.objects.filter(show=show, status=Booking.Status.PENDING),
        "payments": Payment.objects.filter(booking__show=show, status=Payment.Status.AUTHORIZED),
        "refunds": Refund.objects.filter(booking__show=show, status=Refund.Status.PENDING),
        "messages": OutboxMessage.objects.filter(booking__show=show, done_at=None),
        "webhooks": WebhookEvent.objects.filter(processed_at=None),
    }
    return {kind: count for kind, rows in waiting.items() if (count := rows.count())}


def wait_until_settled(show: int) -> float:
    """Waits until everything of the show's checkout has ended and returns the seconds. Raises NotSettled."""
    from checkout.models import Booking

    began = time.monotonic()
    last = Booking.objects.filter(show=show, status="pending").order_by("-expires_at").first()
    left = (last.expires_at - datetime.now(UTC)).total_seconds() if last else 0.0
    until = began + max(0.0, left) + SWEEP_SECONDS
    while waiting := under_way(show):
        if time.monotonic() > until:
            raise NotSettled(f"still under way: {', '.join(f'{count} {kind}' for kind, count in waiting.items())}")
        time.sleep(1.0)
    return time.monotonic() - began
