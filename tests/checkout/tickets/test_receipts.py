"""The receipt: the same figures on its page and in its PDF, for its owner alone, and the same for good."""

import io

import pypdf
import pytest

from checkout.bookings.select import get_booking
from checkout.cancellations.bookings import cancel_booking
from checkout.models import BookingLine
from checkout.models.coupon import Coupon
from checkout.money import gst, prices
from checkout.money.gst import halves
from checkout.tickets.receipts import receipt_of, taxes_of
from cinema.models import Movie, ShowTier
from seating.identity import COOKIE, token_for
from tests.checkout.conftest import post
from tests.checkout.tickets.test_mails_and_documents import _structure


@pytest.fixture
def bought(desk):
    """A1 (₹200) and B1 (₹300), half of it off: A1 is a cheap ticket now."""
    Coupon.objects.create(code="HALF", percent=50)
    return desk.buy(seats=("A1", "B1"), coupon="HALF")


def pdf_of(client, booking):
    answer = client.get(f"/api/bookings/{booking.pk}/receipt.pdf")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    return pypdf.PdfReader(io.BytesIO(answer.content))


def words_of(client, booking) -> str:
    return " ".join(page.extract_text() for page in pdf_of(client, booking).pages)


def test_taxes_are_added_up_by_rate_in_their_halves(bought):
    receipt = receipt_of(get_booking(bought.pk, [bought.owner]))
    assert [(tax.percent, tax.half, tax.taxable, tax.cgst, tax.sgst) for tax in receipt.taxes] == [
        (5, "2.5", 10_000, 250, 250),
        (18, "9", 15_000 + 4_000, 1_710, 1_710),
    ]
    assert receipt.taxable + receipt.cgst + receipt.sgst == bought.total == receipt.paid == receipt.kept
    assert (receipt.listed, receipt.discount, receipt.fee) == (50_000, 25_000, 4_000)


def test_the_pdf_has_every_line_and_can_be_read_aloud(bought, alices_client):
    reader = pdf_of(alices_client, bought)
    words = " ".join(page.extract_text() for page in reader.pages)
    payment = bought.payments.get().payment_id
    for expected in ("A1", "B1", "HALF", "₹250.00", "2.5 %", "₹17.10", bought.reference, payment, "₹329.20"):
        assert expected in words
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and b"pdfuaid:part" in root["/Metadata"].get_data()
    assert "/Table" in _structure(root["/StructTreeRoot"])


def test_the_page_has_the_same_figures_and_the_booking_leads_to_it(bought, alice, client):
    client.cookies[COOKIE] = token_for(alice)
    page = client.get(f"/bookings/{bought.pk}/receipt/").content.decode()
    for expected in ("HALF", "₹2.50", "₹17.10", "2.5 %", bought.payments.get().payment_id, "₹329.20"):
        assert expected in page
    assert f"/api/bookings/{bought.pk}/receipt.pdf" in page
    booking_page = client.get(f"/bookings/{bought.pk}/").content.decode()
    assert f"/bookings/{bought.pk}/receipt/" in booking_page and "HALF" in booking_page


def test_only_its_owner_sees_it(bought, bobs_client, bob, client):
    assert bobs_client.get(f"/api/bookings/{bought.pk}/receipt.pdf").status_code == 404
    client.cookies[COOKIE] = token_for(bob)
    assert client.get(f"/bookings/{bought.pk}/receipt/").status_code == 404


def test_while_nothing_is_paid_there_is_none(desk, alices_client, alice, client):
    booking = desk.book()
    client.cookies[COOKIE] = token_for(alice)

    def refused() -> bool:
        answer = alices_client.get(f"/api/bookings/{booking.pk}/receipt.pdf")
        page = client.get(f"/bookings/{booking.pk}/receipt/")
        return (answer.status_code, answer.json()["code"], page.status_code) == (409, "not_paid", 409)

    assert refused()
    cancel_booking(booking.pk)
    assert refused()


def test_refunds_stand_on_it_and_the_lines_stay(bought, desk, alices_client):
    ticket = str(bought.tickets.get(seat="B1").pk)
    post(alices_client, f"bookings/{bought.pk}/cancel/", {"tickets": [ticket]})
    desk.carry_out()
    receipt = receipt_of(get_booking(bought.pk, [bought.owner]))
    [refund] = receipt.refunds
    assert refund.amount == 11_250 and refund.reference.startswith("rfnd_")  # 75 % of what was paid for the seat
    assert receipt.kept == bought.total - 11_250 and len(receipt.lines) == 2
    cancel_booking(bought.pk)
    assert "-₹75.00" in words_of(alices_client, bought)


def test_changed_prices_rates_fees_and_coupons_change_no_receipt(bought, alices_client, monkeypatch):
    before = words_of(alices_client, bought)
    ShowTier.objects.update(price=1)
    Coupon.objects.update(code="OTHER", percent=1, active=False)
    monkeypatch.setattr(gst, "GST_TABLE", ((gst.GST_TABLE[0][0], 40, 40),))
    monkeypatch.setattr(prices, "FEE_GST_PERCENT", 40)
    monkeypatch.setattr(prices, "CONVENIENCE_FEE", 9)
    assert words_of(alices_client, bought) == before


def test_an_odd_paisa_is_the_central_half_for_good():
    """Receipts given out long ago are worked out by this again."""
    assert [halves(tax) for tax in (0, 1, 2, 361, 4_501)] == [(0, 0), (1, 0), (1, 1), (181, 180), (2_251, 2_250)]
    line = BookingLine(base=9_990, gst_percent=5, gst=499, fee=2_005, fee_gst=361, fee_gst_percent=18)
    assert (line.total_cgst, line.total_sgst) == (250 + 181, 249 + 180)
    assert [(tax.cgst, tax.sgst) for tax in taxes_of([line])] == [(250, 249), (181, 180)]


@pytest.mark.parametrize("title", ['"] #panic("x") $a$ \\', "दंगल", "L" * 200])
def test_no_title_breaks_it_or_becomes_typesetting_code(bought, alices_client, title):
    Movie.objects.update(title=title)
    assert bought.reference in words_of(alices_client, bought)


def test_the_largest_booking_has_all_its_seats(desk, alices_client):
    booking = desk.buy(seats=tuple(f"{row}{number}" for row in "AB" for number in range(1, 6)))
    assert all(f"{row}5" in words_of(alices_client, booking) for row in "AB")
