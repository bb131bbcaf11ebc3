"""What a seat costs: base price, GST on it, the convenience fee and the GST on that. Integer paise throughout.

Every tax is rounded by itself, to the nearest paisa, half a paisa up, so that the lines of a booking always add up to
its total. Rates are `checkout.money.gst`'s.

A coupon lowers the ticket prices before tax, never the fee. The discount is known at the sale and stands on the bill,
so the tax is due on the lowered price (CGST Act 2017, section 15(3)(a)); and because the rate goes by the price of
admission, by what is paid for it, a ticket that a coupon brings down to ₹100 is taxed as a cheap one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from checkout.money.gst import INDIA, gst_percent
from checkout.money.paise import percent_of

CONVENIENCE_FEE = 2_000  # paise per ticket, before tax
FEE_GST_PERCENT = 18  # the general rate for services
SMALLEST_TOTAL = 100  # paise; Razorpay takes no smaller payment


@dataclass(frozen=True)
class Line:
    """One seat's price in paise; `base` is what is paid for the seat, `discount` having been taken off."""

    seat: str
    tier: str
    base: int
    gst_percent: int
    gst: int
    fee: int
    fee_gst: int
    discount: int = 0

    @property
    def total(self) -> int:
        return self.base + self.gst + self.fee + self.fee_gst


def price_seat(seat: str, tier: str, listed: int, at: datetime, discount: int = 0) -> Line:
    """The price of one seat listed at so much and sold at that moment (aware), `discount` taken off before tax."""
    base = listed - discount
    percent = gst_percent(base, at.astimezone(INDIA).date())
    return Line(
        seat=seat,
        tier=tier,
        base=base,
        gst_percent=percent,
        gst=percent_of(base, percent),
        fee=CONVENIENCE_FEE,
        fee_gst=percent_of(CONVENIENCE_FEE, FEE_GST_PERCENT),
        discount=discount,
    )


def price_seats(
    seats: Sequence[str], tier_of: Mapping[str, str], prices: Mapping[str, int], at: datetime
) -> list[Line]:
    """A line per seat, in the order given. `tier_of` maps seats to tiers, `prices` tiers to paise."""
    return [price_seat(seat, tier_of[seat], prices[tier_of[seat]], at) for seat in seats]


def total_of(lines: Sequence[Line]) -> int:
    """Paise to pay."""
    return sum(line.total for line in lines)


def discount_of(
    listed: Sequence[int], fees: int, *, amount: int | None = None, percent: int | None = None, cap: int | None = None
) -> int:
    """What a coupon takes off a booking whose seats are listed at these prices, in paise.

    An amount, or a percentage up to `cap`; never more than the seats cost, and never so much that with `fees` (the
    fee and its tax, which stay) less than SMALLEST_TOTAL would be left to pay: there are no free bookings.
    """
    seats = sum(listed)
    discount = amount if amount is not None else percent_of(seats, percent or 0)
    if cap is not None:
        discount = min(discount, cap)
    most = seats - max(0, SMALLEST_TOTAL - fees)
    return max(0, min(discount, most))


def spread(discount: int, listed: Sequence[int]) -> list[int]:
    """`discount` (at most the sum of `listed`) over the seats in proportion to their prices, in whole paise.

    The paise that rounding down leaves over go to the largest remainders, the first seat first where they are equal,
    so the shares add up exactly and none is larger than its seat's price.
    """
    whole = sum(listed)
    if not discount or not whole:
        return [0] * len(listed)
    shares = [discount * price // whole for price in listed]
    by_remainder = sorted(range(len(listed)), key=lambda place: -(discount * listed[place] % whole))
    for place in by_remainder[: discount - sum(shares)]:
        shares[place] += 1
    return shares
