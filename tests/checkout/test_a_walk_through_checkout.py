"""The whole checkout walked at random: the gateway, the clock, the bus and Redis are the test's own to disturb.

PostgreSQL and Valkey are real. Time passes by moving everything written down into the past. After every step the
invariants hold; at the end of every walk everything is quiet and the books are checked. A longer run:

    HOUSEFULL_WALK_STEPS=100000 HOUSEFULL_WALK_SEED=7 pytest tests/checkout/test_a_walk_through_checkout.py
"""

import json
import os
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db.models import F, Model
from django.utils import timezone
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from checkout import crash_points
from checkout.bookings import idempotency
from checkout.bookings.create import create_booking
from checkout.cancellations.bookings import cancel_booking
from checkout.models import Booking, IdempotencyKey, Order, OutboxMessage, Payment, Refund, Ticket, WebhookEvent
from checkout.outbox import queue
from checkout.payments import webhooks
from checkout.payments.starting import start_payment, verify_callback
from cinema.errors import DomainError
from seating import keys
from seating.models import Claim
from seating.services.holds import hold_seats, release_seats
from tests import factories
from tests.checkout.conftest import CONTACT
from tests.checkout.ledger import TASKS, check_the_books, make_everything_due
from tests.checkout.paper_gateway import ASKED, PaperGateway
from tests.conftest import ALICE, BOB

STEPS = int(os.environ.get("HOUSEFULL_WALK_STEPS", "1000"))
SEED = int(os.environ.get("HOUSEFULL_WALK_SEED", "20261125"))
STEPS_PER_WALK = 40
WALKS_AT_ONCE = 15
PEOPLE = st.sampled_from([ALICE, BOB])
SEATS = st.sampled_from([("A1",), ("A1", "A2"), ("A2", "A3")])
LONGEST_DEADLINE = timedelta(seconds=1200)

MOMENTS: dict[type[Model], tuple[str, ...]] = {
    Claim: ("deadline", "held_since"),
    Booking: ("expires_at",),
    Order: ("due_at", "created_at"),
    Refund: ("due_at",),
    OutboxMessage: ("due_at",),
    WebhookEvent: ("due_at",),
    IdempotencyKey: ("due_at", "created_at"),
}


class Died(BaseException):
    """A crash: no handler may swallow it."""


class Walk(RuleBasedStateMachine):
    monkeypatch: pytest.MonkeyPatch
    redis: redis.Redis
    steps = 0

    @initialize()
    def open_the_desk(self) -> None:
        self.show = factories.make_show(seats={"A": 3})
        self.paper = PaperGateway().install(self.monkeypatch)
        self.monkeypatch.setattr(crash_points, "reached", lambda point: None)
        self.callbacks: list[dict[str, str]] = []

    def try_to(self, job: Any, *arguments: Any) -> Any:
        """Refusals are part of life, and so are crashes; anything else is a mistake."""
        type(self).steps += 1
        try:
            return job(*arguments)
        except (DomainError, Died):
            return None

    def booking_of(self, person: str) -> Booking | None:
        return Booking.objects.filter(show=self.show, owner=person).order_by("-created_at").first()

    def orders(self) -> list[str]:
        return list(Order.objects.filter(booking__show=self.show).order_by("pk").values_list("order_id", flat=True))

    # ------------------------------------------------------------------------------ customers
    @rule(person=PEOPLE, seats=SEATS)
    def hold(self, person: str, seats: tuple[str, ...]) -> None:
        self.try_to(hold_seats, self.show.pk, person, seats)

    @rule(person=PEOPLE)
    def release(self, person: str) -> None:
        self.try_to(release_seats, self.show.pk, person)

    @rule(person=PEOPLE, key=st.sampled_from(["", "k1", "k2"]))
    def create(self, person: str, key: str) -> None:
        def create() -> str:
            return create_booking([person], self.show.pk, **CONTACT).pk

        self.try_to(idempotency.answer_once, person, "create", f"{key}{self.show.pk}" if key else "", CONTACT, create)

    @rule(person=PEOPLE)
    def initiate(self, person: str) -> None:
        booking = self.booking_of(person)
        if booking:
            self.try_to(start_payment, booking.pk)

    @rule(person=PEOPLE, one=st.booleans())
    def cancel(self, person: str, one: bool) -> None:
        booking = self.booking_of(person)
        if booking:
            good = booking.tickets.filter(cancelled_at=None).values_list("pk", flat=True)
            self.try_to(cancel_booking, booking.pk, [str(pk) for pk in good[:1]] if one and good else None)

    # ------------------------------------------------------------------------------ gateway
    @precondition(lambda self: self.orders())
    @rule(data=st.data(), status=st.sampled_from(["authorized"] * 4 + ["failed", "captured"]), oddity=st.integers(0, 9))
    def pay(self, data: Any, status: str, oddity: int) -> None:
        order_id = data.draw(st.sampled_from(self.orders()))
        odd: dict[str, Any] = {0: {"amount": 100}, 1: {"currency": "USD"}}.get(oddity, {})
        self.callbacks.append(self.paper.pay(order_id, status, **odd))
        type(self).steps += 1

    @precondition(lambda self: self.paper.paid)
    @rule(data=st.data(), what=st.sampled_from(["late", "by hand"]))
    def bank(self, data: Any, what: str) -> None:
        payment_id = data.draw(st.sampled_from(sorted(self.paper.paid)))
        type(self).steps += 1
        if what == "late":
            self.paper.authorise_late(payment_id)
        elif self.paper.paid[payment_id]["status"] == "authorized":
            self.paper.capture_by_hand(payment_id)

    @rule(end=st.sampled_from(["processed", "pending", "failed"]))
    def refunds_end(self, end: str) -> None:
        self.paper.refunds_end = end
        type(self).steps += 1

    @rule(name=st.sampled_from(ASKED), after=st.booleans())
    def stumble(self, name: str, after: bool) -> None:
        self.paper.stumble(name, after=after)
        type(self).steps += 1

    # ------------------------------------------------------------------------------ what arrives
    @precondition(lambda self: self.callbacks)
    @rule(data=st.data())
    def callback(self, data: Any) -> None:
        self.try_to(verify_callback, *data.draw(st.sampled_from(self.callbacks)).values())

    @precondition(lambda self: self.paper.messages)
    @rule(data=st.data(), times=st.integers(0, 5))
    def webhook(self, data: Any, times: int) -> None:
        """Any of them, in any order, lost or up to five times."""
        message = data.draw(st.sampled_from(self.paper.messages))
        self.paper.messages.remove(message)
        for _ in range(times):
            self.try_to(webhooks.receive, *message)

    # ------------------------------------------------------------------------------ time and accidents
    @rule(task=st.sampled_from(TASKS))
    def beat(self, task: Any) -> None:
        self.try_to(task)

    @rule(seconds=st.sampled_from([1, 70, 301, 700, 1900]))
    def time_passes(self, seconds: int) -> None:
        type(self).steps += 1
        for model, names in MOMENTS.items():
            model.objects.update(**{name: F(name) - timedelta(seconds=seconds) for name in names})
        _move_holds(self.redis, self.show.pk, seconds * 1000)

    @rule()
    def redis_is_flushed(self) -> None:
        self.redis.flushdb()
        type(self).steps += 1

    @rule(point=st.sampled_from(crash_points.ALL))
    def die_next_time(self, point: str) -> None:
        def reached(where: str) -> None:
            if where == point and armed:
                armed.pop()
                raise Died(where)

        armed = [point]
        self.monkeypatch.setattr(crash_points, "reached", reached)
        type(self).steps += 1

    # ------------------------------------------------------------------------------ what must hold
    @invariant()
    def every_seat_has_one_owner(self) -> None:
        if not hasattr(self, "show"):
            return
        good = Ticket.objects.filter(show=self.show, cancelled_at=None).values_list("seat", "booking__hold")
        sold = Claim.objects.filter(show=self.show, state="sold").values_list("seat", "hold")
        assert sorted(good) == sorted(sold)

    @invariant()
    def money_taken_is_a_ticket_a_refund_or_under_way(self) -> None:
        if not hasattr(self, "show"):
            return
        known = {
            one.payment_id: one for one in Payment.objects.filter(booking__show=self.show).select_related("booking")
        }
        for payment_id, truth in self.paper.paid.items():
            payment = known.get(payment_id)
            if not truth["captured"] or payment is None or payment.status not in {"captured", "refunded"}:
                continue  # not taken, or not heard of yet: the reconciler asks about its order
            counts = bool(payment.booking.confirmed_at and payment.booking.paid_by_id == payment.pk)
            goes_back = payment.refunds.filter(key__startswith="return-").exists()
            assert not (counts and goes_back), payment_id
            under_way = Order.objects.filter(order_id=payment.order_id, due_at__isnull=False).exists()
            assert counts or goes_back or under_way, payment_id

    @invariant()
    def every_hold_ends(self) -> None:
        if hasattr(self, "show"):
            pending = Claim.objects.filter(show=self.show, state="pending")
            assert not pending.filter(deadline=None).exists()
            assert not pending.filter(deadline__gt=timezone.now() + LONGEST_DEADLINE).exists()

    def teardown(self) -> None:
        """Everything works again, and the clock's tasks have had their time."""
        if not hasattr(self, "show"):
            return
        self.monkeypatch.setattr(crash_points, "reached", lambda point: None)
        self.paper.stumbles.clear()
        self.paper.refunds_end = "processed"
        self.time_passes(1900)
        for _ in range(6):
            for refund_id in list(self.paper.given_back):
                self.paper.end_refund(refund_id, "processed")
            make_everything_due(self.show)
            for task in TASKS:
                task()
        check_the_books(self.show, self.paper)
        Order.objects.update(due_at=None)


def _move_holds(client: redis.Redis, show_id: int, milliseconds: int) -> None:
    """The show's holds in Redis, that much nearer to their end."""
    _, _, due, people, _ = keys.of_show(show_id)
    for owner, text in client.hgetall(people).items():
        holds = json.loads(text)
        for hold_id, hold in holds.items():
            hold["first"] -= milliseconds
            hold["until"] -= milliseconds
            client.zincrby(due, -milliseconds, f"{owner}:{hold_id}")
            for seat in hold["seats"] or []:
                client.pexpireat(keys.lock_prefix(show_id) + seat, int(hold["until"]))
        client.hset(people, owner, json.dumps(holds))


@pytest.mark.slow
@pytest.mark.postgres
def test_however_it_is_walked_no_money_seat_or_ticket_is_lost(transactional_db, redis_server, monkeypatch):
    """A flushed broker loses nothing: here nobody is ever woken, only the clock's tasks run."""
    monkeypatch.setattr(queue, "wake", lambda task: None)
    Walk.monkeypatch, Walk.redis, Walk.steps = monkeypatch, redis_server, 0
    print(f"HOUSEFULL_WALK_SEED={SEED}")
    number = 0
    while Walk.steps < STEPS:  # a walk may end early, so their number is not known before
        _walk(SEED + number)
        number += 1
    print(f"{Walk.steps} steps walked")


def _walk(number: int) -> None:
    run_state_machine_as_test(
        seed(number)(Walk),
        settings=settings(
            max_examples=WALKS_AT_ONCE,
            stateful_step_count=STEPS_PER_WALK,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=True,
        ),
    )
