"""Invalid plans are refused, and the error names the place."""

import json
from typing import Any

import pytest

from cinema.plans import LARGEST_FILE, PlanError, read_plan
from tests.factories import plan_file


def seat(plan: dict[str, Any], row: int = 0, number: int = 0) -> dict[str, Any]:
    return plan["zones"][0]["rows"][row]["seats"][number]


def refusal(data: Any) -> PlanError:
    with pytest.raises(PlanError) as caught:
        read_plan(data)
    return caught.value


def test_a_duplicate_seat_id_names_both_places():
    plan = plan_file()
    seat(plan, 1, 2)["seat_guid"] = seat(plan, 0, 4)["seat_guid"]
    error = refusal(plan)
    assert error.place == "zones[0].rows[1].seats[2]"
    assert "zones[0].rows[0].seats[4]" in error.reason
    assert str(error).startswith("zones[0].rows[1].seats[2]: ")


def test_a_duplicate_row_and_number_in_one_zone_is_refused():
    plan = plan_file()
    seat(plan, 0, 5)["seat_number"] = "3"
    error = refusal(plan)
    assert error.place == "zones[0].rows[0].seats[5]"
    assert "A3" in error.reason and "zones[0].rows[0].seats[2]" in error.reason


def test_an_unknown_category_is_named_with_its_seat():
    plan = plan_file()
    seat(plan, 0, 3)["category"] = "Gold"
    error = refusal(plan)
    assert error.place == "zones[0].rows[0].seats[3]" and "Gold" in error.reason


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan["zones"].clear(),
        lambda plan: plan["zones"][0]["rows"].clear(),
        lambda plan: [row["seats"].clear() for row in plan["zones"][0]["rows"]],
    ],
)
def test_a_plan_without_seats_is_refused(change):
    plan = plan_file()
    change(plan)
    assert "no seats" in refusal(plan).reason


@pytest.mark.parametrize("data", [b"", b"{", b"hello", b"\xff\xfe{}", b'{"a": 1,}', b"'", b"{}x", "\x00", b"\x80"])
def test_what_is_not_json_is_refused(data):
    assert "not JSON" in refusal(data).reason


def test_a_syntax_error_is_named_by_line_and_column():
    assert refusal(b'{\n "name": oops\n}').place == "line 2, column 10"


@pytest.mark.parametrize("data", [b"[]", b"null", b"3", b'"plan"', b"true"])
def test_json_that_is_not_an_object_is_refused(data):
    assert "not an object" in refusal(data).reason


@pytest.mark.parametrize("depth", [33, 400, 5_000, 200_000])
@pytest.mark.parametrize("pair", ["[]", '{"a":}'])
def test_a_recursion_bomb_is_refused(depth, pair):
    opening, closing = (pair[:-1], pair[-1:])
    bomb = opening * depth + ("1" if pair != "[]" else "") + closing * depth
    text = json.dumps(plan_file())[:-1] + f', "extra": {bomb}}}'
    assert "nested too deeply" in refusal(text.encode()).reason


def test_a_dict_that_contains_itself_is_refused():
    plan = plan_file()
    plan["zones"].append(plan)
    assert refusal(plan).place == ""


def test_more_than_five_thousand_seats_are_refused_at_the_first_too_many():
    plan = plan_file({f"R{row}-": 50 for row in range(100)} | {"Z": 1})
    error = refusal(plan)
    assert "5,000" in error.reason and error.place == "zones[0].rows[100].seats[0]"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e300", "9" * 400, "1" * 6_000])
def test_numbers_that_are_not_finite_or_too_large_are_refused(number):
    text = json.dumps(plan_file()).replace('"x": 30,', f'"x": {number},', 1)
    assert refusal(text.encode())


def test_a_number_far_outside_of_any_hall_names_its_place():
    plan = plan_file()
    seat(plan, 1, 1)["position"]["y"] = 2_000_000
    assert refusal(plan).place == "zones[0].rows[1].seats[1].position.y"


def test_a_number_that_is_not_finite_is_refused_in_unknown_fields_too():
    text = json.dumps(plan_file())[:-1] + ', "extra": [1, {"deep": 1e999}]}'
    assert refusal(text.encode()).place == "extra[1].deep"


@pytest.mark.parametrize("value", ["3", True, None, [], {}])
def test_a_position_must_be_a_number(value):
    plan = plan_file()
    seat(plan)["position"]["x"] = value
    assert refusal(plan).place == "zones[0].rows[0].seats[0].position.x"


@pytest.mark.parametrize("field", ["seat_guid", "seat_number", "position", "category"])
def test_a_missing_field_names_its_place(field):
    plan = plan_file()
    del seat(plan, 1, 7)[field]
    error = refusal(plan)
    assert error.place == f"zones[0].rows[1].seats[7].{field}" and "missing" in error.reason


@pytest.mark.parametrize("field", ["name", "categories", "zones"])
def test_a_missing_field_of_the_plan_names_itself(field):
    plan = plan_file()
    del plan[field]
    assert refusal(plan).place == field


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda plan: plan.update(name="x" * 201), "name"),
        (lambda plan: plan.update(name="  "), "name"),
        (lambda plan: plan["categories"][0].update(name="x" * 61), "categories[0].name"),
        (lambda plan: plan["categories"][0].update(name=" "), "categories[0].name"),
        (lambda plan: plan["zones"][0].update(name="x" * 201), "zones[0].name"),
        (lambda plan: plan["zones"][0]["rows"][1].update(row_number="x" * 41), "zones[0].rows[1].row_number"),
        (lambda plan: plan["zones"][0]["rows"][1].update(row_number="x" * 40), "zones[0].rows[1].seats[0]"),
        (lambda plan: seat(plan).update(seat_number="9" * 41), "zones[0].rows[0].seats[0].seat_number"),
        (lambda plan: seat(plan).update(seat_guid="x" * 201), "zones[0].rows[0].seats[0].seat_guid"),
    ],
)
def test_names_that_are_empty_or_too_long_are_refused(change, place):
    plan = plan_file()
    change(plan)
    assert refusal(plan).place == place


@pytest.mark.parametrize("text", ["A\x00", "\ud800"])
def test_text_that_no_database_stores_is_refused(text):
    plan = plan_file()
    plan["zones"][0]["rows"][0]["note"] = {"author": text}
    assert refusal(plan).place == "zones[0].rows[0].note.author"


def test_invisible_letters_cannot_name_a_row():
    plan = plan_file()
    plan["zones"][0]["rows"][0]["row_number"] = "A\u202e"
    assert refusal(plan).place == "zones[0].rows[0].seats[0]"


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    assert "too large" in refusal(b" " * (LARGEST_FILE + 1)).reason


def test_too_many_parts_and_too_many_areas_are_refused():
    plan = plan_file()
    plan["zones"][0]["areas"] = [{}] * 2_001
    assert "areas" in refusal(plan).reason
    plan["zones"][0]["areas"] = []
    plan["extra"] = [0] * 500_001
    assert "parts" in refusal(plan).reason


@pytest.mark.parametrize(
    ("partner", "reason"), [("nobody", "no other seat"), ("A1", "no other seat"), ("A3", "another partner")]
)
def test_a_couple_that_is_not_two_seats_is_refused(partner, reason):
    plan = plan_file()
    seat(plan, 0, 1)["housefull"] = {"couple": "A3"}
    seat(plan, 0, 0)["housefull"] = {"couple": partner}
    assert reason in refusal(plan).reason
