"""Holding, adding, releasing and running out, against a real Valkey."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from seating.errors import (
    LeavesSingleSeat,
    SeatUnavailable,
    ShowClosed,
    TooManySeats,
    UnknownSeat,
    UnknownShow,
)
from seating.selectors import held_by, seat_map
from seating.services.holds import expire_holds, hold_seats, release_seats
from tests.seating.steps import make_due


def test_the_lock_is_named_valued_and_timed_as_the_contract_says(show, alice, redis_server, settings):
    hold = hold_seats(show.pk, alice, ["B2"])
    name = f"seat_lock:{show.pk}:B2"
    assert redis_server.get(name) == f"{alice}:{hold.id}"
    assert settings.SEAT_HOLD_SECONDS - 2 <= redis_server.ttl(name) <= settings.SEAT_HOLD_SECONDS


def test_all_of_the_seats_or_none(show, alice, bob):
    hold_seats(show.pk, alice, ["A2"])
    with pytest.raises(SeatUnavailable) as refusal:
        hold_seats(show.pk, bob, ["A1", "A2", "A3"])
    assert refusal.value.seats == ["A2"]
    assert held_by(show.pk, bob) == ()


def test_a_lock_set_by_somebody_else_is_honoured(show, alice, redis_server):
    redis_server.set(f"seat_lock:{show.pk}:A1", "user_9:elsewhere", ex=30)
    with pytest.raises(SeatUnavailable):
        hold_seats(show.pk, alice, ["A1"])


def test_adding_to_a_hold_keeps_its_first_deadline(show, alice):
    first = hold_seats(show.pk, alice, ["A1"])
    time.sleep(0.05)
    second = hold_seats(show.pk, alice, ["A2"])
    assert second.id == first.id
    assert second.expires_at == first.expires_at
    assert set(second.seats) == {"A1", "A2"}


def test_holding_what_one_holds_already_is_no_error_and_no_change(show, alice):
    first = hold_seats(show.pk, alice, ["A1"])
    before = seat_map(show.pk).seq
    assert hold_seats(show.pk, alice, ["A1"]) == first
    assert seat_map(show.pk).seq == before


def test_the_most_seats_are_counted_over_all_holds_of_a_person(show, alice, settings):
    settings.MAX_SEATS_PER_BOOKING = 3
    hold_seats(show.pk, alice, ["A1", "A2"])
    with pytest.raises(TooManySeats):
        hold_seats(show.pk, alice, ["B1", "B2"])
    hold_seats(show.pk, alice, ["B1"])


def test_nobody_frees_another_persons_seats(show, alice, bob):
    hold_seats(show.pk, alice, ["A1"])
    assert release_seats(show.pk, bob, ["A1"]) == []
    assert seat_map(show.pk).seats["A1"] == "held"


def test_release_frees_the_named_seats_and_leaves_the_rest(show, alice):
    hold_seats(show.pk, alice, ["A1", "A2"])
    assert release_seats(show.pk, alice, ["A1"]) == ["A1"]
    assert held_by(show.pk, alice) == ("A2",)
    assert release_seats(show.pk, alice) == ["A2"]
    assert release_seats(show.pk, alice) == []


def test_a_hold_whose_time_has_come_is_freed_by_the_sweep(show, alice):
    hold_seats(show.pk, alice, ["A1", "A2"])
    make_due(show.pk)
    assert expire_holds() == 2
    assert seat_map(show.pk).seats["A1"] == "available"
    assert expire_holds() == 0


def test_a_lock_past_its_time_counts_as_free_before_anyone_swept(show, alice, bob):
    hold_seats(show.pk, alice, ["A1"])
    make_due(show.pk)
    assert hold_seats(show.pk, bob, ["A1"]).seats == ("A1",)
    assert held_by(show.pk, alice) == ()


def test_a_lock_that_ended_early_counts_as_free(show, alice, bob, redis_server):
    hold_seats(show.pk, alice, ["A1", "A2"])
    redis_server.delete(f"seat_lock:{show.pk}:A1")
    assert hold_seats(show.pk, bob, ["A1"]).seats == ("A1",)
    assert held_by(show.pk, alice) == ("A2",)


@pytest.mark.parametrize("show_id", [0, -1, 999_999, 2**80])
def test_an_unknown_show_is_said_to_be_unknown(db, redis_server, alice, show_id):
    with pytest.raises(UnknownShow):
        hold_seats(show_id, alice, ["A1"])


def test_an_unknown_seat_is_named(show, alice):
    with pytest.raises(UnknownSeat) as refusal:
        hold_seats(show.pk, alice, ["A1", "Z99"])
    assert refusal.value.seats == ["Z99"]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "closed"},
        {"state": "cancelled"},
        {"state": "scheduled", "on_sale_at": timezone.now() + timedelta(days=1)},
        {"starts_at": timezone.now() - timedelta(minutes=1)},
    ],
)
def test_a_show_that_is_not_on_sale_takes_no_holds(show, alice, change):
    type(show).objects.filter(pk=show.pk).update(**change)
    with pytest.raises(ShowClosed):
        hold_seats(show.pk, alice, ["A1"])


def test_a_choice_that_leaves_a_lonely_seat_is_refused_where_the_house_asks_for_it(show, alice):
    hold_seats(show.pk, alice, ["A1"])  # the house does not ask yet
    type(show).objects.filter(pk=show.pk).update(refuse_single_seats=True)
    with pytest.raises(LeavesSingleSeat) as refusal:
        hold_seats(show.pk, alice, ["A3"])
    assert refusal.value.seats == ["A2"]
    hold_seats(show.pk, alice, ["A2"])
