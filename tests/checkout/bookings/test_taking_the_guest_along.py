"""Signing in with seats held, with a booking that waits, with one that is paid for: nothing is lost."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.test import Client

from checkout.bookings import adopt
from checkout.bookings.adopt import adopt_guest
from checkout.bookings.create import create_booking
from checkout.models import Booking, WaitlistEntry
from checkout.payments.starting import start_payment
from seating import store
from seating.errors import HoldsUnavailable
from seating.identity import COOKIE, token_for
from seating.models import Claim
from seating.selectors import held_by
from seating.services.claims import claim_hold
from seating.services.execute import run_built
from seating.services.holds import hold_seats

CONTACT = {"name": "Alice", "email": "alice@example.com"}


@pytest.fixture
def account(transactional_db):
    user = get_user_model().objects.create_user("alice", "alice@example.com", "pw-of-alice-1")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def browser(account, alice):
    client = Client()
    client.force_login(account)
    client.cookies[COOKIE] = token_for(alice)
    return client


def owner_of(account):
    return f"user_{account.pk}"


def test_held_seats_come_along_with_the_first_request(desk, alice, account, browser):
    held = hold_seats(desk.show.pk, alice, ["A1", "A2"])
    answer = browser.get("/")
    assert answer.cookies[COOKIE].value == ""
    assert held_by(desk.show.pk, alice) == ()
    assert set(held_by(desk.show.pk, owner_of(account))) == {"A1", "A2"}
    assert hold_seats(desk.show.pk, owner_of(account), ["A1"]).expires_at == held.expires_at


def test_a_booking_that_waits_can_be_paid_for_afterwards(desk, alice, account, browser):
    hold_seats(desk.show.pk, alice, ["A1", "A2"])
    booking = create_booking([alice], desk.show.pk, **CONTACT)
    browser.get("/")
    booking.refresh_from_db()
    assert booking.owner == owner_of(account)
    assert set(Claim.objects.filter(hold=booking.hold).values_list("owner", flat=True)) == {owner_of(account)}
    assert start_payment(booking.pk).amount == booking.total
    assert browser.get(f"/api/bookings/{booking.pk}/").status_code == 200


def test_a_paid_booking_is_the_accounts(desk, account, browser):
    booking = desk.buy()
    browser.cookies[COOKIE] = token_for(booking.owner)
    browser.get("/")
    assert browser.get(f"/api/bookings/{booking.pk}/").json()["status"] == "confirmed"
    stranger = Client(headers={"Authorization": f"Bearer {token_for(booking.owner)}"})
    assert stranger.get(f"/api/bookings/{booking.pk}/").status_code == 404


def test_a_place_on_the_waitlist_comes_along(desk, alice, account):
    WaitlistEntry.objects.create(show=desk.show, owner=alice, name="Alice", email="alice@example.com", count=2)
    adopt_guest(alice, owner_of(account), verified=True)
    assert WaitlistEntry.objects.get().owner == owner_of(account)


def test_two_open_holds_become_one_and_every_seat_stays(desk, alice, account):
    mine = hold_seats(desk.show.pk, owner_of(account), ["B1"])
    hold_seats(desk.show.pk, alice, ["A1", "A2"])
    adopt_guest(alice, owner_of(account), verified=True)
    now = hold_seats(desk.show.pk, owner_of(account), ["B1"])
    assert now.id == mine.id and set(now.seats) == {"A1", "A2", "B1"}
    booked = claim_hold_in_transaction(desk.show.pk, owner_of(account))
    assert set(booked.seats) == {"A1", "A2", "B1"}


def claim_hold_in_transaction(show_id, owner):
    from django.db import transaction

    with transaction.atomic():
        return claim_hold(show_id, owner)


def test_joining_does_not_prolong_a_hold_beyond_the_longest(desk, alice, account, settings):
    settings.LONGEST_HOLD_SECONDS = 301
    first = hold_seats(desk.show.pk, owner_of(account), ["B1"])
    settings.SEAT_HOLD_SECONDS = 1000
    hold_seats(desk.show.pk, alice, ["A1"])
    adopt_guest(alice, owner_of(account), verified=True)
    now = hold_seats(desk.show.pk, owner_of(account), ["B1"])
    assert (now.expires_at - first.expires_at).total_seconds() <= 1.001


def test_again_and_for_a_guest_with_nothing_it_does_nothing(desk, alice, account):
    hold_seats(desk.show.pk, alice, ["A1"])
    for _ in range(2):
        adopt_guest(alice, owner_of(account), verified=True)
    adopt_guest("guest_nobody", owner_of(account), verified=True)
    assert held_by(desk.show.pk, owner_of(account)) == ("A1",)


def test_while_redis_is_away_the_browser_keeps_its_guest_and_the_next_request_does_it(
    desk, alice, account, browser, monkeypatch
):
    hold_seats(desk.show.pk, alice, ["A1"])

    def away(*_, **__):
        raise HoldsUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(adopt, "shows_with_holds_of", away)
        assert COOKIE not in browser.get("/").cookies
    assert browser.get("/").cookies[COOKIE].value == ""
    assert held_by(desk.show.pk, owner_of(account)) == ("A1",)


@pytest.mark.parametrize("step", ["adopt_claims", "_adopt_waitlist"])
def test_a_process_that_dies_half_way_loses_nothing(desk, alice, account, monkeypatch, step):
    """Redis has moved the hold, the rows have not followed: the next request moves them."""
    hold_seats(desk.show.pk, alice, ["A1"])
    booking = create_booking([alice], desk.show.pk, **CONTACT)

    class Died(BaseException):
        pass

    def dies(*_):
        raise Died

    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(adopt, step, dies)
        adopt_guest(alice, owner_of(account), verified=True)
    assert Booking.objects.get(pk=booking.pk).owner == alice
    adopt_guest(alice, owner_of(account), verified=True)
    booking.refresh_from_db()
    assert booking.owner == owner_of(account)
    assert start_payment(booking.pk).amount == booking.total


def test_without_the_script_the_booking_cannot_be_paid_any_more(desk, alice, account, monkeypatch):
    from seating.errors import HoldExpired

    hold_seats(desk.show.pk, alice, ["A1"])
    booking = create_booking([alice], desk.show.pk, **CONTACT)
    monkeypatch.setattr(adopt, "adopt_holds", lambda *_, **__: [])
    adopt_guest(alice, owner_of(account), verified=True)
    with pytest.raises(HoldExpired):
        start_payment(booking.pk)


def test_the_maps_count_and_the_locks_follow(desk, alice, account, redis_server):
    hold = hold_seats(desk.show.pk, alice, ["A1"])
    adopt_guest(alice, owner_of(account), verified=True)
    lock = redis_server.get(f"seat_lock:{desk.show.pk}:A1")
    assert lock == f"{owner_of(account)}:{hold.id}"
    snapshot = store.read_snapshot(run_built(store.snapshot(desk.show.pk)))
    assert snapshot.states == {"A1": "h"}
    assert list(snapshot.holds) == [owner_of(account)]


def test_signing_out_gives_a_fresh_guest(browser):
    browser.get("/")
    answer = browser.post("/accounts/logout/")
    assert answer.status_code == 302
    assert answer.cookies["sessionid"].value == ""
