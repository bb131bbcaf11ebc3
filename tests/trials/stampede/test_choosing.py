"""Buyers want seats side by side, in one row, couples' places in twos, and only free ones."""

from trials.stampede.choosing import choose_seats
from trials.stampede.target import Seat

ROW_A = [Seat(f"A{number}", "A", None) for number in range(1, 5)]
ROW_B = [Seat("B1", "B", "B2"), Seat("B2", "B", "B1"), Seat("B3", "B", None)]
HALL = ROW_A + ROW_B


def test_neighbours_from_the_starting_place_on():
    assert choose_seats(HALL, bytearray(b"aaaaaaa"), 2, 1) == ["A2", "A3"]


def test_taken_seats_are_passed_over():
    assert choose_seats(HALL, bytearray(b"ahaaaaa"), 2, 0) == ["A3", "A4"]


def test_a_party_does_not_reach_into_the_next_row():
    assert choose_seats(HALL, bytearray(b"hhhahha"), 2, 0) == ["A4"]


def test_a_couples_place_is_taken_whole_or_not_at_all():
    assert choose_seats(HALL, bytearray(b"hhhhaaa"), 1, 0) == ["B1", "B2"]
    assert choose_seats(HALL, bytearray(b"hhhhasa"), 1, 0) == ["B3"]


def test_a_full_house_offers_nothing():
    assert choose_seats(HALL, bytearray(b"hhsbhhs"), 1, 3) == []
