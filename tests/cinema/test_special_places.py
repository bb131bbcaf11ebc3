"""Wheelchair, companion and couple places, by the category's name or by the seat's own property."""

from cinema.plans import read_plan
from tests.factories import plan_file


def couples(plan) -> dict[str, str]:
    return {seat["id"]: seat["couple"] for seat in read_plan(plan).layout["seats"] if seat["couple"]}


def row_of_couples(xs: list[int]):
    plan = plan_file({"A": 2, "L": len(xs)}, categories={"A": "Classic", "L": "Couple sofa"})
    for seat, x in zip(plan["zones"][0]["rows"][1]["seats"], xs, strict=True):
        seat["position"]["x"] = x
    return plan


def test_a_couple_category_pairs_neighbours_in_twos_and_both_ways():
    assert couples(row_of_couples([0, 30, 60, 90])) == {"L1": "L2", "L2": "L1", "L3": "L4", "L4": "L3"}


def test_pairs_do_not_span_an_aisle():
    assert couples(row_of_couples([0, 30, 200, 230])) == {"L1": "L2", "L2": "L1", "L3": "L4", "L4": "L3"}
    paired = couples(row_of_couples([0, 30, 60, 90, 300, 330]))
    assert paired["L5"] == "L6"


def test_seats_are_paired_in_order_if_an_aisle_would_leave_one_without_a_partner():
    assert couples(row_of_couples([0, 100, 130, 230])) == {"L1": "L2", "L2": "L1", "L3": "L4", "L4": "L3"}


def test_the_last_of_an_odd_number_has_no_partner():
    assert couples(row_of_couples([0, 30, 60])) == {"L1": "L2", "L2": "L1"}


def test_another_category_between_two_couple_seats_keeps_them_apart():
    plan = row_of_couples([0, 30, 60])
    plan["zones"][0]["rows"][1]["seats"][1]["category"] = "Classic"
    assert couples(plan) == {}


def test_a_seat_may_name_its_partner_by_id_or_guid_from_one_side_only():
    plan = plan_file({"A": 4})
    seats = plan["zones"][0]["rows"][0]["seats"]
    seats[0]["housefull"] = {"couple": "A3"}
    seats[1]["housefull"] = {"couple": seats[3]["seat_guid"]}
    assert couples(plan) == {"A1": "A3", "A3": "A1", "A2": "A4", "A4": "A2"}


def test_named_partners_take_precedence_over_the_category():
    plan = row_of_couples([0, 30, 60, 90])
    plan["zones"][0]["rows"][1]["seats"][0]["housefull"] = {"couple": "L4"}
    assert couples(plan) == {"L1": "L4", "L4": "L1", "L2": "L3", "L3": "L2"}


def test_wheelchair_and_companion_places_by_their_category():
    plan = plan_file(
        {"A": 1, "B": 1, "C": 1, "D": 1},
        categories={"A": "Classic", "B": "WHEELCHAIR", "C": "Companion", "D": "Wheelchair companion"},
    )
    flags = [(seat["wheelchair"], seat["companion"]) for seat in read_plan(plan).layout["seats"]]
    assert flags == [(False, False), (True, False), (False, True), (False, True)]


def test_wheelchair_and_companion_places_by_the_seats_own_property():
    plan = plan_file({"A": 3})
    seats = plan["zones"][0]["rows"][0]["seats"]
    seats[0]["housefull"] = {"wheelchair": True}
    seats[1]["housefull"] = {"companion": True, "wheelchair": False}
    flags = [(seat["wheelchair"], seat["companion"]) for seat in read_plan(plan).layout["seats"]]
    assert flags == [(True, False), (False, True), (False, False)]
    assert {seat["tier"] for seat in read_plan(plan).layout["seats"]} == {"Classic"}
