"""The dated GST table, the fee, and the rounding. Amounts are paise."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout import pricing

TODAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "base", "percent"),
    [
        (date(2025, 9, 22), 10_000, 5),
        (date(2025, 9, 22), 10_001, 18),
        (date(2025, 9, 21), 10_000, 12),
        (date(2025, 9, 21), 10_001, 18),
        (date(2019, 1, 1), 10_000, 12),
        (date(2018, 12, 31), 10_000, 18),
        (date(2018, 12, 31), 10_001, 28),
    ],
)
def test_the_rate_is_that_of_the_day_and_of_the_tickets_own_price(day, base, percent):
    assert pricing.gst_percent(base, day) == percent


def test_there_was_no_gst_before_it_began():
    with pytest.raises(ValueError, match="2017-06-30"):
        pricing.gst_percent(10_000, date(2017, 6, 30))


def test_the_day_changes_at_midnight_in_india():
    before = datetime(2025, 9, 21, 18, 29, 59, tzinfo=UTC)
    after = datetime(2025, 9, 21, 18, 30, tzinfo=UTC)
    assert pricing.price_seat("A1", "Classic", 10_000, before).gst_percent == 12
    assert pricing.price_seat("A1", "Classic", 10_000, after).gst_percent == 5


def test_a_ticket_of_250_rupees_costs_318_60_in_the_end():
    line = pricing.price_seat("B12", "Gold", 25_000, TODAY)
    assert (line.base, line.gst, line.fee, line.fee_gst, line.total) == (25_000, 4_500, 2_000, 360, 31_860)


@pytest.mark.parametrize(
    ("amount", "percent", "tax"), [(110, 5, 6), (109, 5, 5), (90, 5, 5), (101, 18, 18), (0, 18, 0)]
)
def test_half_a_paisa_is_rounded_up(amount, percent, tax):
    assert pricing.percent_of(amount, percent) == tax


def test_a_cheap_seat_and_a_dear_one_are_taxed_each_by_their_own_rate():
    lines = pricing.price_seats(["A1", "B1"], {"A1": "Front", "B1": "Sofa"}, {"Front": 9_900, "Sofa": 60_000}, TODAY)
    assert [(line.tier, line.gst_percent, line.gst) for line in lines] == [("Front", 5, 495), ("Sofa", 18, 10_800)]


@given(st.lists(st.integers(100, 10_000_000), min_size=1, max_size=20))
def test_lines_always_add_up_and_no_tax_is_off_by_more_than_half_a_paisa(bases):
    names = [f"A{number}" for number in range(len(bases))]
    lines = pricing.price_seats(names, {name: name for name in names}, dict(zip(names, bases, strict=True)), TODAY)
    assert pricing.total_of(lines) == sum(line.base + line.gst + line.fee + line.fee_gst for line in lines)
    for line in lines:
        assert abs(line.gst * 100 - line.base * line.gst_percent) <= 50
