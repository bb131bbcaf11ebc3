"""What a receipt says, for its page and its PDF: lines, taxes by rate, coupon, payments and refunds. Paise.

Everything comes from the booking's own copy, and tax halves from `checkout.money.gst`: changed prices, rates or
coupons do not change a receipt that was issued. Only payments and refunds can be added to it.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from checkout.models import Booking, BookingLine, Payment, Refund

RULES = {
    "two_hours": "cancelled two hours or more before the show",
    "twenty_minutes": "cancelled twenty minutes or more before the show",
    "cancelled_by_cinema": "cancelled by the cinema",
    "second_payment": "paid twice",
    "wrong_amount": "wrong amount",
    "late": "paid too late",
    "cancelled": "paid after cancelling",
}


@dataclass(frozen=True)
class Tax:
    """All that is taxed at one rate: `percent` in two equal halves."""

    percent: int
    taxable: int
    cgst: int
    sgst: int

    @property
    def half(self) -> str:
        """`2.5` or `9`, per cent."""
        return f"{self.percent / 2:g}"


@dataclass(frozen=True)
class Money:
    """A payment or a refund: what it is called, and whether a refund is still on its way."""

    name: str
    reference: str
    amount: int
    at: datetime
    on_its_way: bool = False


@dataclass(frozen=True)
class Receipt:
    booking: Booking
    issued_at: datetime
    lines: list[BookingLine]
    taxes: list[Tax]
    coupon: str
    payments: list[Money]
    refunds: list[Money]

    @property
    def listed(self) -> int:
        return sum(line.listed for line in self.lines)

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def fee(self) -> int:
        return sum(line.fee for line in self.lines)

    @property
    def taxable(self) -> int:
        return sum(tax.taxable for tax in self.taxes)

    @property
    def cgst(self) -> int:
        return sum(tax.cgst for tax in self.taxes)

    @property
    def sgst(self) -> int:
        return sum(tax.sgst for tax in self.taxes)

    @property
    def paid(self) -> int:
        return sum(payment.amount for payment in self.payments)

    @property
    def refunded(self) -> int:
        """With what is on its way."""
        return sum(refund.amount for refund in self.refunds)

    @property
    def kept(self) -> int:
        return self.paid - self.refunded


def receipt_of(booking: Booking) -> Receipt:
    """`booking` was confirmed, and comes with lines, payments, refunds and redemption."""
    assert booking.confirmed_at is not None  # noqa: S101 - `selectors.get_paid_booking` sees to it
    lines = list(booking.lines.all())
    use = getattr(booking, "redemption", None)
    return Receipt(
        booking=booking,
        issued_at=booking.confirmed_at,
        lines=lines,
        taxes=taxes_of(lines),
        coupon=use.code if use else "",
        payments=[_payment(one) for one in sorted(booking.payments.all(), key=lambda one: one.pk) if _taken(one)],
        refunds=[_refund(one) for one in booking.refunds.all() if not one.replaced],
    )


def taxes_of(lines: list[BookingLine]) -> list[Tax]:
    """By rate, the lowest first; ticket and fee of one rate go together."""
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in lines:
        for percent, *amounts in (
            (line.gst_percent, line.base, line.cgst, line.sgst),
            (line.fee_gst_percent, line.fee, line.fee_cgst, line.fee_sgst),
        ):
            sums[percent] = [have + more for have, more in zip(sums[percent], amounts, strict=True)]
    return [Tax(percent, *sums[percent]) for percent in sorted(sums)]


def _taken(payment: Payment) -> bool:
    return payment.status in {Payment.Status.CAPTURED, Payment.Status.REFUNDED}


def _payment(payment: Payment) -> Money:
    method = {"upi": "UPI", "netbanking": "net banking"}.get(payment.method, payment.method)
    return Money(f"Paid by {method}" if method else "Paid", payment.payment_id, payment.amount, payment.created_at)


def _refund(refund: Refund) -> Money:
    why = RULES.get(refund.rule, refund.rule.replace("_", " "))
    seats = f" ({', '.join(refund.seats)})" if refund.seats else ""
    pending = refund.status != Refund.Status.PROCESSED
    return Money(f"Refund: {why}{seats}", refund.refund_id or "", refund.amount, refund.created_at, pending)
