"""A seat's public id is row + number, prefixed with the zone where two zones would have the same id."""

import copy

import pytest

from cinema.plans import PlanError, read_plan
from tests.factories import plan_file


def two_zones(first: str | None, second: str | None, rows: dict[str, int] | None = None):
    """The same rows in two zones of these names."""
    plan = plan_file(rows or {"A": 2})
    again = copy.deepcopy(plan["zones"][0])
    for zone, name, place in ((plan["zones"][0], first, "one"), (again, second, "two")):
        zone.pop("name")
        if name is not None:
            zone["name"] = name
        for row in zone["rows"]:
            for seat in row["seats"]:
                seat["seat_guid"] = f"{place}-{seat['seat_guid']}"
    plan["zones"].append(again)
    return plan


def ids(plan) -> list[str]:
    return [seat["id"] for seat in read_plan(plan).layout["seats"]]


def test_row_and_number_are_joined():
    assert ids(plan_file({"A": 2, "BB": 1})) == ["A1", "A2", "BB1"]


def test_zones_that_share_an_id_prefix_all_their_seats():
    assert ids(two_zones("Stalls", "Balcony")) == ["Stalls-A1", "Stalls-A2", "Balcony-A1", "Balcony-A2"]


def test_the_rows_of_two_such_zones_have_different_names_too():
    seats = read_plan(two_zones("Stalls", "Left Balcony")).layout["seats"]
    assert [(seat["row"], seat["number"]) for seat in seats[1:3]] == [("Stalls A", "2"), ("Left Balcony A", "1")]
    assert seats[2]["id"] == "Left-Balcony-A1"


def test_zones_without_shared_ids_are_not_in_the_ids():
    plan = two_zones("Left", "Right")
    for number, seat in enumerate(plan["zones"][1]["rows"][0]["seats"], start=3):
        seat["seat_number"] = str(number)
    assert ids(plan) == ["A1", "A2", "A3", "A4"]


def test_only_zones_that_share_an_id_become_prefixes():
    plan = two_zones("Stalls", "Balcony")
    box = copy.deepcopy(plan["zones"][0]) | {"name": "Box"}
    box["rows"][0]["row_number"] = "X"
    for seat in box["rows"][0]["seats"]:
        seat["seat_guid"] += "-box"
    plan["zones"].append(box)
    assert ids(plan)[-2:] == ["X1", "X2"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Hall", "Hall"), ["Hall1-A1", "Hall2-A1"]),
        ((None, None), ["Zone1-A1", "Zone2-A1"]),
        (("", "Balcony"), ["Zone-A1", "Balcony-A1"]),
        (("First balcony, left of the stage", "Pit"), ["First-balcony-le-A1", "Pit-A1"]),
        (("First balcony, left", "First balcony, lean"), ["First-balcony-le1-A1", "First-balcony-le2-A1"]),
    ],
)
def test_zones_without_a_name_of_their_own_are_counted(names, expected):
    plan = two_zones(*names, rows={"A": 1})
    assert ids(plan) == expected


def test_numbered_rows_that_would_collide_get_a_hyphen():
    assert ids(plan_file({"1": 12, "11": 2}))[10:] == ["1-11", "1-12", "11-1", "11-2"]


def test_numbered_rows_that_do_not_collide_get_none():
    assert ids(plan_file({"1": 2, "2": 2})) == ["11", "12", "21", "22"]


def test_blanks_and_odd_characters_become_hyphens():
    plan = plan_file({" Row / A ": 1, "B:C": 1})
    seats = read_plan(plan).layout["seats"]
    assert [seat["id"] for seat in seats] == ["Row-A1", "B-C1"]
    assert seats[0]["row"] == "Row / A"


def test_unnumbered_seats_are_counted_along_their_row():
    plan = plan_file({"A": 3})
    for seat in plan["zones"][0]["rows"][0]["seats"]:
        seat["seat_number"] = " "
    assert ids(plan) == ["A1", "A2", "A3"]


def test_a_row_without_a_name_leaves_the_number():
    assert ids(plan_file({"": 2})) == ["1", "2"]


def test_one_row_may_be_drawn_in_two_halves():
    plan = plan_file({"A": 4})
    row = plan["zones"][0]["rows"][0]
    plan["zones"][0]["rows"].append({**row, "seats": row["seats"][2:]})
    row["seats"] = row["seats"][:2]
    assert ids(plan) == ["A1", "A2", "A3", "A4"]


def test_a_seat_without_a_letter_or_digit_is_refused():
    plan = plan_file({"*": 1})
    plan["zones"][0]["rows"][0]["seats"][0]["seat_number"] = "!"
    with pytest.raises(PlanError, match="no letters or digits"):
        read_plan(plan)
