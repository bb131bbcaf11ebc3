"""What programs ask of a stored layout, and that it is worked out once for everybody."""

import pytest

from checkout.bookings.create import price_of_seats
from cinema.plans.halls import Hall
from cinema.selectors import hall_of_plan
from seating.facts import show_facts
from tests import factories

pytestmark = pytest.mark.django_db


def row_at(*xs):
    return Hall([{"id": f"A{x}", "row": "A", "x": x, "y": 0} for x in xs])


def test_an_aisle_is_a_gap_wider_than_the_usual_one_of_its_row():
    assert row_at(0, 20, 40, 72, 92).blocks == [["A0", "A20", "A40", "A72", "A92"]]  # 1.6 times is no aisle yet
    assert row_at(0, 20, 40, 73, 93).blocks == [["A0", "A20", "A40"], ["A73", "A93"]]
    assert row_at(5).blocks == [["A5"]]


def test_a_plan_is_read_once_whoever_asks(django_assert_num_queries):
    show = factories.make_show()
    hall = hall_of_plan(show.plan_id)
    price_of_seats(show.pk, ["A1"])
    assert show_facts(show.pk).hall is hall
    with django_assert_num_queries(1):  # the show itself, never its layout
        assert show_facts(show.pk).hall.blocks is hall.blocks
    assert list(hall.tiers) == factories.seat_ids(show)
