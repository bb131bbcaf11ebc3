from datetime import timedelta

import pytest
from django.utils import timezone

from checkout.models import Booking, BookingLine, Payment, Refund, Ticket
from frontend.views.bookings import BOOKINGS_PER_PAGE
from seating.identity import COOKIE, token_for
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice_browser(client, alice):
    """A browser that is the guest Alice."""
    client.cookies[COOKIE] = token_for(alice)
    return client


def make_booking(owner: str, status: str = "confirmed", seats=("A1", "A2"), show=None, **kw) -> Booking:
    """A booking as checkout leaves it: ₹271.60 a seat, tickets once confirmed."""
    show = show or factories.make_show()
    booking = Booking.objects.create(
        **{
            "show": show,
            "owner": owner,
            "hold": f"hold{Booking.objects.count()}",
            "name": "Alice",
            "email": "alice@example.test",
            "status": status,
            "total": 27_160 * len(seats),
            "expires_at": timezone.now() + timedelta(minutes=5),
            **kw,
        }
    )
    for seat in seats:
        BookingLine.objects.create(
            booking=booking, seat=seat, tier="Classic", base=20_000, gst_percent=18, gst=3_600, fee=3_017, fee_gst=543
        )
        if status == "confirmed":
            Ticket.objects.create(booking=booking, show=show, seat=seat, code=f"HF1.{booking.pk}.{seat}")
    return booking


def test_a_guest_sees_their_own_bookings_and_nobody_elses(alice_browser, alice, bob):
    mine, theirs = make_booking(alice), make_booking(bob)
    page = alice_browser.get("/bookings/").content.decode()
    assert mine.reference in page
    assert theirs.reference not in page
    assert alice_browser.get(f"/bookings/{mine.pk}/").status_code == 200
    assert alice_browser.get(f"/bookings/{theirs.pk}/").status_code == 404
    assert alice_browser.get(f"/bookings/{theirs.pk}/cancel/").status_code == 404
    assert alice_browser.post(f"/bookings/{theirs.pk}/cancel/", {"refund": "0"}).status_code == 404


def test_a_guest_who_signs_in_keeps_their_bookings(alice_client, alice):
    user = alice_client.session["_auth_user_id"]
    as_guest, as_user = make_booking(alice), make_booking(f"user_{user}")
    alice_client.cookies[COOKIE] = token_for(alice)
    page = alice_client.get("/bookings/").content.decode()
    assert as_guest.reference in page
    assert as_user.reference in page


def test_a_new_visitor_reads_how_to_find_their_bookings(client):
    page = client.get("/bookings/").content.decode()
    assert "No bookings yet" in page
    assert "/accounts/login/?next=/bookings/" in page


def test_bookings_come_in_pages_without_a_query_for_each(alice_browser, alice, django_assert_max_num_queries):
    show = factories.make_show()
    for _ in range(BOOKINGS_PER_PAGE + 3):
        make_booking(alice, status="expired", show=show)
    with django_assert_max_num_queries(9):
        first = alice_browser.get("/bookings/")
    assert len(first.context["page"]) == BOOKINGS_PER_PAGE
    assert len(alice_browser.get("/bookings/?page=2").context["page"]) == 3
    assert len(alice_browser.get("/bookings/?page=999").context["page"]) == 3


def test_a_confirmed_booking_shows_its_tickets(alice_browser, alice):
    booking = make_booking(alice)
    page = alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    assert page.count("data:image/svg+xml") == 2
    assert "QR code for seat A1" in page
    assert f"/api/bookings/{booking.pk}/ticket.pdf" in page
    assert f"/api/bookings/{booking.pk}/calendar.ics" in page
    assert "₹543.20" in page
    assert "Your booking is confirmed." in page


def test_a_booking_page_is_not_kept_by_any_cache(alice_browser, alice):
    booking = make_booking(alice)
    assert "no-store" in alice_browser.get(f"/bookings/{booking.pk}/")["Cache-Control"]
    assert "no-store" in alice_browser.get("/bookings/")["Cache-Control"]


def test_a_booking_costs_the_same_queries_however_many_seats(alice_browser, alice, django_assert_max_num_queries):
    booking = make_booking(alice, seats=[f"A{number}" for number in range(1, 9)])
    with django_assert_max_num_queries(8):
        alice_browser.get(f"/bookings/{booking.pk}/")


def test_a_cancelled_ticket_has_no_code_to_show(alice_browser, alice):
    booking = make_booking(alice)
    booking.tickets.filter(seat="A1").update(cancelled_at=timezone.now())
    page = alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    assert "QR code for seat A1" not in page
    assert "QR code for seat A2" in page
    assert "Cancelled: not valid" in page


def test_a_used_ticket_says_when(alice_browser, alice):
    booking = make_booking(alice, seats=["A1"])
    booking.tickets.update(checked_in_at=timezone.now())
    assert "Admitted at" in alice_browser.get(f"/bookings/{booking.pk}/").content.decode()


def test_a_pending_booking_links_to_the_payment_and_updates_itself(alice_browser, alice):
    booking = make_booking(alice, status="pending")
    page = alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    assert f"/checkout/{booking.pk}/" in page
    assert "data-countdown" in page
    assert f'data-api="/api/bookings/{booking.pk}/"' in page
    assert "js/pages/booking.js" in page
    assert "ticket.pdf" not in page


def test_a_settled_booking_does_not_update_itself(alice_browser, alice):
    booking = make_booking(alice)
    assert "js/pages/booking.js" not in alice_browser.get(f"/bookings/{booking.pk}/").content.decode()


def test_a_failed_attempt_to_pay_is_explained(alice_browser, alice):
    booking = make_booking(alice, status="pending")
    Payment.objects.create(
        booking=booking, order_id="o1", payment_id="p1", status="failed", amount=1, error="Card <b>declined</b>"
    )
    page = alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    assert "Your last payment attempt failed" in page
    assert "Card &lt;b&gt;declined" in page


def test_an_expired_booking_says_what_happens_to_a_late_payment(alice_browser, alice):
    booking = make_booking(alice, status="expired")
    assert "If a payment still arrives" in alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    Payment.objects.create(booking=booking, order_id="o1", payment_id="p1", status="void", amount=54_320)
    page = alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    assert "Your payment of ₹543.20 came too late" in page


@pytest.mark.parametrize(
    ("status", "words"),
    [("pending", "is being refunded"), ("processed", "has been refunded"), ("failed", "did not go through")],
)
def test_a_refund_says_how_far_it_is(alice_browser, alice, status, words):
    booking = make_booking(alice, status="cancelled")
    payment = Payment.objects.create(booking=booking, order_id="o", payment_id="p", status="captured", amount=54_320)
    Refund.objects.create(
        booking=booking,
        payment=payment,
        key="k",
        amount=30_000,
        status=status,
        rule="two_hours",
        due_at=timezone.now(),
    )
    page = alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    assert words in page
    assert "₹300" in page


def test_a_show_that_the_cinema_cancelled_promises_a_full_refund(alice_browser, alice):
    booking = make_booking(alice)
    booking.show.state = "cancelled"
    booking.show.save()
    page = alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    assert "The cinema has cancelled this show" in page
    assert "Your booking is confirmed." not in page


def test_what_a_customer_typed_is_escaped(alice_browser, alice):
    booking = make_booking(alice, name="<script>x</script>")
    assert "<script>x" not in alice_browser.get(f"/bookings/{booking.pk}/").content.decode()


def test_the_list_names_only_the_seats_that_are_left(alice_browser, alice):
    booking = make_booking(alice)
    booking.tickets.filter(seat="A1").update(cancelled_at=timezone.now())
    page = alice_browser.get("/bookings/").content.decode()
    assert '<span class="stub-seats">A2</span>' in page
