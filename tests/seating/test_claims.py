"""From hold to pending claim to sold seat, and back."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from seating.errors import HoldExpired, SeatUnavailable
from seating.models import Claim
from seating.selectors import held_by, seat_map
from seating.services.blocks import block_seats, unblock_seats
from seating.services.claims import (
    abandon_hold,
    claim_hold,
    extend_hold,
    reopen_seats,
    secure_claims,
    sell_seats,
    unclaim_hold,
)
from seating.services.holds import expire_holds, hold_seats, release_seats
from tests.seating.steps import make_due, sell


def claim(show, owner, seats):
    hold_seats(show.pk, owner, seats)
    with transaction.atomic():
        return claim_hold(show.pk, owner)


def test_a_claimed_hold_takes_no_more_seats_and_the_next_lock_opens_another(show, alice):
    first = claim(show, alice, ["A1"])
    second = hold_seats(show.pk, alice, ["A2"])
    assert second.id != first.id
    assert second.seats == ("A2",)
    assert release_seats(show.pk, alice) == ["A2"]
    assert held_by(show.pk, alice) == ("A1",)


def test_without_an_open_hold_there_is_nothing_to_claim(show, alice):
    with pytest.raises(HoldExpired), transaction.atomic():
        claim_hold(show.pk, alice)


def test_a_booking_that_fails_gives_the_hold_back_open(show, alice):
    hold = hold_seats(show.pk, alice, ["A1"])
    with pytest.raises(RuntimeError), transaction.atomic():
        claim_hold(show.pk, alice)
        raise RuntimeError("the booking could not be written")
    unclaim_hold(show.pk, alice, hold.id)
    assert not Claim.objects.exclude(state=Claim.State.FREE).exists()
    assert release_seats(show.pk, alice) == ["A1"]


def test_extending_happens_once_and_moves_lock_and_claim(show, alice, settings, redis_server):
    settings.PAYMENT_WINDOW_SECONDS = 600
    hold = claim(show, alice, ["A1"])
    until = extend_hold(show.pk, alice, hold.id)
    assert timedelta(seconds=595) < until - timezone.now() <= timedelta(seconds=600)
    assert redis_server.ttl(f"seat_lock:{show.pk}:A1") > 590
    assert Claim.objects.get(seat="A1").deadline == until
    assert extend_hold(show.pk, alice, hold.id) == until


def test_no_hold_outlives_twenty_minutes_from_its_first_lock(show, alice, settings):
    settings.LONGEST_HOLD_SECONDS, settings.PAYMENT_WINDOW_SECONDS = 400, 600
    hold = claim(show, alice, ["A1"])
    until = extend_hold(show.pk, alice, hold.id)
    assert until - timezone.now() <= timedelta(seconds=400)


def test_extending_never_shortens(show, alice, settings):
    settings.PAYMENT_WINDOW_SECONDS = 1
    hold = claim(show, alice, ["A1"])
    assert extend_hold(show.pk, alice, hold.id) == hold.expires_at


def test_a_hold_that_ran_out_cannot_be_extended(show, alice):
    hold = claim(show, alice, ["A1"])
    make_due(show.pk)
    with pytest.raises(HoldExpired):
        extend_hold(show.pk, alice, hold.id)


def test_selling_twice_is_selling_once(show, alice):
    hold = claim(show, alice, ["A1", "A2"])
    for _ in range(2):
        with transaction.atomic():
            sell_seats(show.pk, alice, hold.id, hold.seats)
    assert Claim.objects.filter(state=Claim.State.SOLD).count() == 2
    assert seat_map(show.pk).seats["A1"] == "sold"


def test_a_sale_that_rolls_back_is_never_seen(show, alice):
    hold = claim(show, alice, ["A1"])
    with pytest.raises(RuntimeError), transaction.atomic():
        sell_seats(show.pk, alice, hold.id, hold.seats)
        raise RuntimeError("the ticket could not be written")
    assert seat_map(show.pk).seats["A1"] == "held"


def test_giving_up_frees_pending_seats_and_leaves_sold_ones(show, alice):
    pending, sold = claim(show, alice, ["A1"]), sell(show.pk, alice, ["B1"])
    assert abandon_hold(show.pk, alice, pending.id) == ["A1"]
    assert abandon_hold(show.pk, alice, sold) == []
    assert seat_map(show.pk).seats["A1"] == "available"
    assert seat_map(show.pk).seats["B1"] == "sold"


def test_a_late_payment_takes_its_seats_back_while_they_are_free(show, alice):
    hold = claim(show, alice, ["A1"])
    make_due(show.pk)
    expire_holds()
    Claim.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    with transaction.atomic():
        secure_claims(show.pk, alice, hold.id, ["A1"], timezone.now() + timedelta(minutes=3))
    assert seat_map(show.pk).seats["A1"] == "held"
    with transaction.atomic():
        sell_seats(show.pk, alice, hold.id, ["A1"])
    assert seat_map(show.pk).seats["A1"] == "sold"


def test_a_late_payment_does_not_take_what_another_has(show, alice, bob):
    hold = claim(show, alice, ["A1", "A2"])
    make_due(show.pk)
    Claim.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    claim(show, bob, ["A2"])
    with pytest.raises(SeatUnavailable) as refusal, transaction.atomic():
        secure_claims(show.pk, alice, hold.id, ["A1", "A2"], timezone.now() + timedelta(minutes=3))
    assert refusal.value.seats == ["A2"]
    assert Claim.objects.get(seat="A2").owner == bob


def test_reopening_frees_only_seats_of_that_hold(show, alice, bob):
    hers, his = sell(show.pk, alice, ["A1"]), sell(show.pk, bob, ["A2"])
    with transaction.atomic():
        reopen_seats(show.pk, hers, ["A1", "A2"])
    seats = seat_map(show.pk).seats
    assert (seats["A1"], seats["A2"]) == ("available", "sold")
    assert his


def test_blocking_is_all_or_none_and_keeps_its_reason(show, alice):
    hold_seats(show.pk, alice, ["A1"])
    with pytest.raises(SeatUnavailable) as refusal:
        block_seats(show.pk, ["A1", "A2"], "user_1", "broken")
    assert refusal.value.seats == ["A1"]
    block_seats(show.pk, ["A2"], "user_1", "broken arm rest")
    assert Claim.objects.get(seat="A2").reason == "broken arm rest"
    assert unblock_seats(show.pk, ["A2", "A3"]) == ["A2"]
    assert seat_map(show.pk).seats["A2"] == "available"
