"""GST on tickets and fees: rates by day and price, and a tax in its two halves. Integer paise throughout.

GST on cinema tickets depends on the ticket's own price and on the day it is sold, counted in India: the time of
supply is when it is paid for (CGST Act 2017, section 13). Rates as the GST Council set them at GST's start, in
its 31st meeting (from 1 January 2019) and in its 56th (from 22 September 2025).
"""

from datetime import date
from zoneinfo import ZoneInfo

INDIA = ZoneInfo("Asia/Kolkata")
THRESHOLD = 10_000  # paise; a ticket of exactly ₹100 is still a cheap one

# (first day, percent up to ₹100, percent above), newest first
GST_TABLE: tuple[tuple[date, int, int], ...] = (
    (date(2025, 9, 22), 5, 18),
    (date(2019, 1, 1), 12, 18),
    (date(2017, 7, 1), 18, 28),
)


def gst_percent(base: int, on: date) -> int:
    """The rate for a ticket of `base` paise sold on that day. Raises ValueError before GST began."""
    for first_day, cheap, dear in GST_TABLE:
        if on >= first_day:
            return cheap if base <= THRESHOLD else dear
    raise ValueError(f"There was no GST on {on}.")


def halves(tax: int) -> tuple[int, int]:
    """The central and the state half (CGST, SGST) of a GST amount in paise; together they are the whole.

    Seat and cinema are in one state (admission is supplied where the show is, IGST Act 2017, section 12(7)), so both
    levy the same rate. An odd paisa is CGST's: it stands first on a bill, and one fixed rule lets every receipt be
    worked out again from the stored tax. For that reason the rule must never change; see `docs/decisions`.
    """
    state = tax // 2
    return tax - state, state
