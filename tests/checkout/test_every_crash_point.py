"""A process dies once, or twice in a row, at each of the named points; the clock's tasks heal what it left.

A dead process runs no handlers and no `finally` of its own: what would undo its work is switched off while it dies.
Customers try again what they had no answer to, as long as they are there; after paying they are gone.
"""

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from checkout import crash_points
from checkout.bookings import create
from checkout.models import Booking, IdempotencyKey, Ticket
from checkout.payments import webhooks
from checkout.payments.starting import verify_callback
from seating.identity import token_for
from seating.services.claims import unclaim_hold
from seating.services.holds import hold_seats
from tests import factories
from tests.checkout.conftest import CONTACT, Desk, post
from tests.checkout.ledger import TASKS, check_the_books, make_everything_due
from tests.checkout.paper_gateway import PaperGateway
from tests.conftest import ALICE, BOB


class Died(BaseException):
    """Not an Exception: no handler may swallow a crash."""


class Story:
    """Alice's visit, with a process that dies at `point` the first `times` times it gets there."""

    def __init__(self, desk: Desk, paper: PaperGateway, point: str, times: int, monkeypatch: Any) -> None:
        self.desk, self.paper, self.point, self.left = desk, paper, point, times
        self.client = Client(headers={"Authorization": f"Bearer {token_for(ALICE)}"})
        self.deaths = 0
        self.dying = False
        unclaim = unclaim_hold
        monkeypatch.setattr(crash_points, "reached", self.reached)
        monkeypatch.setattr(create, "unclaim_hold", lambda *hold: None if self.dying else unclaim(*hold))

    def reached(self, point: str) -> None:
        if point == self.point and self.left:
            self.left -= 1
            self.deaths += 1
            self.dying = True
            raise Died(point)

    def survive(self, job: Callable[..., Any], *arguments: Any) -> Any:
        """None where the process died of it."""
        try:
            return job(*arguments)
        except Died:
            return None
        finally:
            self.dying = False

    def ask(self, path: str, body: dict, key: str) -> dict:
        """A customer who had no answer sends the same request with the same key until there is one."""
        while True:
            answer = self.survive(
                lambda: post(self.client, path, body, **{"Idempotency-Key": f"{key}-{self.desk.show.pk}"})
            )
            if answer is not None and answer.status_code in {200, 201}:
                return answer.json()
            assert answer is None or answer.json()["code"] == "idempotency_key_busy", answer.content
            IdempotencyKey.objects.update(due_at=timezone.now())

    def book_and_order(self) -> Booking:
        hold_seats(self.desk.show.pk, ALICE, ["A1", "A2"])
        told = self.ask("bookings/create/", {"show": self.desk.show.pk, **CONTACT}, "create")
        self.order_id = self.ask("payments/initiate/", {"booking": told["id"]}, "initiate")["order_id"]
        return Booking.objects.get(pk=told["id"])

    def deliver(self) -> None:
        """The gateway sends again what it had no 200 for."""
        for message in self.paper.messages:
            while self.survive(webhooks.receive, *message) is None:
                pass
        self.paper.messages.clear()

    def heal(self) -> None:
        for _ in range(3):
            make_everything_due(self.desk.show)
            for task in TASKS:
                self.survive(task)
            self.deliver()

    def over(self) -> None:
        self.heal()
        assert self.deaths, "nobody came past this point"
        check_the_books(self.desk.show, self.paper)

    # ------------------------------------------------------------------------------ how it went
    def buys(self) -> None:
        self.book_and_order()
        paid = self.paper.pay(self.order_id)
        self.survive(verify_callback, *paid.values())
        self.over()
        [booking] = Booking.objects.filter(show=self.desk.show)
        assert booking.status == "confirmed" and booking.tickets.count() == 2
        assert not booking.refunds.exists()
        self.mails(1)

    def comes_too_late(self) -> None:
        """Seats gone, money taken at the gateway's desk, and the first refund fails."""
        booking = self.book_and_order()
        left, self.left = self.left, 0
        self.desk.lose_seats_to(BOB, booking)
        self.left = left
        self.paper.refunds_end = "pending"
        paid = self.paper.pay(self.order_id, "captured")
        self.survive(verify_callback, *paid.values())
        for end in ("failed", "processed", "processed"):
            self.heal()
            for refund_id in list(self.paper.given_back):
                self.paper.end_refund(refund_id, end)
        self.over()
        assert [one["status"] for one in self.paper.given_back.values()] == ["failed", "processed"]
        assert set(Ticket.objects.filter(show=self.desk.show).values_list("booking__owner", flat=True)) == {BOB}
        self.mails(2)  # Bob's tickets, and Alice is told

    def buys_and_cancels_one(self) -> None:
        left, self.left = self.left, 0
        booking = self.desk.buy()
        self.left = left
        ticket = str(booking.tickets.get(seat="A1").pk)
        self.ask(f"bookings/{booking.pk}/cancel/", {"tickets": [ticket]}, "cancel")
        self.over()
        assert booking.refunds.count() == 1 and len(self.paper.given_back) == 1
        self.mails(2)

    def gives_up(self) -> None:
        booking = self.book_and_order()
        self.ask(f"bookings/{booking.pk}/cancel/", {}, "cancel")
        self.over()
        self.mails(0)

    def never_pays(self) -> None:
        booking = self.book_and_order()
        self.desk.let_time_run_out(booking)
        self.over()
        booking.refresh_from_db()
        assert booking.status == "expired"
        self.mails(0)

    def mails(self, count: int) -> None:
        """SMTP has no exactly once: a mail whose sender died before noting it comes again under the same id."""
        assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == count


LATE = {"given_back", "refund_decided", "refund_sent", "refund_recorded", "refund_retried", "refunds_taken"}
CANCELLED = {"cancellation_decided", "seats_reopened"}
RUN_OUT = {"expiry_decided", "seats_freed"}


def story_of(point: str) -> Callable[[Story], None]:
    if point in LATE:
        return Story.comes_too_late
    if point in CANCELLED:
        return Story.buys_and_cancels_one
    if point in RUN_OUT:
        return Story.never_pays
    return Story.gives_up if point == "given_up" else Story.buys


def test_there_are_enough_points_to_die_at():
    assert len(set(crash_points.ALL)) == len(crash_points.ALL) >= 25


@pytest.mark.parametrize("times", [1, 2])
def test_whoever_dies_wherever_money_tickets_and_seats_come_out_right(
    transactional_db, redis_server, monkeypatch, times
):
    """All points in one database, each with a show of its own: emptying it takes longer than a story."""
    wrong = {}
    for point in crash_points.ALL:
        mail.outbox.clear()
        with monkeypatch.context() as patch:
            paper = PaperGateway().install(patch)
            story = Story(Desk(factories.make_show(seats={"A": 3}), paper), paper, point, times, patch)
            try:
                story_of(point)(story)
            except Exception as failure:
                wrong[point] = "".join(traceback.format_exception(failure, limit=-4))
    assert not wrong, "\n".join(f"{point}: {how}" for point, how in wrong.items())
