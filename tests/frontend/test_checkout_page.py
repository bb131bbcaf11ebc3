from datetime import timedelta

import pytest
from django.utils import timezone

from checkout.models import Order
from checkout.models.coupon import Coupon, Redemption
from seating.identity import COOKIE, token_for
from tests import factories
from tests.frontend.test_bookings import make_booking
from tests.frontend.test_show_page import data_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, alice):
    client.cookies[COOKIE] = token_for(alice)
    return client


def test_the_bill_has_every_seat_the_fee_the_tax_and_the_total(browser, alice):
    booking = make_booking(alice, status="pending")
    page = browser.get(f"/checkout/{booking.pk}/").content.decode()
    for words in ("A1", "A2", "₹200", "₹400", "₹60.34", "₹41.44", "₹41.42", "₹543.20", booking.reference):
        assert words in page


def test_a_coupon_stands_on_the_bill_and_can_be_taken_off_until_payment_begins(browser, alice):
    booking = make_booking(alice, status="pending", total=52_960)
    booking.lines.filter(seat="A1").update(base=19_000, discount=1_000)
    page = browser.get(f"/checkout/{booking.pk}/").content.decode()
    assert 'id="coupon-form" novalidate>' in page and 'id="coupon-on" class="coupon-on" hidden' in page
    coupon = Coupon.objects.create(code="SAVE10", amount=1_000)
    Redemption.objects.create(booking=booking, coupon=coupon, code="SAVE10", person=alice, discount=1_000)
    page = browser.get(f"/checkout/{booking.pk}/").content.decode()
    assert 'id="coupon-form" novalidate hidden' in page and ">SAVE10<" in page
    assert '<td id="bill-discount">\N{MINUS SIGN}₹10</td>' in page and '<td id="bill-seats">₹400</td>' in page
    assert 'class="btn btn-sm btn-outline-primary">' in page
    Order.objects.create(booking=booking, order_id="order_1", amount=booking.total)
    page = browser.get(f"/checkout/{booking.pk}/").content.decode()
    assert 'class="btn btn-sm btn-outline-primary" hidden>' in page


def test_the_script_gets_the_deadline_and_the_servers_time(browser, alice):
    booking = make_booking(alice, status="pending")
    data = data_of(browser.get(f"/checkout/{booking.pk}/"), "checkout-data")
    assert data["booking"] == booking.pk
    assert data["expires_at"] == booking.expires_at.isoformat(timespec="milliseconds")
    assert data["began"] is False


def test_a_payment_that_may_be_in_progress_is_checked_at_once(browser, alice):
    booking = make_booking(alice, status="pending")
    Order.objects.create(booking=booking, order_id="order_1", amount=booking.total)
    assert data_of(browser.get(f"/checkout/{booking.pk}/"), "checkout-data")["began"] is True


@pytest.mark.parametrize("status", ["confirmed", "cancelled"])
def test_a_booking_that_is_settled_leads_to_its_own_page(browser, alice, status):
    booking = make_booking(alice, status=status)
    response = browser.get(f"/checkout/{booking.pk}/")
    assert response.status_code == 302 and response["Location"] == f"/bookings/{booking.pk}/"


def test_an_expired_booking_says_so_and_leads_back_to_the_map(browser, alice):
    show = factories.make_show()
    booking = make_booking(alice, status="expired", show=show, expires_at=timezone.now() - timedelta(minutes=1))
    page = browser.get(f"/checkout/{booking.pk}/").content.decode()
    assert "The time to pay is over" in page
    assert f"/shows/{show.pk}/" in page
    assert 'id="pay"' not in page


def test_another_persons_booking_is_an_unknown_page(browser, bob):
    booking = make_booking(bob, status="pending")
    assert browser.get(f"/checkout/{booking.pk}/").status_code == 404
    assert browser.get("/checkout/nonsense/").status_code == 404


def test_the_page_is_not_kept_and_can_be_paid_from(browser, alice):
    response = browser.get(f"/checkout/{make_booking(alice, status='pending').pk}/")
    assert "no-store" in response["Cache-Control"]
    assert "csrftoken" in response.cookies
