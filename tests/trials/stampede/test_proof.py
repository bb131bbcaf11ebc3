"""The proof's verdicts on made-up evidence."""

import math

import pytest

from trials.stampede.ledger import Grant, Ledger
from trials.stampede.proof import (
    FreshMap,
    is_on,
    is_wrong,
    seats_granted_twice,
    seats_sold_twice,
    sold_seats_not_sold,
    viewers_on_another_map,
)

SEATS = ["A1", "A2", "A3"]
FRESH = FreshMap("e", 7, b"ahs")


def granted(holder, answered, ends=math.inf, seats=("A1",), **more):
    return Grant(holder, tuple(seats), answered - 0.1, answered, ends, **more)


def ledger_of(*grants, losses=()):
    ledger = Ledger()
    for grant in grants:
        ledger.note_grant(grant)
    for loss in losses:
        ledger.note_loss(loss, "new epoch")
    return ledger


class Looker:
    def __init__(self, states=b"ahs", seq=7, epoch="e", on_map=True):
        self.name, self.states, self.seq, self.epoch, self.on_map = "viewer 4", bytearray(states), seq, epoch, on_map
        self.last_close = 4429


def test_a_seat_granted_to_bob_while_alice_has_it_is_named():
    [sentence] = seats_granted_twice(ledger_of(granted("Alice", 10, 310), granted("Bob", 12, 312)))
    assert sentence == "seat A1: the site had given it to Alice and gave it to Bob 2.000 s later"


def test_the_order_of_the_evidence_does_not_matter():
    assert len(seats_granted_twice(ledger_of(granted("Bob", 12, 312), granted("Alice", 10, 310)))) == 1


def test_one_seat_of_several_is_enough():
    both = ledger_of(granted("Alice", 10, seats=("A1", "A2")), granted("Bob", 11, seats=("A2", "A3")))
    assert [sentence[:8] for sentence in seats_granted_twice(both)] == ["seat A2:"]


@pytest.mark.parametrize(
    ("alice", "bob"),
    [
        (granted("Alice", 10, ends=11), granted("Bob", 12)),  # given back before
        (granted("Alice", 10), granted("Alice", 12)),  # the same person
        (granted("Alice", 10, seats=("A2",)), granted("Bob", 12)),  # another seat
        (granted("Alice", 10, ends=400, booked=11, claim_ends=20), granted("Bob", 21)),  # the booking was over
    ],
)
def test_what_does_not_overlap_is_no_fault(alice, bob):
    assert seats_granted_twice(ledger_of(alice, bob)) == []


def test_a_booking_keeps_its_seats_beyond_the_hold():
    alice = granted("Alice", 10, ends=15, booked=12, claim_ends=600)
    assert seats_granted_twice(ledger_of(alice, granted("Bob", 20)))


def test_a_sold_seat_is_never_free_again():
    alice = granted("Alice", 10, ends=15, booked=12, claim_ends=600, sold=14)
    [sentence] = seats_granted_twice(ledger_of(alice, granted("Bob", 9000)))
    assert "had sold it to Alice" in sentence


def test_a_late_payment_may_take_a_seat_again_that_was_free_meanwhile():
    alice = granted("Alice", 10, booked=11, claim_ends=20, sold=40)
    assert seats_granted_twice(ledger_of(alice, granted("Bob", 25, ends=30))) == []
    assert seats_granted_twice(ledger_of(alice, granted("Bob", 25, ends=50)))


def test_a_hold_lost_with_redis_may_be_granted_again():
    assert seats_granted_twice(ledger_of(granted("Alice", 10, 310), granted("Bob", 22, 322), losses=[20])) == []


def test_a_loss_explains_nothing_that_was_granted_after_it():
    assert seats_granted_twice(ledger_of(granted("Alice", 40, 340), granted("Bob", 42, 342), losses=[20]))


def test_a_loss_does_not_explain_a_sold_seat_given_away_later():
    alice = granted("Alice", 10, booked=11, claim_ends=600, sold=12)
    assert seats_granted_twice(ledger_of(alice, granted("Bob", 25), losses=[20])) == []  # Redis may not know yet
    assert seats_granted_twice(ledger_of(alice, granted("Bob", 60), losses=[20]))


def test_a_loss_never_explains_two_bookings():
    alice = granted("Alice", 10, booked=11, claim_ends=600)
    bob = granted("Bob", 22, booked=23, claim_ends=600)
    assert seats_granted_twice(ledger_of(alice, bob, losses=[20]))


def test_tickets_of_two_bookings_for_one_seat_are_named():
    ledger = ledger_of()
    ledger.note_tickets("x1", ["A1", "A2"])
    ledger.note_tickets("x2", ["A2"])
    assert seats_sold_twice(ledger) == ["seat A2: tickets were made for bookings x1 and x2"]


def test_a_ticket_whose_seat_is_not_sold_on_the_map_is_named():
    ledger = ledger_of()
    ledger.note_tickets("x1", ["A3", "A1"])
    index = {seat: place for place, seat in enumerate(SEATS)}
    assert sold_seats_not_sold(ledger, FRESH, index) == [
        "seat A1: booking x1 has its ticket, and the map calls it available"
    ]


def test_a_viewer_on_the_fresh_map_is_no_fault():
    assert is_on(Looker(), FRESH)
    assert viewers_on_another_map([Looker()], FRESH, SEATS) == []


@pytest.mark.parametrize(
    ("viewer", "said"),
    [
        (Looker(states=b"aas"), "viewer 4: calls seat A2 available, a fresh snapshot held (seq 7, fresh 7)"),
        (Looker(seq=6), "viewer 4: is at seq 6, a fresh snapshot at 7"),
        (Looker(epoch="d"), "viewer 4: is in epoch d, a fresh snapshot in e"),
        (Looker(on_map=False), "viewer 4: has no map (last closed with 4429)"),
    ],
)
def test_a_viewer_on_a_wrong_map_is_named(viewer, said):
    assert viewers_on_another_map([Looker(), viewer], FRESH, SEATS) == [said]


def test_only_a_viewer_at_the_same_place_is_wrong_for_good():
    assert is_wrong(Looker(states=b"aas"), FRESH)
    assert not is_wrong(Looker(states=b"aas", seq=6), FRESH)


def test_the_clocks_difference_is_never_taken_for_too_much():
    ledger = Ledger()
    for server_now, now in ((1000.0, 10.2), (1001.0, 11.05), (1002.0, 12.3)):  # read late by 0.2, 0.05 and 0.3 s
        ledger.note_server_time(server_now, now)
    assert ledger.our_time(1010.0) <= 20.05 - 0.05
