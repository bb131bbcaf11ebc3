"""Several workers serve a list at once: one offer each, in order; and what happens without the guards."""

import threading

import pytest
from django.db import connection, transaction

from checkout.bookings import create as creating
from checkout.bookings.create import create_booking
from checkout.cancellations.bookings import cancel_booking
from checkout.cancellations.shows import begin_cancellation, give_back_cancelled_shows
from checkout.errors import AlreadyWaiting
from checkout.models import Booking, WaitlistEntry
from checkout.waitlist import offers
from checkout.waitlist.entries import decline_offer
from checkout.waitlist.offers import serve_waitlists
from cinema.models import Show
from seating.models import Claim
from seating.selectors import held_by
from seating.services.blocks import block_seats
from tests import factories
from tests.checkout.test_races import CROWD, at_once, somebody_waits_or
from tests.checkout.waitlist.test_waitlist import free, join, now

pytestmark = pytest.mark.postgres


@pytest.fixture
def full(show):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: there is no race to lose")
    block_seats(show.pk, factories.seat_ids(show), "user_1", "full")
    return show


def test_workers_at_once_make_each_party_one_offer_in_order(full):
    people = [f"guest_{number:024x}" for number in range(4)]
    for place, owner in enumerate(people):
        join(full, owner, 2, name=f"Guest {place}", email=f"guest{place}@example.com")
    free(full, "A1", "A2", "A3", "A4", "B1", "B2")
    at_once(*[serve_waitlists] * CROWD)
    while serve_waitlists():
        pass
    entries = WaitlistEntry.objects.order_by("id")
    assert [entry.status for entry in entries] == ["offered", "offered", "offered", "waiting"]
    for entry in entries:
        assert sorted(held_by(full.pk, entry.owner)) == sorted(entry.seats)
    assert Claim.objects.filter(show=full, state="pending").count() == 6


def test_without_the_guards_one_party_is_offered_two_sets_of_seats(full, alice):
    """Look who is waiting, then offer: as two beats would without the locks."""
    entry = join(full, alice)
    free(full, "A1", "A2", "A3", "A4")
    looked = threading.Barrier(2)

    def look_then_offer():
        seen = WaitlistEntry.objects.get(pk=entry.pk)
        looked.wait(20)
        with transaction.atomic():
            return offers._offer(seen, [])

    assert at_once(look_then_offer, look_then_offer) == [True, True]
    assert len(held_by(full.pk, alice)) == 4
    assert len(now(entry).seats) == 2


def test_without_the_shows_lock_a_later_party_gets_in_front(full, alice, bob, monkeypatch):
    """Locks on the entries alone would not do: who finds the first locked would go on to the second."""
    monkeypatch.setattr(offers, "_alone_with", lambda show_id: Show.objects.get(pk=show_id))
    assert served_while_the_first_is_at_it(full, alice, bob, monkeypatch) == ("waiting", "offered")


def test_with_the_shows_lock_nobody_gets_in_front(full, alice, bob, monkeypatch):
    assert served_while_the_first_is_at_it(full, alice, bob, monkeypatch) == ("offered", "waiting")


def served_while_the_first_is_at_it(full, alice, bob, monkeypatch):
    """One worker has just turned to the first party when a second worker begins and ends its round."""
    first, second = join(full, alice), join(full, bob)
    free(full, "A1", "A2")
    at_the_first, second_is_done = threading.Event(), threading.Event()
    offer = offers._offer

    def slow_offer(entry, held):
        if entry.pk == first.pk and not at_the_first.is_set():
            at_the_first.set()
            second_is_done.wait(20)
        return offer(entry, held)

    monkeypatch.setattr(offers, "_offer", slow_offer)

    def other_worker():
        at_the_first.wait(20)
        try:
            return serve_waitlists()
        finally:
            second_is_done.set()

    at_once(serve_waitlists, other_worker)
    return now(first).status, now(second).status


def test_joined_by_the_same_person_at_once_it_is_one_entry(full, alice):
    answers = at_once(*[lambda: join(full, alice)] * CROWD)
    assert {getattr(answer, "pk", answer) for answer in answers} == {WaitlistEntry.objects.get().pk}


def test_one_address_joined_by_many_at_once_waits_once(full):
    people = [f"guest_{number:024x}" for number in range(CROWD)]
    jobs = [lambda owner=owner: join(full, owner, name="X", email="same@example.com") for owner in people]
    answers = at_once(*jobs)
    assert sum(isinstance(answer, AlreadyWaiting) for answer in answers) == CROWD - 1
    assert WaitlistEntry.objects.filter(status="waiting").count() == 1


def test_taken_declined_and_lapsed_at_once_exactly_one_of_them_happens(full, alice):
    for row in "ABC":
        seats = [f"{row}1", f"{row}2"]
        entry = join(full, alice)
        free(full, *seats)
        assert serve_waitlists() == 1
        take = lambda: create_booking([alice], full.pk, name="Alice", email="a@example.com", offered=True)  # noqa: E731
        at_once(take, lambda: decline_offer([alice], full.pk), take)
        booking = Booking.objects.filter(hold=now(entry).hold).first()
        assert entry.status == ("taken" if booking else "declined")
        states = set(Claim.objects.filter(show=full, seat__in=seats).values_list("state", flat=True))
        assert states == ({"pending"} if booking else {"free"})
        if booking:
            cancel_booking(booking.pk)
        block_seats(full.pk, seats, "user_1", "full")


def test_an_offer_that_is_just_being_made_is_waited_for_and_taken(full, alice, monkeypatch):
    """Its hold is in Redis already and no row names it yet: it must not pass for one whose booking was lost."""
    entry = join(full, alice)
    free(full, "A1", "A2")
    write_down, held, created = offers._write_down, threading.Event(), threading.Event()

    def slowly(*arguments):
        held.set()
        somebody_waits_or(created)
        write_down(*arguments)

    def create():
        held.wait(20)
        try:
            return create_booking([alice], full.pk, name="Alice", email="alice@example.com")
        finally:
            created.set()

    monkeypatch.setattr(offers, "_write_down", slowly)
    _, booking = at_once(serve_waitlists, create)
    assert (booking.hold, now(entry).status) == (entry.hold, "taken")


def test_taken_while_the_show_is_cancelled_nobody_waits_in_a_circle(full, alice, monkeypatch):
    entry = join(full, alice)
    free(full, "A1", "A2")
    serve_waitlists()
    take_offer, taken, cancelled = creating.take_offer, threading.Event(), threading.Event()

    def slowly(*arguments):
        offer = take_offer(*arguments)
        taken.set()
        somebody_waits_or(cancelled)
        return offer

    def cancel():
        taken.wait(20)
        try:
            return begin_cancellation(full.pk)
        finally:
            cancelled.set()

    monkeypatch.setattr(creating, "take_offer", slowly)
    take = lambda: create_booking([alice], full.pk, name="Alice", email="a@example.com", offered=True)  # noqa: E731
    booking, cancellation = at_once(take, cancel)
    assert (booking.hold, now(entry).status) == (entry.hold, "taken")
    assert cancellation.show_id == full.pk
    assert give_back_cancelled_shows() == 1
