"""Confirms bookings through checkout's own services: `… trials.bench.servers.confirmer PART SHOW FIRST COUNT THREADS`.

With PART `settle` it prepares bookings with open orders, prints `ready`, waits for a line, and then settles them:
payment recorded, seats secured, captured, sold, tickets signed, mail queued. With `whole` the time includes making the
bookings and orders. FIRST is the first booking's place in the hall, in groups of three seats. The gateway answers from
memory, because its network is not what we measure. Prints as JSON how many were confirmed in how many seconds, and the
CPU time.
"""

import json
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, process_time
from typing import Any

import django

django.setup()

from checkout.bookings.create import create_booking  # noqa: E402 - needs the settings
from checkout.models import Booking  # noqa: E402
from checkout.payments.gateways import razorpay as gateway  # noqa: E402
from checkout.payments.settling import settle_payment  # noqa: E402
from checkout.payments.starting import start_payment  # noqa: E402
from cinema.selectors import get_show  # noqa: E402
from seating.services.holds import hold_seats  # noqa: E402

SEATS = 3


class Gateway:
    """What the sandbox would answer, without a network: one authorised payment for each order, captured on request."""

    def __init__(self) -> None:
        self.amounts: dict[str, int] = {}

    def create_order(self, amount: int, currency: str, receipt: str, notes: dict[str, str]) -> str:
        order = f"order_{secrets.token_hex(7)}"
        self.amounts[order] = amount
        return order

    def payments_of(self, order_id: str) -> list[dict[str, Any]]:
        return [self._payment(order_id, "authorized")]

    def capture(self, payment_id: str, amount: int, currency: str) -> dict[str, Any]:
        return self._payment(payment_id.replace("pay_", "order_"), "captured")

    def _payment(self, order_id: str, status: str) -> dict[str, Any]:
        return {
            "id": order_id.replace("order_", "pay_"),
            "order_id": order_id,
            "amount": self.amounts[order_id],
            "currency": "INR",
            "status": status,
            "method": "upi",
        }


def held_seats(show: int, count: int, first: int = 0) -> list[tuple[int, str]]:
    """Makes this many holds of three seats each; returns (show, owner) of each."""
    seats = [seat["id"] for seat in get_show(show).plan.layout["seats"]][first * SEATS :]
    found = [(show, f"guest_{secrets.token_hex(12)}") for _ in range(count)]
    for number, (_, owner) in enumerate(found):
        hold_seats(show, owner, seats[number * SEATS : (number + 1) * SEATS])
    return found


def pending_order(job: tuple[int, str]) -> str:
    """Makes the booking and order of one hold; returns the order's id."""
    show, owner = job
    booking = create_booking([owner], show, name="Asha Rao", email=f"{owner}@example.test")
    return start_payment(booking.pk).order_id


def settle(order_id: str) -> bool:
    return settle_payment(order_id).status == Booking.Status.CONFIRMED


def whole(job: tuple[int, str]) -> bool:
    return settle(pending_order(job))


def main() -> None:
    part = sys.argv[1]
    show, first, count, threads = (int(argument) for argument in sys.argv[2:6])
    stand_in = Gateway()
    gateway.create_order, gateway.payments_of, gateway.capture = (
        stand_in.create_order,
        stand_in.payments_of,
        stand_in.capture,
    )
    with ThreadPoolExecutor(threads) as pool:
        warm_up, jobs = threads * 2, held_seats(show, count + threads * 2, first)
        assert all(pool.map(whole, jobs[:warm_up]))  # every thread has its connection before the clock starts
        work = jobs[warm_up:] if part == "whole" else list(pool.map(pending_order, jobs[warm_up:]))
        print("ready", flush=True)
        sys.stdin.readline()
        began, cpu = perf_counter(), process_time()
        confirmed = sum(pool.map(whole if part == "whole" else settle, work))
        seconds, spent = perf_counter() - began, process_time() - cpu
    print(json.dumps({"confirmed": confirmed, "seconds": seconds, "cpu": spent}), flush=True)


if __name__ == "__main__":
    main()
