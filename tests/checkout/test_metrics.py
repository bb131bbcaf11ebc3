"""/metrics tells of orders and refunds without an end and of webhooks that stay away."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.models import Booking, Payment, Refund
from tests.checkout.conftest import Desk
from tests.checkout.paper_gateway import PaperGateway


@pytest.fixture
def desk(show, monkeypatch):
    return Desk(show, PaperGateway().install(monkeypatch))


def figures():
    lines = Client().get("/metrics").content.decode().splitlines()
    told = dict(line.split(" ", 1) for line in lines if line.startswith("housefull_") and "{" not in line)
    return {name.removeprefix("housefull_"): float(value) for name, value in told.items()}


def test_all_is_well_says_nought(desk):
    desk.buy()
    names = ("orders_without_end", "refunds_without_end", "webhooks_silent", "outbox_waiting")
    assert [figures()[name] for name in names] == [0, 0, 0, 0]


def test_what_hangs_is_counted(desk):
    booking = desk.buy()
    cancel_booking(booking.pk)
    desk.book(seats=("B1",))
    long_ago = timezone.now() - timedelta(hours=1)
    Booking.objects.filter(status="pending").update(expires_at=long_ago)
    Refund.objects.update(status="failed", due_at=timezone.now())
    Payment.objects.update(created_at=timezone.now() - timedelta(minutes=8))
    told = figures()
    assert told["orders_without_end"] == told["refunds_without_end"] == told["webhooks_silent"] == 1
