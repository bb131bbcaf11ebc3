"""What the customer gets: a mail with tickets as PDF and calendar entry, in the theatre's own time."""

import io
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pypdf
import pytest
from django.core import mail
from django.utils import timezone
from icalendar import Calendar

from checkout.bookings.select import get_booking
from checkout.cancellations.bookings import cancel_booking
from checkout.gate.reissue import reissue_tickets
from checkout.money.paise import rupees
from checkout.outbox.handlers import relay_outbox
from checkout.payments.settling import settle_payment
from checkout.tickets import codes
from checkout.tickets.documents.pdf import ticket_pdf
from cinema.models import Movie
from tests import factories
from tests.checkout.conftest import Desk, post


@pytest.fixture
def bought(desk):
    booking = desk.buy(seats=("A1", "B1"), site="https://box.example")
    return get_booking(booking.pk, [booking.owner])


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_the_confirmation_carries_tickets_calendar_entry_and_link(bought, desk):
    desk.carry_out()
    [sent] = mail.outbox
    assert sent.to == ["alice@example.com"] and bought.reference in sent.subject
    assert f"https://box.example/bookings/{bought.pk}/" in sent.body
    assert "Seats: A1, B1" in sent.body and rupees(bought.total) in sent.body
    kinds = {name: kind for name, _, kind in sent.attachments}
    assert kinds == {
        f"tickets-{bought.reference}.pdf": "application/pdf",
        f"booking-{bought.reference}.ics": "text/calendar",
    }


def parts_of(sent) -> dict[str, EmailMessage]:
    """The mail as it goes over the wire: each part that is not a container, by its type and, for pictures, its id."""
    whole = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    leaves = [part for part in whole.walk() if not part.is_multipart()]
    return {str(part["Content-ID"] or part.get_content_type()): part for part in leaves}


def html_of(sent) -> str:
    return parts_of(sent)["text/html"].get_content()


def test_the_html_part_shows_the_codes_and_asks_nobody_for_anything(bought, desk):
    desk.carry_out()
    [sent] = mail.outbox
    parts, html = parts_of(sent), html_of(sent)
    pictures = re.findall(r'src="cid:([^"]+)"', html)
    assert len(pictures) == 2
    for cid, ticket in zip(pictures, bought.tickets.all(), strict=True):
        assert parts[f"<{cid}>"].get_content() == codes.qr_png(ticket.code)
        assert parts[f"<{cid}>"]["Content-Disposition"].startswith("inline")
        assert f"ticket for seat {ticket.seat}" in html
    assert set(re.findall(r'\bsrc="([^":]+):', html)) == {"cid"}
    assert not re.search(r"<link|<script|<style|url\(|@import", html)
    assert bought.show.movie.title in html and rupees(bought.total) in html
    assert {"text/plain", "text/html", "application/pdf", "text/calendar"} <= set(parts)


def test_the_parts_are_nested_as_mail_programs_want_them(bought, desk):
    desk.carry_out()
    whole = message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    assert whole.get_content_type() == "multipart/mixed"
    alternative = whole.get_payload(0)
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "multipart/related"]
    assert whole.get_body(("html",)).get_content_type() == "text/html"
    assert [part.get_filename() for part in whole.iter_attachments()] == [
        f"tickets-{bought.reference}.pdf",
        f"booking-{bought.reference}.ics",
    ]


def test_every_other_mail_has_an_html_part_too(bought, desk, gateway):
    cancel_booking(bought.pk, [str(bought.tickets.get(seat="A1").pk)])
    reissue_tickets(bought.pk)
    late = desk.book(seats=("C1",))
    order_id = desk.order(late)
    desk.lose_seats_to("guest_b0b000000000000000000000", late)
    gateway.pay(order_id)
    settle_payment(order_id)
    desk.carry_out()
    kinds = {" ".join(sent.subject.split()[:3]): html_of(sent) for sent in mail.outbox}
    assert {"Your tickets for", "Cancelled: " + bought.show.movie.title, "Your new tickets", "Your payment for"} <= set(
        kinds
    )
    for html in kinds.values():
        assert html.startswith("<!DOCTYPE html>") and "Housefull" in html


@pytest.mark.parametrize("name", ["<script>x</script>", "A & B"])
def test_what_a_customer_typed_is_text_in_the_html_part(desk, name):
    desk.buy(name=name)
    desk.carry_out()
    assert name not in html_of(mail.outbox[0])
    assert f"Hello {name}," in mail.outbox[0].body


def test_new_tickets_come_by_mail_and_only_the_new_ones(bought, desk):
    desk.carry_out()
    ticket = bought.tickets.get(seat="A1")
    [renewed] = reissue_tickets(bought.pk, [str(ticket.pk)])
    desk.carry_out()
    sent = mail.outbox[-1]
    assert sent.subject.startswith("Your new tickets")
    pictures = [part.get_content() for name, part in parts_of(sent).items() if name.startswith("<")]
    assert pictures == [codes.qr_png(renewed.code)] != [codes.qr_png(ticket.code)]
    [(name, pdf, _)] = sent.attachments
    assert name.endswith(".pdf") and len(text_of(pdf)) == 2


def test_a_mail_that_is_sent_again_has_the_same_message_id(bought, desk):
    from checkout.models import OutboxMessage

    desk.carry_out()
    OutboxMessage.objects.update(done_at=None, due_at=timezone.now())  # the worker died before noting it
    relay_outbox()
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_times_are_the_theatres_own(transactional_db, redis_server, gateway):
    theatre = factories.make_theatre(time_zone="Asia/Kolkata")
    starts = (timezone.now() + timedelta(days=30)).astimezone(UTC).replace(hour=20, minute=0, second=0, microsecond=0)
    show = factories.make_show(screen=factories.make_screen(theatre), starts_at=starts)
    booking = Desk(show, gateway).buy(seats=("A1",))
    whole = get_booking(booking.pk, [booking.owner])
    next_day = (starts + timedelta(days=1)).day
    [page] = text_of(ticket_pdf(whole))
    assert "01:30" in page and f"{next_day} " in page
    Desk(show, gateway).carry_out()
    assert "01:30" in mail.outbox[0].body


def test_the_pdf_has_one_page_per_seat_with_everything_the_gate_and_the_customer_need(bought):
    pages = text_of(ticket_pdf(bought))
    assert len(pages) == 2
    for page, line in zip(pages, bought.lines.all(), strict=True):
        for word in (
            *(bought.show.movie.title, bought.show.screen.name, bought.show.screen.theatre.name),
            *(bought.reference, line.seat, line.tier, "Alice"),
            *(
                rupees(line.base),
                rupees(line.fee),
                rupees(line.total_cgst),
                rupees(line.total_sgst),
                rupees(line.total),
            ),
        ):
            assert word in page, word


def test_the_pdf_declares_itself_accessible(bought):
    reader = pypdf.PdfReader(io.BytesIO(ticket_pdf(bought)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en-IN"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert bought.reference in reader.metadata.title
    raw = str(root["/StructTreeRoot"])
    assert raw and "/Figure" in _structure(root["/StructTreeRoot"]) and "/Table" in _structure(root["/StructTreeRoot"])


def _structure(element) -> set[str]:
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        return set().union(*(_structure(child) for child in element))
    if not isinstance(element, dict):
        return set()
    found = {str(element["/S"])} if "/S" in element else set()
    if element.get("/S") == "/Figure":
        assert "QR code" in str(element.get("/Alt"))
    return found | _structure(element.get("/K", []))


@pytest.mark.parametrize("title", ['"] #panic("x") $a$ \\', "दंगल", "龙与雪 🎬", "<script>&amp;", "L" * 200])
def test_no_title_breaks_the_pdf_or_becomes_typesetting_code(bought, title):
    Movie.objects.update(title=title)
    booking = get_booking(bought.pk, [bought.owner])
    assert len(text_of(ticket_pdf(booking))) == 2


def test_every_picture_and_heading_of_the_pdf_is_tagged(bought):
    """PDF/UA: structure, language, title shown, alternative text, and the reading order as the tab order."""
    reader = pypdf.PdfReader(io.BytesIO(ticket_pdf(bought)))
    root = reader.trailer["/Root"]
    tags = _structure(root["/StructTreeRoot"])
    assert {"/H1", "/P", "/Figure", "/Table", "/TR", "/TH", "/TD"} <= tags
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert all(page["/StructParents"] >= 0 and page["/Tabs"] == "/S" for page in reader.pages)
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", root["/Metadata"].get_data().decode())


def test_a_cancelled_seat_has_no_page(bought, desk):
    cancel_booking(bought.pk, [str(bought.tickets.get(seat="A1").pk)])
    [page] = text_of(ticket_pdf(get_booking(bought.pk, [bought.owner])))
    assert "B1" in page and "A1" not in page


def test_the_qr_on_the_page_is_the_code_of_the_booking(bought):
    for ticket in bought.tickets.all():
        assert codes.verify(ticket.code, codes.public_key()).seat == ticket.seat


def test_the_calendar_entry_is_the_show(bought, alices_client):
    answer = alices_client.get(f"/api/bookings/{bought.pk}/calendar.ics")
    assert answer["Content-Type"].startswith("text/calendar") and "no-store" in answer["Cache-Control"]
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["SUMMARY"] == bought.show.movie.title
    assert event["DTSTART"].dt == bought.show.starts_at and event["DTEND"].dt == bought.show.ends_at
    assert "A1, B1" in event["DESCRIPTION"] and bought.show.screen.name in event["LOCATION"]
    assert isinstance(event["DTSTART"].dt, datetime)


def event_of(ics) -> tuple[str, Any]:
    calendar = Calendar.from_ical(ics)
    [event] = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


def test_a_cancellation_changes_the_entry_that_the_calendar_has(bought, desk, alices_client):
    path = f"/api/bookings/{bought.pk}/calendar.ics"
    entries = [event_of(alices_client.get(path).content)]
    for seat in ("A1", "B1"):
        cancel_booking(bought.pk, [str(bought.tickets.get(seat=seat).pk)])
        entries.append(event_of(alices_client.get(path).content))
    assert [method for method, _ in entries] == ["PUBLISH", "PUBLISH", "CANCEL"]
    events = [event for _, event in entries]
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({event["UID"] for event in events}) == 1
    assert events[0]["DTSTAMP"].dt <= events[1]["DTSTAMP"].dt <= events[2]["DTSTAMP"].dt
    assert "Seats B1." in events[1]["DESCRIPTION"]


def test_the_cancellations_mail_carries_the_changed_entry(bought, desk):
    cancel_booking(bought.pk)
    desk.carry_out()
    [sent] = [sent for sent in mail.outbox if sent.subject.startswith("Cancelled")]
    [(name, ics, _)] = sent.attachments
    method, event = event_of(ics)
    assert name == f"booking-{bought.reference}.ics"
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)


def test_the_pdf_is_private_and_a_file(bought, alices_client):
    answer = alices_client.get(f"/api/bookings/{bought.pk}/ticket.pdf")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
    assert f"tickets-{bought.reference}.pdf" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]


def test_before_payment_and_after_cancellation_there_are_no_documents(desk, alices_client):
    booking = desk.book()
    paths = [f"/api/bookings/{booking.pk}/{name}" for name in ("ticket.pdf", "calendar.ics")]
    for path in paths:
        assert (alices_client.get(path).status_code, alices_client.get(path).json()["code"]) == (409, "not_confirmed")
    post(alices_client, f"bookings/{booking.pk}/cancel/")
    assert all(alices_client.get(path).status_code == 409 for path in paths)


@pytest.mark.parametrize(
    ("paise", "words"),
    [
        (0, "₹0.00"),
        (5, "₹0.05"),
        (31_860, "₹318.60"),
        (100_000, "₹1,000.00"),
        (12_345_670, "₹1,23,456.70"),
        (-250, "-₹2.50"),
    ],
)
def test_amounts_are_written_as_in_india(paise, words):
    assert rupees(paise) == words
