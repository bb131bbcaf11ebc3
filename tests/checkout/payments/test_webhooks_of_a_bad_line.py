"""Webhooks doubled up to five times, shuffled, one in ten lost, or all of them: the reconciler misses nothing."""

import random

import pytest

from checkout.models import Booking, Payment, Ticket
from checkout.outbox import queue
from checkout.payments import webhooks
from checkout.payments.reconciling import reconcile_orders
from tests.checkout.conftest import Desk
from tests.checkout.ledger import TASKS, check_the_books, make_everything_due
from tests.checkout.paper_gateway import PaperGateway

SEATS = [f"{row}{number}" for row in "ABCD" for number in range(1, 7)]


@pytest.mark.parametrize("lost", [0, 1, 10], ids=["none lost", "one in ten lost", "all lost"])
def test_nothing_stays_unmatched_once_the_reconciler_has_run(show, monkeypatch, lost):
    """And with a broker that forgets every wake-up call."""
    monkeypatch.setattr(queue, "wake", lambda task: None)
    dice, paper = random.Random(20261125), PaperGateway().install(monkeypatch)
    desk = Desk(show, paper)
    for number, seat in enumerate(SEATS):
        order_id = desk.order(desk.book(f"guest_{number}", (seat,), email=f"guest{number}@example.com"))
        if number % 6 == 0:
            paper.pay(order_id, "failed")
        paper.pay(order_id)
        if number % 4 == 0:
            paper.pay(order_id)  # twice
    for _ in range(3):
        line = [one for one in paper.messages for _ in range(dice.randint(1, 5)) if dice.randrange(10) >= lost]
        paper.messages.clear()
        dice.shuffle(line)
        for message in line:
            webhooks.receive(*message)
        webhooks.process_stored()
    for _ in range(3):
        make_everything_due(show)
        for task in TASKS:
            task()
    check_the_books(show, paper)
    assert Booking.objects.filter(status="confirmed").count() == Ticket.objects.count() == len(SEATS)
    assert Payment.objects.count() == len(paper.paid)
    assert reconcile_orders() == 0
