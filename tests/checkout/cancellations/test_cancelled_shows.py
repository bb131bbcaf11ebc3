"""The cinema cancels a show: what it would give back, giving back, and how far that has come."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from boxoffice.cancellations import cancellation_progress
from checkout.cancellations import shows
from checkout.cancellations.bookings import cancel_booking
from checkout.cancellations.shows import begin_cancellation, give_back_cancelled_shows, plan_cancellation
from checkout.models import OutboxMessage, Refund, ShowCancellation, Ticket
from checkout.payments.settling import settle_payment
from cinema import services as cinema
from cinema.errors import NotFound
from seating.errors import ShowClosed
from seating.services.holds import hold_seats
from tests.checkout.test_races import CROWD, at_once

CAROL = "guest_ca0100000000000000000000"


@pytest.fixture
def sold(desk, bob):
    """Alice and Bob have paid, Carol has not."""
    alices, bobs = desk.buy(seats=("A1", "B1")), desk.buy(bob, ("C1",), name="Bob", email="bob@example.com")
    return alices, bobs, desk.book(CAROL, ("D1",), name="Carol", email="carol@example.com")


def test_the_dry_run_lists_everything_and_changes_nothing(sold, show):
    plan = plan_cancellation(show.pk)
    alices, bobs, carols = sold
    assert [(one.reference, one.status, one.seats, one.refund) for one in plan.bookings] == [
        (alices.reference, "confirmed", ["A1", "B1"], alices.total),
        (bobs.reference, "confirmed", ["C1"], bobs.total),
        (carols.reference, "pending", ["D1"], 0),
    ]
    assert (len(plan.paid), len(plan.pending), plan.seats) == (2, 1, 3)
    assert plan.refund == alices.total + bobs.total
    show.refresh_from_db()
    assert show.state == "on_sale" and not ShowCancellation.objects.exists() and not Refund.objects.exists()


def test_a_ticket_cancelled_before_is_not_counted_again(sold, show):
    alices, bobs, _ = sold
    cancel_booking(alices.pk, [str(alices.tickets.get(seat="A1").pk)])
    plan = plan_cancellation(show.pk)
    assert plan.refund == alices.lines.get(seat="B1").total + bobs.total
    begin_cancellation(show.pk)
    give_back_cancelled_shows()
    assert cancellation_progress(show.pk)["refund"] == plan.refund


def test_what_was_planned_is_what_is_given_back_fee_included(sold, show, desk, gateway):
    plan = plan_cancellation(show.pk)
    begin_cancellation(show.pk, by="user_1", reason="  The projector\nis broken. ")
    assert give_back_cancelled_shows() == 3
    desk.carry_out()
    progress = cancellation_progress(show.pk)
    assert progress["refund"] == plan.refund
    assert (progress["bookings"], progress["given_up"], progress["left"], progress["total"]) == (2, 1, 0, 3)
    assert progress["finished_at"] and progress["reason"] == "The projector is broken."
    assert progress["refunds"] == {"processed": 2, "pending": 0, "failed": 0}
    assert progress["mails"] == {"sent": 2, "waiting": 0, "failed": 0}
    for booking in sold[:2]:
        booking.refresh_from_db()
        assert gateway.get(f"payments/{booking.paid_by.payment_id}")["amount_refunded"] == booking.total


def test_the_reason_stands_in_the_customers_mails(sold, show, desk):
    begin_cancellation(show.pk, reason="The projector is broken.")
    give_back_cancelled_shows()
    desk.carry_out()
    told = [one for one in mail.outbox if one.subject.startswith("Cancelled")]
    assert {one.to[0] for one in told} == {"alice@example.com", "bob@example.com"}
    assert all("everything comes back. The projector is broken." in one.body for one in told)


def test_nothing_of_it_is_sold_from_that_moment_on(sold, show, bob):
    begin_cancellation(show.pk)
    with pytest.raises(ShowClosed):
        hold_seats(show.pk, bob, ["D2"])


def test_the_gate_lets_nobody_in(sold, show):
    begin_cancellation(show.pk)
    give_back_cancelled_shows()
    assert not Ticket.objects.filter(cancelled_at=None).exists()


def test_repeated_it_is_one_cancellation_and_one_refund_each(sold, show, desk):
    for _ in range(3):
        begin_cancellation(show.pk, reason="First reason counts.")
        give_back_cancelled_shows()
        desk.carry_out()
    assert Refund.objects.count() == 2
    assert cancellation_progress(show.pk)["bookings"] == 2
    assert len([one for one in mail.outbox if one.subject.startswith("Cancelled")]) == 2


def test_killed_in_the_middle_the_next_run_goes_on_and_counts_each_booking_once(sold, show, desk, monkeypatch):
    """The worker dies after the first booking, and again inside the transaction of the second."""
    begin_cancellation(show.pk)
    plan = plan_cancellation(show.pk)
    cancel, calls = shows.cancel_tickets, []

    class Killed(BaseException):
        pass

    def dying(*arguments, **more):
        calls.append(1)
        done = cancel(*arguments, **more)
        if len(calls) > 1:
            raise Killed
        return done

    monkeypatch.setattr(shows, "cancel_tickets", dying)
    with pytest.raises(Killed):
        give_back_cancelled_shows()
    half = cancellation_progress(show.pk)
    assert (half["bookings"], half["left"], half["finished_at"]) == (1, 2, None)
    monkeypatch.undo()
    give_back_cancelled_shows()
    desk.carry_out()
    whole = cancellation_progress(show.pk)
    assert (whole["bookings"], whole["given_up"], whole["left"]) == (2, 1, 0)
    assert whole["refund"] == plan.refund
    assert Refund.objects.count() == 2


def test_one_booking_that_cannot_be_given_back_does_not_hold_up_the_others(sold, show, monkeypatch):
    alices = sold[0]
    cancel = shows.cancel_tickets

    def failing(booking, *arguments, **more):
        if booking.pk == alices.pk:
            raise RuntimeError("a row that cannot be read")
        return cancel(booking, *arguments, **more)

    monkeypatch.setattr(shows, "cancel_tickets", failing)
    begin_cancellation(show.pk)
    assert give_back_cancelled_shows() == 2
    assert cancellation_progress(show.pk)["left"] == 1
    monkeypatch.undo()
    assert give_back_cancelled_shows() == 1
    assert cancellation_progress(show.pk)["finished_at"]


def test_more_than_one_run_can_take_asks_for_another(sold, show, monkeypatch):
    woken = []
    monkeypatch.setattr(shows, "AT_ONCE", 2)
    begin_cancellation(show.pk)
    monkeypatch.setattr(shows.queue, "wake", woken.append)
    assert give_back_cancelled_shows() == 2
    assert shows.GIVE_BACK in woken
    assert give_back_cancelled_shows() == 1


def test_cancelled_through_another_door_it_is_given_back_too_without_a_reason(sold, show, desk):
    cinema.cancel_show(show.pk)
    assert cancellation_progress(show.pk) is None
    assert give_back_cancelled_shows() == 3
    assert cancellation_progress(show.pk)["bookings"] == 2


def test_a_booking_whose_payment_arrives_meanwhile_is_refunded(desk, show, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    begin_cancellation(show.pk)
    give_back_cancelled_shows()
    settle_payment(order_id)
    desk.carry_out()
    kept = [p["amount"] - p["amount_refunded"] for p in gateway.payments(order_id) if p["captured"]]
    assert sum(kept) == 0
    assert not Ticket.objects.exists()


@pytest.mark.postgres
def test_workers_at_once_give_each_booking_back_once(sold, show, desk):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: there is no race to lose")
    begin_cancellation(show.pk)
    counts = at_once(*[give_back_cancelled_shows] * CROWD)
    assert sum(counts) == 3
    assert Refund.objects.count() == 2
    assert OutboxMessage.objects.filter(kind="cancellation").count() == 2
    progress = cancellation_progress(show.pk)
    assert (progress["bookings"], progress["given_up"], progress["seats"]) == (2, 1, 3)


def command(*arguments):
    out = StringIO()
    call_command("cancel_show", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_shows_first_and_does_it_without_a_worker(sold, show):
    plan = plan_cancellation(show.pk)
    said = command(str(show.pk), "--dry-run")
    assert sold[0].reference in said and f"({plan.refund} paise)" in said and "Nothing was changed." in said
    show.refresh_from_db()
    assert show.state == "on_sale"
    said = command(str(show.pk), "--reason", "Flooded.")
    assert "3 of 3 bookings cancelled" in said
    assert ShowCancellation.objects.get().reason == "Flooded."
    assert "0 paid bookings" in command(str(show.pk))


def test_the_command_says_that_there_is_no_such_show(transactional_db):
    with pytest.raises(CommandError, match="There is no such show"):
        command("999999")
    with pytest.raises(NotFound):
        plan_cancellation(2**70)
