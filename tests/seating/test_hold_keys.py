"""A client's key makes a hold the same request however often it is asked; a lost answer is unknown, not "no"."""

import asyncio
import threading
import time

import pytest
import redis

from config.dev.embedded import free_port
from seating import index, store
from seating.errors import HoldsUnavailable, HoldUnknown, SeatUnavailable
from seating.selectors import held_by, seat_map
from seating.services import take_back
from seating.services.holds import ahold_seats, hold_seats, release_seats


def wait_until(true, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_same_key_of_the_same_guest_is_the_same_hold_answered_again(show, alice):
    first = hold_seats(show.pk, alice, ["A1", "A2"], key="one")
    before = seat_map(show.pk).seq
    assert hold_seats(show.pk, alice, ["A1", "A2"], key="one") == first
    assert seat_map(show.pk).seq == before


def test_it_is_answered_as_it_is_now(show, alice):
    hold_seats(show.pk, alice, ["A1", "A2"], key="one")
    hold_seats(show.pk, alice, ["A3"], key="two")
    release_seats(show.pk, alice, ["A1"])
    assert hold_seats(show.pk, alice, ["A1", "A2"], key="one").seats == ("A2", "A3")
    assert seat_map(show.pk).seats["A1"] == "available"


def test_a_key_of_seats_that_are_all_gone_begins_anew(show, alice, bob):
    hold_seats(show.pk, alice, ["A1"], key="one")
    release_seats(show.pk, alice)
    assert hold_seats(show.pk, alice, ["A1"], key="one").seats == ("A1",)
    release_seats(show.pk, alice)
    hold_seats(show.pk, bob, ["A1"], key="one")
    with pytest.raises(SeatUnavailable):
        hold_seats(show.pk, alice, ["A1"], key="one")


@pytest.fixture
def deaf_once(monkeypatch):
    """Redis grants the next hold, and the answer is lost on the way: as when a connection breaks at that moment."""
    run, arun, lost = store.run, store.arun, []

    def lose(command, reply):
        if command.script == "hold" and not lost:
            lost.append(reply)
            raise store.unavailable(redis.TimeoutError("Timeout reading from socket"))
        return reply

    async def alose(command):
        return lose(command, await arun(command))

    monkeypatch.setattr(store, "run", lambda command: lose(command, run(command)))
    monkeypatch.setattr(store, "arun", alose)
    return lost


def test_a_hold_whose_answer_was_lost_is_unknown_and_free_again_once_redis_answers(show, alice, bob, deaf_once):
    with pytest.raises(HoldUnknown) as refusal:
        hold_seats(show.pk, alice, ["A1", "A2"])
    assert refusal.value.status == 503 and refusal.value.code == "hold_unknown"
    assert deaf_once[0][0] == "held"
    wait_until(lambda: held_by(show.pk, alice) == ())
    assert hold_seats(show.pk, bob, ["A1", "A2"]).seats == ("A1", "A2")


def test_on_the_event_loop_too(show, alice, deaf_once):
    with pytest.raises(HoldUnknown):
        asyncio.run(ahold_seats(show.pk, alice, ["A1"]))
    wait_until(lambda: held_by(show.pk, alice) == ())


def test_without_taking_back_the_seats_stay_locked_for_nobody(show, alice, bob, deaf_once, monkeypatch):
    monkeypatch.setattr("seating.services.holds.take_back_soon", lambda command: None)
    with pytest.raises(HoldUnknown):
        hold_seats(show.pk, alice, ["A1"])
    time.sleep(0.5)
    with pytest.raises(SeatUnavailable):
        hold_seats(show.pk, bob, ["A1"])


def test_only_what_the_lost_request_took_is_taken_back(show, alice, deaf_once, monkeypatch):
    deaf_once.append("not yet")
    hold_seats(show.pk, alice, ["A1"])
    deaf_once.clear()
    with pytest.raises(HoldUnknown):
        hold_seats(show.pk, alice, ["A1", "A2"])
    wait_until(lambda: held_by(show.pk, alice) == ("A1",))


def test_asking_again_with_the_key_keeps_the_seats(show, alice, deaf_once, monkeypatch):
    later = threading.Event()
    soon = take_back.take_back_soon
    kept = []
    monkeypatch.setattr("seating.services.holds.take_back_soon", kept.append)
    with pytest.raises(HoldUnknown):
        hold_seats(show.pk, alice, ["A1"], key="one")
    assert hold_seats(show.pk, alice, ["A1"], key="one").seats == ("A1",)
    soon(kept[0])
    later.wait(0.5)
    assert held_by(show.pk, alice) == ("A1",)


def test_where_nobody_listens_the_refusal_is_certain(show, alice, monkeypatch):
    nobody = redis.Redis(port=free_port())
    monkeypatch.setattr(store, "client", lambda: nobody)
    monkeypatch.setattr(index, "index_is_fresh", lambda show: True)
    with pytest.raises(HoldsUnavailable) as refusal:
        hold_seats(show.pk, alice, ["A1"])
    assert refusal.value.code == "holds_unavailable"
