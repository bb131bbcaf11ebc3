"""What a seat costs: base price, GST on it, the convenience fee and the GST on that. Integer paise throughout.

GST on cinema tickets depends on the ticket's own price and on the day it is sold, counted in India: the time of
supply is when it is paid for (CGST Act 2017, section 13). Rates as the GST Council set them at GST's start, in
its 31st meeting (from 1 January 2019) and in its 56th (from 22 September 2025). Every tax is rounded by itself, to
the nearest paisa, half a paisa up, so that the lines of a booking always add up to its total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

INDIA = ZoneInfo("Asia/Kolkata")
THRESHOLD = 10_000  # paise; a ticket of exactly ₹100 is still a cheap one
CONVENIENCE_FEE = 2_000  # paise per ticket, before tax
FEE_GST_PERCENT = 18  # the general rate for services

# (first day, percent up to ₹100, percent above), newest first
GST_TABLE: tuple[tuple[date, int, int], ...] = (
    (date(2025, 9, 22), 5, 18),
    (date(2019, 1, 1), 12, 18),
    (date(2017, 7, 1), 18, 28),
)


@dataclass(frozen=True)
class Line:
    """One seat's price in paise."""

    seat: str
    tier: str
    base: int
    gst_percent: int
    gst: int
    fee: int
    fee_gst: int

    @property
    def total(self) -> int:
        return self.base + self.gst + self.fee + self.fee_gst


def gst_percent(base: int, on: date) -> int:
    """The rate for a ticket of `base` paise sold on that day. Raises ValueError before GST began."""
    for first_day, cheap, dear in GST_TABLE:
        if on >= first_day:
            return cheap if base <= THRESHOLD else dear
    raise ValueError(f"There was no GST on {on}.")


def percent_of(amount: int, percent: int) -> int:
    """Paise, rounded half up."""
    return (amount * percent + 50) // 100


def price_seat(seat: str, tier: str, base: int, at: datetime) -> Line:
    """The price of one seat sold at that moment (aware)."""
    percent = gst_percent(base, at.astimezone(INDIA).date())
    return Line(
        seat=seat,
        tier=tier,
        base=base,
        gst_percent=percent,
        gst=percent_of(base, percent),
        fee=CONVENIENCE_FEE,
        fee_gst=percent_of(CONVENIENCE_FEE, FEE_GST_PERCENT),
    )


def price_seats(
    seats: Sequence[str], tier_of: Mapping[str, str], prices: Mapping[str, int], at: datetime
) -> list[Line]:
    """A line per seat, in the order given. `tier_of` maps seats to tiers, `prices` tiers to paise."""
    return [price_seat(seat, tier_of[seat], prices[tier_of[seat]], at) for seat in seats]


def total_of(lines: Sequence[Line]) -> int:
    """Paise to pay."""
    return sum(line.total for line in lines)
