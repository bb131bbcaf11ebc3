"""The state machine: every verb from every state does what the table in `seating.states` says."""

import pytest
from django.db import transaction

from seating import scripts, store
from seating.errors import SeatingError, SeatUnavailable
from seating.selectors import seat_map
from seating.services.blocks import block_seats
from seating.services.claims import claim_hold, sell_seats
from seating.services.execute import run_built
from seating.services.holds import hold_seats
from seating.states import VERBS, SeatState
from tests.seating.steps import bring_to, call_service, make_due, run_script

NOT_VERBS = {"_show", "rebuild", "snapshot"}  # what all share, the correction, the reading


def test_every_script_is_in_the_table():
    folder = scripts._HERE
    assert {path.stem for path in folder.glob("*.lua")} - NOT_VERBS == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("before", SeatState)
def test_a_script_does_from_every_state_what_the_table_says(show, alice, verb, before):
    bring_to(before, show.pk, alice, "B2")
    seq = seat_map(show.pk).seq
    run_script(verb, show.pk, alice, "B2")
    after = seat_map(show.pk)
    assert after.seats["B2"] == VERBS[verb].script.get(before, before)
    assert after.seq - seq == (1 if before in VERBS[verb].script else 0)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("before", SeatState)
def test_a_service_does_from_every_state_what_the_table_says(show, alice, verb, before):
    bring_to(before, show.pk, alice, "B2")
    call_service(verb, show.pk, alice, "B2")
    assert seat_map(show.pk).seats["B2"] == VERBS[verb].after(before)


@pytest.mark.parametrize("verb", ["release", "book", "extend"])
def test_a_script_for_the_holder_alone_does_nothing_for_another_person(show, alice, bob, verb):
    bring_to(SeatState.HELD, show.pk, alice, "B2")
    before = store.read_snapshot(run_built(store.snapshot(show.pk)))
    run_script(verb, show.pk, bob, "B2")
    assert store.read_snapshot(run_built(store.snapshot(show.pk))) == before


@pytest.mark.parametrize("before", [SeatState.HELD, SeatState.SOLD, SeatState.BLOCKED])
def test_what_another_person_has_cannot_be_held(show, alice, bob, before):
    bring_to(before, show.pk, alice, "B2")
    with pytest.raises(SeatingError) as refusal:
        hold_seats(show.pk, bob, ["B1", "B2"])
    assert refusal.value.code == "seat_unavailable"
    assert refusal.value.seats == ["B2"]
    assert seat_map(show.pk).seats["B1"] == "available"


@pytest.fixture
def claimed_and_forgotten(show, alice):
    """A seat that alice is paying for, and that Redis has freed already: the hold that is claimed."""
    hold_seats(show.pk, alice, ["B2"])
    with transaction.atomic():
        hold = claim_hold(show.pk, alice)
    make_due(show.pk)
    run_built(store.expire(show.pk))
    assert seat_map(show.pk).seats["B2"] == "available"
    return hold


def test_a_committed_sale_is_followed_over_a_block_that_redis_had_granted(show, alice, claimed_and_forgotten):
    """Why `sell.lua` sells a blocked seat: `block_seats` asks Redis first, and PostgreSQL has not refused it yet."""
    run_built(store.block(show.pk, ["B2"]))
    assert seat_map(show.pk).seats["B2"] == "blocked"
    with transaction.atomic():
        sell_seats(show.pk, alice, claimed_and_forgotten.id, ["B2"])
    assert seat_map(show.pk).seats["B2"] == "sold"
    with pytest.raises(SeatUnavailable):
        block_seats(show.pk, ["B2"], "user_1", "broken")


def test_a_committed_sale_is_followed_over_a_hold_that_redis_had_granted_to_another(
    show, alice, bob, claimed_and_forgotten
):
    hold_seats(show.pk, bob, ["B2"])
    with transaction.atomic():
        sell_seats(show.pk, alice, claimed_and_forgotten.id, ["B2"])
    now = store.read_snapshot(run_built(store.snapshot(show.pk)))
    assert (now.states["B2"], now.holds) == ("s", {})


def test_the_claims_are_what_keeps_a_blocked_seat_from_being_sold(show, alice):
    """The guard of `sell`, and the same without it."""
    block_seats(show.pk, ["B2"], "user_1", "broken")
    with pytest.raises(SeatUnavailable), transaction.atomic():
        sell_seats(show.pk, alice, "any", ["B2"])
    assert seat_map(show.pk).seats["B2"] == "blocked"
    run_script("sell", show.pk, alice, "B2")
    assert seat_map(show.pk).seats["B2"] == "sold"
