from datetime import timedelta

import pytest
from django.utils import timezone

from checkout.models import Booking
from seating.identity import COOKIE, token_for
from seating.services.claims import claim_hold, sell_seats
from seating.services.holds import hold_seats
from tests import factories
from tests.frontend.test_bookings import make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice_browser(client, alice):
    client.cookies[COOKIE] = token_for(alice)
    return client


@pytest.fixture
def booking(redis_server, alice) -> Booking:
    """Alice's two paid seats of a show tomorrow."""
    show = factories.make_show()
    hold_seats(show.pk, alice, ["A1", "A2"])
    hold = claim_hold(show.pk, alice)
    sell_seats(show.pk, alice, hold.id, ["A1", "A2"])
    return make_booking(alice, show=show, hold=hold.id, confirmed_at=timezone.now())


def address(booking: Booking) -> str:
    return f"/bookings/{booking.pk}/cancel/"


def tickets(booking: Booking) -> list[str]:
    return [str(ticket.pk) for ticket in booking.tickets.order_by("seat")]


def test_looking_at_the_refund_changes_nothing(alice_browser, booking):
    page = alice_browser.get(address(booking)).content.decode()
    assert "₹300" in page  # 75 % of two base prices of ₹200
    assert "75 % of the ticket price" in page
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert not booking.tickets.exclude(cancelled_at=None).exists()


def test_a_confirmed_cancellation_cancels_and_states_the_refund(alice_browser, booking):
    given = {"ticket": tickets(booking), "refund": "30000"}
    page = alice_browser.post(address(booking), given, follow=True).content.decode()
    assert "₹300 is on its way back to you" in page
    booking.refresh_from_db()
    assert booking.status == "cancelled"


def test_one_ticket_can_be_cancelled_alone(alice_browser, booking):
    first, _ = tickets(booking)
    page = alice_browser.get(address(booking), {"chosen": "1", "ticket": first}).content.decode()
    assert "₹150" in page
    alice_browser.post(address(booking), {"ticket": first, "refund": "15000"})
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert list(booking.tickets.filter(cancelled_at=None).values_list("seat", flat=True)) == ["A2"]


def test_nothing_is_cancelled_for_a_smaller_refund_than_was_shown(alice_browser, booking):
    booking.show.starts_at = timezone.now() + timedelta(hours=1)
    booking.show.save()
    page = alice_browser.post(address(booking), {"ticket": tickets(booking), "refund": "30000"}).content.decode()
    assert "The amount you get back has changed in the meantime" in page
    assert "₹200" in page
    booking.refresh_from_db()
    assert booking.status == "confirmed"


@pytest.mark.parametrize("given", [{}, {"ticket": "nonsense"}, {"ticket": "\x00", "refund": "0"}, {"refund": "30000"}])
def test_without_a_ticket_of_this_booking_nothing_is_cancelled(alice_browser, booking, given):
    page = alice_browser.post(address(booking), given).content.decode()
    assert "Choose at least one seat" in page
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_a_show_that_has_begun_cannot_be_cancelled_and_says_so(alice_browser, booking):
    booking.show.starts_at = timezone.now() - timedelta(minutes=1)
    booking.show.save()
    page = alice_browser.get(address(booking)).content.decode()
    assert "The show has begun" in page
    assert "You get back" not in page


def test_a_used_ticket_is_not_offered(alice_browser, booking):
    booking.tickets.filter(seat="A1").update(checked_in_at=timezone.now())
    page = alice_browser.get(address(booking)).content.decode()
    assert "Already admitted" in page
    assert "₹150" in page


def test_a_pending_booking_is_cancelled_as_a_whole(alice_browser, redis_server, alice):
    show = factories.make_show()
    hold_seats(show.pk, alice, ["A1"])
    hold = claim_hold(show.pk, alice)
    booking = make_booking(alice, status="pending", show=show, hold=hold.id, seats=["A1"])
    page = alice_browser.get(address(booking)).content.decode()
    assert "nothing to refund" in page
    alice_browser.post(address(booking), {"refund": "0"})
    booking.refresh_from_db()
    assert booking.status == "cancelled"


@pytest.mark.parametrize("status", ["expired", "cancelled"])
def test_an_ended_booking_redirects_to_its_page(alice_browser, alice, status):
    booking = make_booking(alice, status=status)
    assert alice_browser.get(address(booking))["Location"] == f"/bookings/{booking.pk}/"


def test_a_booking_offers_cancelling_only_while_it_is_possible(alice_browser, booking):
    detail = f"/bookings/{booking.pk}/"
    assert address(booking) in alice_browser.get(detail).content.decode()
    booking.tickets.update(checked_in_at=timezone.now())
    assert address(booking) not in alice_browser.get(detail).content.decode()


def test_cancelling_needs_the_pages_own_form(booking, alice):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.cookies[COOKIE] = token_for(alice)
    given = {"ticket": tickets(booking), "refund": "30000"}
    assert browser.post(address(booking), given).status_code == 403
