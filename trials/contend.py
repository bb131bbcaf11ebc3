"""Contention on the same few seats, from inside the site's own code; behind `manage.py contend`.

Processes with several threads each call the services that the API calls, with the real servers, the gateway's real SDK
and the running sandbox. First only locks: a thread that gets seats notes from when until when they were certainly its
own. Then whole checkouts: hold, book, pay, cancel. Meanwhile the show is deleted from Redis now and then, and the
site's own worker settles the same payments by their webhooks. `trials.audit` says afterwards what was given twice.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

import django
import requests

HOT_SEATS = 24
THREADS = 4  # in each process
MOST_SEATS = 3
PAYS = 0.25  # of those who got as far as a booking; the others give it up
FORGET_EVERY = 400  # checkouts of one thread, then the show is deleted from Redis
SANDBOX_SECONDS = 20


@dataclass(frozen=True)
class Task:
    """What one process or thread has to do. `seed` decides its guests and its choices."""

    show: int
    seats: tuple[str, ...]
    count: int
    seed: int
    sandbox: str = ""


@dataclass
class Found:
    """What happened. `spans` are (seat, from, until) by the machine's monotonic clock, the same for all processes."""

    outcomes: Counter[str] = field(default_factory=Counter)
    spans: list[tuple[str, float, float]] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        self.outcomes += other.outcomes
        self.spans += other.spans


def run(work: str, task: Task, processes: int) -> Found:
    """Spreads `task` over the processes; `work` is `locks` or `checkouts`."""
    share = -(-task.count // processes)
    tasks = [Task(task.show, task.seats, share, task.seed + number, task.sandbox) for number in range(processes)]
    found = Found()
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=django.setup) as pool:
        for part in pool.map(partial(_in_threads, work), tasks):
            found.add(part)
    return found


def _in_threads(work: str, task: Task) -> Found:
    share = -(-task.count // THREADS)
    jobs = [Task(task.show, task.seats, share, task.seed * 1000 + number, task.sandbox) for number in range(THREADS)]
    found = Found()
    with ThreadPoolExecutor(THREADS) as pool:
        for part in pool.map({"locks": attempt_locks, "checkouts": attempt_checkouts}[work], jobs):
            found.add(part)
    return found


def attempt_locks(task: Task) -> Found:
    from seating.errors import SeatingError
    from seating.services.holds import hold_seats, release_seats

    dice, found = random.Random(task.seed), Found()  # noqa: S311 - a seed makes the run repeatable, no secret
    for _ in range(task.count):
        owner, seats = _guest(dice), dice.sample(task.seats, dice.randint(1, MOST_SEATS))
        try:
            hold = hold_seats(task.show, owner, seats)
        except SeatingError as refusal:
            found.outcomes[refusal.code] += 1
            continue
        since = time.monotonic()
        time.sleep(0.001)
        until = time.monotonic()
        release_seats(task.show, owner)
        found.outcomes["held"] += 1
        found.spans += [(seat, since, until) for seat in hold.seats]
    return found


def attempt_checkouts(task: Task) -> Found:
    """`count` bookings and what became of them; refusals on the way there are counted beside them."""
    from cinema.errors import DomainError
    from seating import store

    dice, found, booked = random.Random(task.seed), Found(), 0  # noqa: S311 - as above
    while booked < task.count:
        owner, seats = _guest(dice), dice.sample(task.seats, dice.randint(1, MOST_SEATS))
        try:
            booking = _book(task.show, owner, seats)
        except DomainError as refusal:
            found.outcomes[refusal.code] += 1
            continue
        booked += 1
        try:
            found.outcomes[_pay_or_leave(booking, task.sandbox, pays=dice.random() < PAYS)] += 1
        except DomainError as refusal:
            found.outcomes[f"{refusal.code} after booking"] += 1
        if booked % FORGET_EVERY == 0:
            store.forget_shows([task.show])
            found.outcomes["Redis made to forget"] += 1
    return found


def _guest(dice: random.Random) -> str:
    return f"guest_{dice.getrandbits(96):024x}"


def _book(show: int, owner: str, seats: Sequence[str]) -> str:
    from checkout.bookings.create import create_booking
    from seating.services.holds import hold_seats

    hold_seats(show, owner, seats)
    return create_booking([owner], show, name="Contender", email=f"{owner}@example.test").pk


def _pay_or_leave(booking: str, sandbox: str, *, pays: bool) -> str:
    from checkout.cancellations.bookings import cancel_booking
    from checkout.payments.starting import start_payment, verify_callback

    if not pays:
        cancel_booking(booking)
        return "given up"
    order = start_payment(booking).order_id
    body = {"order_id": order, "outcome": "success"}
    paid = requests.post(f"{sandbox}/_test/pay", json=body, timeout=SANDBOX_SECONDS).json()
    status = verify_callback(order, paid["razorpay_payment_id"], paid["razorpay_signature"]).status
    if status == "confirmed":
        cancel_booking(booking)  # its seats are free for the next attempt
        return "confirmed and cancelled"
    return status
