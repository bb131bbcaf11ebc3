"""Seats offered to somebody who waited: a hold of its own, in Redis and in PostgreSQL from the start."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from seating.errors import SeatUnavailable, ShowClosed, TooManySeats, UnknownSeat
from seating.models import Claim
from seating.selectors import held_by, seat_map
from seating.services.claims import abandon_hold, claim_hold, extend_hold
from seating.services.holds import expire_holds, hold_seats, release_seats
from seating.services.offers import offer_seats
from tests.seating.steps import make_due


def offer(show, owner, seats, seconds=600):
    with transaction.atomic():
        return offer_seats(show.pk, owner, seats, seconds)


def states(show):
    return seat_map(show.pk).seats


def test_offered_seats_are_held_and_claimed_for_as_long_as_was_said(show, alice, redis_server):
    hold = offer(show, alice, ["A1", "A2"], 900)
    assert timedelta(seconds=890) < hold.expires_at - timezone.now() <= timedelta(seconds=900)
    assert redis_server.ttl(f"seat_lock:{show.pk}:A1") > 880
    claims = Claim.objects.filter(hold=hold.id)
    assert {(claim.seat, claim.state, claim.deadline) for claim in claims} == {
        ("A1", "pending", hold.expires_at),
        ("A2", "pending", hold.expires_at),
    }


def test_nobody_else_can_take_them_and_no_tab_adds_to_them_or_frees_them(show, alice, bob):
    hold = offer(show, alice, ["A1", "A2"])
    with pytest.raises(SeatUnavailable):
        hold_seats(show.pk, bob, ["A1"])
    other = hold_seats(show.pk, alice, ["B1"])
    assert (other.id != hold.id, other.seats) == (True, ("B1",))
    assert release_seats(show.pk, alice) == ["B1"]
    assert set(held_by(show.pk, alice)) == {"A1", "A2"}


def test_an_open_hold_of_the_same_person_stays_what_it_is(show, alice):
    mine = hold_seats(show.pk, alice, ["B1"])
    hold = offer(show, alice, ["A1"])
    assert hold.seats == ("A1",)
    with transaction.atomic():
        claimed = claim_hold(show.pk, alice)
    assert (claimed.id, claimed.seats) == (mine.id, ("B1",))


def test_an_offer_is_all_or_none(show, alice, bob):
    hold_seats(show.pk, bob, ["A2"])
    with pytest.raises(SeatUnavailable) as refused:
        offer(show, alice, ["A1", "A2", "A3"])
    assert refused.value.seats == ["A2"]
    assert (states(show)["A1"], states(show)["A3"]) == ("available", "available")


def test_the_limit_per_person_counts_what_they_hold_already(show, alice, settings):
    settings.MAX_SEATS_PER_BOOKING = 3
    hold_seats(show.pk, alice, ["B1", "B2"])
    with pytest.raises(TooManySeats):
        offer(show, alice, ["A1", "A2"])
    assert states(show)["A1"] == "available"


def test_a_seat_sold_behind_redis_is_not_offered_and_the_map_is_corrected(show, alice):
    seat_map(show.pk)
    Claim.objects.create(show=show, seat="A1", state=Claim.State.SOLD, owner="user_1")
    with pytest.raises(SeatUnavailable):
        offer(show, alice, ["A1", "A2"])
    assert (states(show)["A1"], states(show)["A2"]) == ("sold", "available")


def test_a_transaction_that_fails_and_is_abandoned_leaves_nothing(show, alice):
    hold = None
    with pytest.raises(RuntimeError), transaction.atomic():
        hold = offer_seats(show.pk, alice, ["A1"], 600)
        raise RuntimeError("the offer could not be written down")
    abandon_hold(show.pk, alice, hold.id)
    assert states(show)["A1"] == "available"
    assert not Claim.objects.exclude(state="free").exists()


def test_no_seats_of_a_closed_show_and_no_invented_ones(show, alice):
    with pytest.raises(UnknownSeat):
        offer(show, alice, ["Z9"])
    show.state = "closed"
    show.save()
    with pytest.raises(ShowClosed):
        offer(show, alice, ["A1"])


def test_an_offer_survives_the_loss_of_redis_and_can_still_be_extended_once(show, alice, redis_server, settings):
    """Longer than a usual hold, it must not come back as one that has used up its extension."""
    settings.SEAT_HOLD_SECONDS, settings.PAYMENT_WINDOW_SECONDS = 60, 600
    hold = offer(show, alice, ["A1"], 300)
    redis_server.flushdb()
    assert states(show)["A1"] == "held"
    assert held_by(show.pk, alice) == ("A1",)
    until = extend_hold(show.pk, alice, hold.id)
    assert until - timezone.now() > timedelta(seconds=590)
    redis_server.flushdb()
    assert extend_hold(show.pk, alice, hold.id) == until


def test_an_offer_that_nobody_takes_runs_out_like_any_hold(show, alice, bob):
    hold = offer(show, alice, ["A1"])
    make_due(show.pk)
    assert expire_holds() == 1
    Claim.objects.filter(hold=hold.id).update(deadline=timezone.now() - timedelta(seconds=1))
    hold_seats(show.pk, bob, ["A1"])
    with transaction.atomic():
        assert claim_hold(show.pk, bob).seats == ("A1",)
