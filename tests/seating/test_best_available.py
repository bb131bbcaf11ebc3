"""The seats we would choose ourselves: together, near the middle, couples whole, no lonely seat left."""

import pytest

from cinema.plans.halls import Hall
from seating.best import choose


def make_hall(rows=6, seats=10, couples=(), wheelchairs=(), aisle_after=None):
    places = []
    for row in range(rows):
        letter = chr(65 + row)
        for number in range(1, seats + 1):
            id = f"{letter}{number}"
            gap = 40 if aisle_after and number > aisle_after else 0
            places.append(
                {"id": id, "row": letter, "number": str(number), "x": number * 20.0 + gap, "y": row * 25.0}
                | {"tier": "Prime" if row > 2 else "Classic", "wheelchair": id in wheelchairs, "companion": False}
                | {"couple": dict(couples).get(id)}
            )
    return Hall(places)


def everything(hall):
    return set(hall.ids)


def test_a_party_sits_together_near_the_middle_two_thirds_back():
    hall = make_hall()
    seats, adjacent = choose(hall, everything(hall), 2)
    assert adjacent
    assert seats == ["D5", "D6"]


def test_an_aisle_separates():
    hall = make_hall(rows=1, seats=4, aisle_after=2)
    seats, adjacent = choose(hall, everything(hall), 3)
    assert not adjacent
    assert len(seats) == 3


def test_no_seat_is_left_alone_while_there_is_another_choice():
    hall = make_hall(rows=1, seats=5)
    seats, _ = choose(hall, everything(hall), 2)
    rest = [seat for seat in hall.ids if seat not in seats]
    assert rest in (["A1", "A2", "A3"], ["A3", "A4", "A5"])


def test_a_tier_can_be_asked_for():
    hall = make_hall()
    seats, _ = choose(hall, everything(hall), 3, tier="Classic")
    assert all(hall.seats[seat]["tier"] == "Classic" for seat in seats)


def test_couples_stay_whole():
    hall = make_hall(rows=1, seats=4, couples=[("A1", "A2"), ("A2", "A1"), ("A3", "A4"), ("A4", "A3")])
    assert choose(hall, everything(hall), 2)[0] in (["A1", "A2"], ["A3", "A4"])
    assert choose(hall, everything(hall), 3) == ([], False)


def test_wheelchair_places_are_kept_for_those_who_ask():
    hall = make_hall(rows=1, seats=4, wheelchairs=["A2"])
    assert "A2" not in choose(hall, everything(hall), 2)[0]
    assert "A2" in choose(hall, everything(hall), 2, accessible=True)[0]


@pytest.mark.parametrize("count", [1, 5, 60])
def test_only_free_seats_are_offered_and_none_when_too_few(count):
    hall = make_hall()
    free = {"A1", "B2", "C3", "D4", "E5"}
    seats, _ = choose(hall, free, count)
    assert set(seats) <= free
    assert len(seats) == (count if count <= 5 else 0)
