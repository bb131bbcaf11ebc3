"""A reminder three hours before the show: once, to those who still come, and never after it has begun."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.gate.check_in import check_in
from checkout.models import Booking, OutboxMessage
from checkout.outbox.reminders import remind_customers
from cinema.models import Show


def begin_in(**time):
    """Moves every show so that it begins then."""
    starts = timezone.now() + timedelta(**time)
    Show.objects.update(starts_at=starts, ends_at=starts + timedelta(hours=2))


@pytest.fixture
def bought(desk):
    """Bought yesterday; what was mailed then is out of the way."""
    booking = desk.buy()
    desk.carry_out()
    mail.outbox.clear()
    Booking.objects.update(confirmed_at=timezone.now() - timedelta(days=1))
    return booking


def reminders():
    return [sent for sent in mail.outbox if sent.subject.startswith("Reminder: ")]


def remind(desk, times=2):
    for _ in range(times):
        remind_customers()
        desk.carry_out()


def test_within_three_hours_of_the_show_there_is_one_reminder(bought, desk):
    begin_in(hours=3, minutes=5)
    remind(desk)
    assert not reminders()
    begin_in(hours=2, minutes=59)
    remind(desk, times=3)
    [sent] = reminders()
    assert sent.to == ["alice@example.com"] and bought.reference in sent.subject
    assert {name.rpartition(".")[2] for name, _, _ in sent.attachments} == {"pdf", "ics"}


def test_after_the_workers_were_away_it_comes_late_but_before_the_show(bought, desk):
    begin_in(minutes=2)
    remind(desk)
    assert len(reminders()) == 1


def test_once_the_show_has_begun_it_is_dropped(bought, desk):
    begin_in(hours=2)
    remind_customers()  # written down, and then no worker for two hours
    begin_in(minutes=-1)
    desk.carry_out()
    assert not reminders()
    assert OutboxMessage.objects.get(kind="reminder").done_at
    OutboxMessage.objects.filter(kind="reminder").delete()
    remind(desk)
    assert not OutboxMessage.objects.filter(kind="reminder").exists()


def test_a_mail_server_that_comes_back_after_the_beginning_sends_none(bought, desk, monkeypatch):
    def away(*_):
        raise OSError("no mail server")

    begin_in(hours=2)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        remind(desk)
    assert OutboxMessage.objects.get(kind="reminder").error
    begin_in(minutes=-1)
    desk.carry_out()
    assert not reminders()


def test_who_booked_within_the_last_three_hours_is_not_reminded(bought, desk):
    begin_in(hours=2)
    Booking.objects.update(confirmed_at=timezone.now() - timedelta(minutes=59))
    remind(desk)
    assert not reminders()
    Booking.objects.update(confirmed_at=timezone.now() - timedelta(minutes=61))
    remind(desk)
    assert len(reminders()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_cancelled_is_not_reminded(bought, desk, when):
    begin_in(hours=2)
    if when == "after":
        remind_customers()
    cancel_booking(bought.pk)
    remind(desk)
    assert not reminders()


def test_a_show_that_the_cinema_cancelled_has_no_reminders(bought, desk):
    begin_in(hours=2)
    remind_customers()
    Show.objects.update(state="cancelled")
    desk.carry_out()
    assert not reminders()


def test_who_is_in_already_is_not_reminded_and_who_is_still_to_come_is(bought, desk):
    begin_in(hours=2)
    first, second = bought.tickets.all()
    check_in(first.code, "North gate", first.show_id)
    remind_customers()
    desk.carry_out()
    assert [f"Seats: {second.seat}\n" in sent.body for sent in reminders()] == [True]
    mail.outbox.clear()
    OutboxMessage.objects.filter(kind="reminder").delete()
    check_in(second.code, "North gate", second.show_id)
    remind(desk)
    assert not reminders()


def test_unpaid_bookings_are_not_reminded(desk):
    desk.book()
    begin_in(hours=2)
    assert remind_customers() == 0
