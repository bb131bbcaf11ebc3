"""The dated GST table, the fee, and the rounding. Amounts are paise."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.bookings.create import price_seats
from checkout.models.booking import BookingLine, total_of
from checkout.money import prices
from checkout.money.gst import gst_percent, halves

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
    assert gst_percent(base, day) == percent


def test_there_was_no_gst_before_it_began():
    with pytest.raises(ValueError, match="2017-06-30"):
        gst_percent(10_000, date(2017, 6, 30))


def test_the_day_changes_at_midnight_in_india():
    before = datetime(2025, 9, 21, 18, 29, 59, tzinfo=UTC)
    after = datetime(2025, 9, 21, 18, 30, tzinfo=UTC)
    assert BookingLine.priced("A1", "Classic", 10_000, before).gst_percent == 12
    assert BookingLine.priced("A1", "Classic", 10_000, after).gst_percent == 5


def test_a_ticket_of_250_rupees_costs_318_60_in_the_end():
    line = BookingLine.priced("B12", "Gold", 25_000, TODAY)
    assert (line.base, line.gst, line.fee, line.fee_gst, line.total) == (25_000, 4_500, 2_000, 360, 31_860)


@pytest.mark.parametrize(
    ("amount", "percent", "tax"), [(110, 5, 6), (109, 5, 5), (90, 5, 5), (101, 18, 18), (0, 18, 0)]
)
def test_half_a_paisa_is_rounded_up(amount, percent, tax):
    assert prices.percent_of(amount, percent) == tax


def test_a_cheap_seat_and_a_dear_one_are_taxed_each_by_their_own_rate():
    lines = price_seats(["A1", "B1"], {"A1": "Front", "B1": "Sofa"}, {"Front": 9_900, "Sofa": 60_000}, TODAY)
    assert [(line.tier, line.gst_percent, line.gst) for line in lines] == [("Front", 5, 495), ("Sofa", 18, 10_800)]


@given(st.lists(st.integers(100, 10_000_000), min_size=1, max_size=20))
def test_lines_always_add_up_and_no_tax_is_off_by_more_than_half_a_paisa(bases):
    names = [f"A{number}" for number in range(len(bases))]
    lines = price_seats(names, {name: name for name in names}, dict(zip(names, bases, strict=True)), TODAY)
    assert total_of(lines) == sum(line.base + line.gst + line.fee + line.fee_gst for line in lines)
    for line in lines:
        assert abs(line.gst * 100 - line.base * line.gst_percent) <= 50


@pytest.mark.parametrize(
    ("rule", "discount"),
    [
        ({"amount": 5_000}, 5_000),
        ({"amount": 60_000}, 50_000),
        ({"percent": 10}, 5_000),
        ({"percent": 10, "cap": 4_000}, 4_000),
        ({"percent": 100}, 50_000),
    ],
)
def test_a_coupon_takes_off_so_much_and_never_more_than_the_seats_cost(rule, discount):
    assert prices.discount_of([20_000, 30_000], 4_720, **rule) == discount


@pytest.mark.parametrize(("fees", "discount"), [(0, 49_900), (60, 49_960), (100, 50_000), (4_720, 50_000)])
def test_what_is_left_to_pay_is_never_less_than_the_gateway_takes(fees, discount):
    assert prices.discount_of([20_000, 30_000], fees, percent=100) == discount


def test_seats_that_cost_less_than_a_payment_may_be_are_not_made_dearer():
    assert prices.discount_of([40], 0, percent=100) == 0


def test_a_discount_is_spread_by_price_and_its_odd_paise_go_to_the_largest_remainders():
    assert prices.spread(100, [100, 100, 100]) == [34, 33, 33]
    assert prices.spread(5_000, [20_000, 30_000]) == [2_000, 3_000]
    assert prices.spread(2, [1, 1, 98]) == [0, 0, 2]
    assert prices.spread(0, [5, 5]) == [0, 0] and prices.spread(0, [0]) == [0]


def test_a_ticket_that_a_coupon_brings_down_to_100_rupees_is_taxed_as_a_cheap_one():
    assert BookingLine.priced("A1", "Front", 12_000, TODAY, 2_000).gst_percent == 5
    assert BookingLine.priced("A1", "Front", 12_000, TODAY, 1_999).gst_percent == 18


RULES = st.one_of(
    st.builds(dict, amount=st.integers(1, 10_000_000)),
    st.builds(dict, percent=st.integers(1, 100), cap=st.none() | st.integers(1, 1_000_000)),
)


@given(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=20), RULES, st.sampled_from([0, 1, 99, 100, 2_000]))
def test_whatever_the_prices_and_the_coupon_everything_adds_up_and_nothing_is_negative(listed, rule, fee):
    with pytest.MonkeyPatch.context() as other:
        other.setattr(prices, "CONVENIENCE_FEE", fee)
        plain = [BookingLine.priced(f"A{place}", "T", price, TODAY) for place, price in enumerate(listed)]
        discount = prices.discount_of(listed, sum(line.fee + line.fee_gst for line in plain), **rule)
        shares = prices.spread(discount, listed)
        lines = [BookingLine.priced(a.seat, "T", a.base, TODAY, share) for a, share in zip(plain, shares, strict=True)]
    assert sum(shares) == discount == sum(line.discount for line in lines)
    assert discount <= rule.get("amount", 10**9) and discount <= (rule.get("cap") or 10**9)
    for line, price in zip(lines, listed, strict=True):
        assert line.base + line.discount == price
        assert min(line.base, line.discount, line.gst, line.fee, line.fee_gst) >= 0
        assert line.total == line.base + sum(halves(line.gst)) + line.fee + sum(halves(line.fee_gst))
        for tax in (line.gst, line.fee_gst):
            central, state = halves(tax)
            assert 0 <= state <= central <= state + 1
    total, before = total_of(lines), total_of(plain)
    assert total == sum(listed) - discount + sum(line.gst + line.fee + line.fee_gst for line in lines)
    assert min(before, prices.SMALLEST_TOTAL) <= total <= before
