"""The receipt of a booking as PDF (PDF/UA-1): the same figures as its page, from `checkout.tickets.receipts`."""

from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import override

from checkout.models import Booking, BookingLine
from checkout.money.paise import rupees
from checkout.tickets.documents.pdf import FONT, typeset
from checkout.tickets.receipts import Money, Receipt, receipt_of

SOURCE = Path(__file__).with_name("receipt.typ")
WORDS = {
    "receipt": "Receipt",
    "seats": ["Seat", "Ticket", "Discount", "Fee", "CGST", "SGST", "Total"],
    "taxes": ["Taxes by rate", "Taxable", "CGST", "SGST", "Tax"],
    "money": ["Payments and refunds", "Amount"],
    "total": "Total",
    "kept": "Paid in the end",
}


def receipt_pdf(booking: Booking) -> bytes:
    """`booking` as `selectors.get_paid_booking` gives it."""
    return typeset(SOURCE, _data(receipt_of(booking)))


def _data(receipt: Receipt) -> dict[str, Any]:
    booking, show = receipt.booking, receipt.booking.show
    theatre = show.screen.theatre
    with override("en"):
        starts = date_format(show.starts_at.astimezone(theatre.zone), "l, j F Y, H:i")
        issued = date_format(receipt.issued_at.astimezone(theatre.zone), "j F Y, H:i")
        money = [_money(one, theatre.zone, 1) for one in receipt.payments]
        money += [_money(one, theatre.zone, -1) for one in receipt.refunds]
    return {
        "title": f"Receipt for booking {booking.reference}",
        "words": WORDS,
        "font": FONT,
        "facts": [
            ["Booking", booking.reference],
            ["Date", f"{issued} ({theatre.city.name} time)"],
            ["Customer", ", ".join(filter(None, [booking.name, booking.email])) or "erased"],
            ["Show", f"{show.movie.title}, {starts}"],
            ["Place of supply", ", ".join(filter(None, [theatre.name, theatre.address, theatre.city.name]))],
        ],
        "lines": [_line(line) for line in receipt.lines],
        "sums": [
            *(rupees(sum_) for sum_ in (receipt.listed, -receipt.discount, receipt.fee, receipt.cgst, receipt.sgst)),
            rupees(booking.total),
        ],
        "coupon": f"Coupon {receipt.coupon}: {rupees(receipt.discount)} off" if receipt.coupon else "",
        "taxes": [
            [f"{tax.percent} % (CGST {tax.half} %, SGST {tax.half} %)"]
            + [rupees(sum_) for sum_ in (tax.taxable, tax.cgst, tax.sgst, tax.cgst + tax.sgst)]
            for tax in receipt.taxes
        ],
        "money": money,
        "kept": rupees(receipt.kept),
    }


def _line(line: BookingLine) -> list[str]:
    sums = (line.listed, -line.discount, line.fee, line.total_cgst, line.total_sgst, line.total)
    return [f"{line.seat} {line.tier}", *(rupees(sum_) for sum_ in sums)]


def _money(one: Money, zone: Any, sign: int) -> list[str]:
    day = date_format(one.at.astimezone(zone), "j F Y")
    more = ", on its way" if one.on_its_way else ""
    return [" · ".join(filter(None, [f"{one.name}{more}", day, one.reference])), rupees(sign * one.amount)]
