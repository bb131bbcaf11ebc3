"""For any file, the reader returns a layout or raises PlanError, and nothing else."""

import copy
import json
import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cinema.plans import PlanError, read_plan
from tests.factories import plan_file

ANY_TEXT = st.text(max_size=50)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ANY_TEXT, inner, max_size=5),
    max_leaves=30,
)
SLOW = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_or_refuse(data):
    try:
        return read_plan(data).layout
    except PlanError as error:
        assert str(error)
        return None


def check(layout):
    """The properties of every layout that other code relies on."""
    ids = [seat["id"] for seat in layout["seats"]]
    assert len(ids) == len(set(ids)) and all(0 < len(name) <= 40 for name in ids)
    assert all(letter in "_.-" or unicodedata.category(letter)[0] in "LMN" for name in ids for letter in name)
    couples = {seat["id"]: seat["couple"] for seat in layout["seats"] if seat["couple"]}
    assert all(couples[partner] == seat and partner != seat for seat, partner in couples.items())
    assert {seat["tier"] for seat in layout["seats"]} == {tier["name"] for tier in layout["tiers"]}
    for seat in layout["seats"]:
        assert 0 <= seat["x"] <= layout["size"]["width"] and 0 <= seat["y"] <= layout["size"]["height"]
    json.dumps(layout, allow_nan=False)


@SLOW
@given(st.binary(max_size=300))
def test_any_bytes(data):
    read_or_refuse(data)


@SLOW
@given(ANY_JSON)
def test_any_json(value):
    read_or_refuse(json.dumps(value).encode())


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


PLAN = plan_file({"A": 3, "B": 2}, categories={"A": "Couple", "B": "Wheelchair"})
PLAN["zones"].append(copy.deepcopy(PLAN["zones"][0]) | {"name": "Balcony"})
PLAN["zones"][0]["areas"] = [{"shape": "polygon", "polygon": {"points": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}}]
for _row in PLAN["zones"][1]["rows"]:
    for _seat in _row["seats"]:
        _seat["seat_guid"] = f"balcony-{_seat['seat_guid']}"
PLACES = [path for path in places(PLAN) if path]


@SLOW
@given(st.lists(st.tuples(st.sampled_from(PLACES), ANY_JSON | ANY_TEXT), min_size=1, max_size=3))
def test_any_value_anywhere_in_a_valid_plan(changes):
    plan = copy.deepcopy(PLAN)
    for path, value in changes:
        target = plan
        try:
            for key in path[:-1]:
                target = target[key]
            target[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change removed the place
    layout = read_or_refuse(plan)
    if layout is not None:
        check(layout)


def test_the_plan_is_valid_before_the_changes():
    check(read_plan(PLAN).layout)


LABELS = st.text(st.sampled_from("AB1 2-_./अ'"), max_size=4)
NUMBERS = st.lists(LABELS, min_size=1, max_size=4)
ZONES = st.lists(
    st.tuples(LABELS, st.lists(st.tuples(LABELS, NUMBERS), min_size=1, max_size=3)), min_size=1, max_size=3
)


@SLOW
@given(ZONES)
def test_any_names_of_zones_rows_and_seats(zones):
    guids = iter(range(1000))
    plan = plan_file({"A": 1}) | {
        "zones": [
            {
                "name": name,
                "position": {"x": 0, "y": 0},
                "rows": [
                    {
                        "row_number": row,
                        "seats": [
                            {
                                "seat_guid": str(next(guids)),
                                "seat_number": number,
                                "position": {"x": 0, "y": 0},
                                "category": "Classic",
                            }
                            for number in numbers
                        ],
                    }
                    for row, numbers in rows
                ],
            }
            for name, rows in zones
        ]
    }
    layout = read_or_refuse(plan)
    if layout is not None:
        check(layout)
