"""Losing Redis loses holds at the most: sold, blocked and pending seats come back from PostgreSQL."""

import pytest
from django.db import transaction

from seating import store
from seating.errors import SeatUnavailable
from seating.models import Claim
from seating.selectors import held_by, seat_map
from seating.services.blocks import block_seats
from seating.services.claims import claim_hold, secure_claims, sell_seats
from seating.services.holds import hold_seats
from seating.services.reconcile import reconcile_show, shows_to_reconcile
from tests.seating.steps import sell


def test_after_a_flush_sold_and_blocked_seats_are_as_before_under_a_new_epoch(show, alice, redis_server):
    sell(show.pk, alice, ["A1", "A2"])
    block_seats(show.pk, ["B1"], "user_1", "broken")
    hold_seats(show.pk, alice, ["C1"])
    before = seat_map(show.pk)
    redis_server.flushdb()
    after = seat_map(show.pk)
    assert after.epoch != before.epoch
    assert after.seats["A1"] == after.seats["A2"] == "sold"
    assert after.seats["B1"] == "blocked"
    assert after.seats["C1"] == "available"


def test_after_a_flush_a_booking_in_progress_still_holds_its_seats(show, alice, bob, redis_server):
    hold_seats(show.pk, alice, ["A1", "A2"])
    with transaction.atomic():
        hold = claim_hold(show.pk, alice)
    redis_server.flushdb()
    with pytest.raises(SeatUnavailable):
        hold_seats(show.pk, bob, ["A2"])
    assert set(held_by(show.pk, alice)) == {"A1", "A2"}
    with transaction.atomic():
        sell_seats(show.pk, alice, hold.id, hold.seats)
    assert seat_map(show.pk).seats["A1"] == "sold"


def test_a_hold_lost_with_redis_and_taken_by_another_is_never_sold_twice(show, alice, bob, redis_server):
    hold_seats(show.pk, alice, ["A1"])
    with transaction.atomic():
        theirs = claim_hold(show.pk, alice)
    Claim.objects.update(deadline=None, state=Claim.State.FREE)  # alice's claim ran out and was given up
    redis_server.flushdb()
    hold_seats(show.pk, bob, ["A1"])
    with transaction.atomic():
        claim_hold(show.pk, bob)
    with pytest.raises(SeatUnavailable), transaction.atomic():
        secure_claims(show.pk, alice, theirs.id, ["A1"], theirs.expires_at)
    with pytest.raises(SeatUnavailable), transaction.atomic():
        sell_seats(show.pk, alice, theirs.id, ["A1"])


def test_reconcile_corrects_a_sale_that_redis_never_heard_of(show, alice):
    seat_map(show.pk)
    Claim.objects.create(show=show, seat="A1", state=Claim.State.SOLD, owner=alice, hold="x")
    assert seat_map(show.pk).seats["A1"] == "available"
    assert shows_to_reconcile() == [show.pk]
    assert reconcile_show(show.pk)
    assert seat_map(show.pk).seats["A1"] == "sold"


def test_a_show_too_busy_to_be_read_calmly_still_gets_its_sales_right(show, alice, bob, monkeypatch):
    hold = sell(show.pk, bob, ["B1"])
    Claim.objects.create(show=show, seat="A1", state=Claim.State.SOLD, owner=alice, hold="x")
    Claim.objects.filter(seat="B1").update(state=Claim.State.FREE, owner="", hold="")
    monkeypatch.setattr("seating.store.rebuild", lambda *_: store.Command("rebuild", show.pk, ("e", "-1", "{}")))
    assert reconcile_show(show.pk) is False
    seats = seat_map(show.pk).seats
    assert (seats["A1"], seats["B1"]) == ("sold", "available")
    assert hold


def test_reconcile_leaves_the_holds_of_people_who_are_still_choosing(show, alice):
    hold_seats(show.pk, alice, ["A1"])
    assert reconcile_show(show.pk)
    assert held_by(show.pk, alice) == ("A1",)


def test_redis_believing_a_sold_seat_free_does_not_sell_it_again(show, alice, bob, redis_server):
    sell(show.pk, alice, ["A1"])
    redis_server.hdel(f"show:{show.pk}:seats", "A1")
    hold_seats(show.pk, bob, ["A1"])
    with pytest.raises(SeatUnavailable), transaction.atomic():
        claim_hold(show.pk, bob)
    assert seat_map(show.pk).seats["A1"] == "sold"
