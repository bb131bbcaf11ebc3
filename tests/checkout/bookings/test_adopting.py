"""Bookings made as a guest join the account once its address is verified."""

import pytest
from django.db import connection

from checkout.bookings.adopt import adopt_bookings_of_address
from checkout.models import Booking, Coupon, Redemption
from tests import factories
from tests.frontend.test_bookings import make_booking

pytestmark = pytest.mark.django_db
MINE = "user_7"


def owner(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).owner


def test_settled_bookings_of_guests_join_whatever_case_their_letters_have(alice, bob):
    show = factories.make_show()
    confirmed = make_booking(alice, show=show, email="Alice@Example.test")
    cancelled = make_booking(bob, "cancelled", show=show, email="alice@example.TEST")
    assert adopt_bookings_of_address(MINE, "aLice@example.test") == 2
    assert owner(confirmed) == owner(cancelled) == MINE
    assert adopt_bookings_of_address(MINE, "alice@example.test") == 0


@pytest.mark.parametrize("status", ["pending", "expired"])
def test_what_is_held_in_a_guests_name_stays_theirs(alice, status):
    booking = make_booking(alice, status)
    assert adopt_bookings_of_address(MINE, booking.email) == 0
    assert owner(booking) == alice


def test_other_addresses_and_other_accounts_keep_theirs(alice):
    show = factories.make_show()
    near = make_booking(alice, show=show, email="alice@example.test.example", seats=("A1",))
    theirs = make_booking("user_8", show=show, email="alice@example.test", seats=("A2",))
    assert adopt_bookings_of_address(MINE, "alice@example.test") == 0
    assert (owner(near), owner(theirs)) == (alice, "user_8")


@pytest.mark.postgres
def test_a_large_table_is_not_read_through_at_every_sign_in():
    if connection.vendor != "postgresql":
        pytest.skip("another database plans otherwise")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the table is empty here, so its index would not be worth it
    plan = Booking.objects.filter(email__iexact="alice@example.test", owner__startswith="guest_").explain()
    assert "booking_by_address" in plan


def test_a_coupon_that_the_guest_used_is_used_by_the_account(alice):
    booking = make_booking(alice)
    coupon = Coupon.objects.create(code="ONCE", percent=10)
    person = "mail:alice@example.test"
    Redemption.objects.create(coupon=coupon, booking=booking, code="ONCE", person=person, discount=1)
    adopt_bookings_of_address(MINE, booking.email)
    assert Redemption.objects.get().person == MINE
