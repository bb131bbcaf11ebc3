"""The PDF of a booking: one page per good ticket, tagged for screen readers (PDF/UA-1).

Typst sets it. Data goes in as JSON through `sys_inputs`, so that no movie title can become typesetting code.
"""

import json
import threading
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format
from django.utils.translation import override

from checkout.models import Booking, BookingLine, Ticket
from checkout.money.paise import rupees
from checkout.tickets.codes import qr_svg

SOURCE = Path(__file__).with_name("ticket.typ")
WORDS = {
    "when": "Date and time",
    "theatre": "Theatre",
    "screen": "Screen",
    "seat": "Seat",
    "tier": "Class",
    "name": "Booked by",
    "show_this": "Show this code at the gate",
    "price": "Price",
    "amount": "Amount",
    "total": "Total",
}
# Typst brings this one along, so that a ticket looks the same everywhere; the system's fonts add other scripts.
FONT = "Libertinus Serif"
_lock = threading.Lock()


def ticket_pdf(booking: Booking) -> bytes:
    """The tickets that still admit. `booking` with show, movie, screen, theatre, lines and tickets."""
    lines = {line.seat: line for line in booking.lines.all()}
    good = [ticket for ticket in booking.tickets.all() if ticket.admits]
    data = _booking_data(booking) | {"tickets": [_ticket_data(booking, t, lines[t.seat]) for t in good]}
    return typeset(SOURCE, data)


def typeset(source: Path, data: dict[str, Any]) -> bytes:
    """The PDF of a layout filled with `data`, which it finds as JSON in `sys.inputs.booking`."""
    try:
        return _typeset(source, data, ["ua-1"])
    except typst.TypstError:
        # PDF/UA refuses letters that no installed font has. A ticket with a gap in a name is still valid.
        return _typeset(source, data, [])


def _typeset(source: Path, data: dict[str, Any], standards: list[Any]) -> bytes:
    with _lock:  # one compiler a layout keeps its fonts and pages warm; a page takes milliseconds
        pdf = _compiler(source).compile(format="pdf", sys_inputs={"booking": json.dumps(data)}, pdf_standards=standards)
    return pdf if isinstance(pdf, bytes) else b""


@cache
def _compiler(source: Path) -> typst.Compiler:
    return typst.Compiler(source)


def _booking_data(booking: Booking) -> dict[str, Any]:
    show, theatre = booking.show, booking.show.screen.theatre
    with override("en"):
        starts = date_format(show.starts_at.astimezone(theatre.zone), "l, j F Y, H:i")
    return {
        "title": f"{show.movie.title}, booking {booking.reference}",
        "words": WORDS,
        "font": FONT,
        "reference_line": f"Booking {booking.reference}",
        "movie": show.movie.title,
        "kind": " · ".join([show.language, show.format, show.movie.certificate, f"{show.movie.runtime} minutes"]),
        "starts": f"{starts} ({theatre.city.name} time)",
        "theatre": f"{theatre.name}, {theatre.city.name}",
        "address": theatre.address,
        "screen": show.screen.name,
        "name": booking.name,
        "footer": "Each code admits one person, once. Keep it private: the first person to show it gets in.",
    }


def _ticket_data(booking: Booking, ticket: Ticket, line: BookingLine) -> dict[str, Any]:
    rate = f"{line.gst_percent / 2:g} %"
    price = [["Ticket", rupees(line.base)]]
    if line.discount:
        price = [["Ticket", rupees(line.listed)], ["Discount", rupees(-line.discount)]]
    return {
        "seat": ticket.seat,
        "seat_line": f"Seat {ticket.seat}",
        "tier": line.tier,
        "qr": qr_svg(ticket.code),
        "qr_alt": f"QR code of the ticket for seat {ticket.seat}, booking {booking.reference}",
        "lines": [
            *price,
            ["Convenience fee", rupees(line.fee)],
            [f"CGST ({rate} on the ticket, {line.fee_gst_percent / 2:g} % on the fee)", rupees(line.total_cgst)],
            [f"SGST ({rate} on the ticket, {line.fee_gst_percent / 2:g} % on the fee)", rupees(line.total_sgst)],
        ],
        "total": rupees(line.total),
    }
