"""What a seat costs: base price, GST on it, the convenience fee and the GST on that. Integer paise throughout.

A seat's price is a `BookingLine`, stored or not; here are the fee, and what a coupon takes off. Every tax is rounded by
itself, to the nearest paisa, half a paisa up, so that the lines of a booking always add up to its total. Rates are
`checkout.money.gst`'s.

A coupon lowers the ticket prices before tax, never the fee. The discount is known at the sale and stands on the bill,
so the tax is due on the lowered price (CGST Act 2017, section 15(3)(a)); and because the rate goes by the price of
admission, by what is paid for it, a ticket that a coupon brings down to ₹100 is taxed as a cheap one.
"""

from collections.abc import Sequence

from checkout.money.paise import percent_of

CONVENIENCE_FEE = 2_000  # paise per ticket, before tax
FEE_GST_PERCENT = 18  # the general rate for services
SMALLEST_TOTAL = 100  # paise; Razorpay takes no smaller payment


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
