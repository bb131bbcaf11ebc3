"""The state machine, walked: every verb from every state does what the table in `seating.states` says."""

import pytest

from seating.errors import SeatingError
from seating.selectors import seat_map
from seating.services.holds import hold_seats
from seating.states import MOVES, SeatState
from tests.seating.steps import bring_to, perform

STATES = list(SeatState)


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("before", STATES)
def test_a_verb_moves_a_seat_as_the_table_says_or_leaves_it(show, alice, verb, before):
    bring_to(before, show.pk, alice, "B2")
    perform(verb, show.pk, alice, "B2")
    after = seat_map(show.pk).seats["B2"]
    assert after == MOVES[verb].get(before, before)


@pytest.mark.parametrize("before", [SeatState.HELD, SeatState.SOLD, SeatState.BLOCKED])
def test_what_another_person_has_cannot_be_held(show, alice, bob, before):
    bring_to(before, show.pk, alice, "B2")
    with pytest.raises(SeatingError) as refusal:
        hold_seats(show.pk, bob, ["B1", "B2"])
    assert refusal.value.code == "seat_unavailable"
    assert refusal.value.seats == ["B2"]
    assert seat_map(show.pk).seats["B1"] == "available"
