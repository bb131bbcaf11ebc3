"""New guests of one address are counted; who pays is counted no more; without the cache everybody passes."""

import pytest
from django.core.cache import cache
from django.test import Client
from redis import RedisError

from seating import new_guests
from seating.errors import TooManyNewGuests

HOME = "192.0.2.7"


@pytest.fixture(autouse=True)
def two_an_hour(settings, redis_server):
    settings.NEW_GUESTS_PER_ADDRESS = 2


def test_the_third_guest_of_an_hour_waits(db):
    for owner in ("guest_1", "guest_2", "guest_1"):
        new_guests.admit(owner, HOME)
    with pytest.raises(TooManyNewGuests) as refusal:
        new_guests.admit("guest_3", HOME)
    assert refusal.value.status == 429 and 3000 < refusal.value.retry_after <= 3600
    new_guests.admit("guest_3", "198.51.100.9")
    new_guests.admit("user_7", HOME)


def test_whoever_pays_makes_room(db):
    for owner in ("guest_1", "guest_2"):
        new_guests.admit(owner, HOME)
    new_guests.paid("guest_1")
    new_guests.paid("guest_1")
    new_guests.admit("guest_3", HOME)
    with pytest.raises(TooManyNewGuests):
        new_guests.admit("guest_4", HOME)


def test_over_the_api(show):
    path = "/api/guests/"
    answers = [Client().post(path, content_type="application/json", REMOTE_ADDR=HOME) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2]["Retry-After"] and answers[2].json()["code"] == "too_many_requests"
    body = {"show": show.pk, "seats": ["A1"]}
    lock = Client().post("/api/bookings/lock-seats/", body, content_type="application/json", REMOTE_ADDR=HOME)
    assert lock.status_code == 429
    known = {"Authorization": f"Bearer {answers[0].json()['token']}"}
    held = Client().post(
        "/api/bookings/lock-seats/", body, content_type="application/json", REMOTE_ADDR=HOME, headers=known
    )
    assert held.status_code == 201


def test_without_the_cache_everybody_passes(db, monkeypatch):
    def away(*_, **__):
        raise RedisError("away")

    monkeypatch.setattr(cache, "add", away)
    for number in range(9):
        new_guests.admit(f"guest_{number}", HOME)


def test_over_sockets_they_are_counted_in_the_process_and_whoever_pays_makes_room():
    guests = new_guests.GuestsOfSockets()
    for owner in ("guest_1", "guest_2", "guest_1", "user_7"):
        guests.admit(owner, HOME)
    with pytest.raises(TooManyNewGuests) as refusal:
        guests.admit("guest_3", HOME)
    assert 3000 < refusal.value.retry_after <= 3600
    guests.admit("guest_3", "198.51.100.9")
    guests.paid("guest_1")
    guests.paid("guest_1")
    guests.admit("guest_4", HOME)
    with pytest.raises(TooManyNewGuests):
        guests.admit("guest_5", HOME)
