"""The same e-mail address or telephone is one person, whatever identities they use."""

import pytest

from checkout.bookings.create import create_booking
from checkout.payments.starting import start_payment
from seating.errors import TooManySeats
from seating.selectors import held_by
from seating.services.holds import hold_seats

MAIL = "alice@example.com"


@pytest.fixture(autouse=True)
def four_seats_each(settings):
    settings.MAX_SEATS_PER_BOOKING = 4


def book(desk, owner, seats, email=MAIL, phone=""):
    hold_seats(desk.show.pk, owner, seats)
    return create_booking([owner], desk.show.pk, name="A", email=email, phone=phone)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": MAIL}, {"email": "ALICE@Example.com"}),
        ({"email": "a@example.com", "phone": "+919876543210"}, {"email": "b@example.com", "phone": "9876543210"}),
        ({"email": "a@example.com", "phone": "09876543210"}, {"email": "b@example.com", "phone": "+91 98765-43210"}),
    ],
)
def test_a_second_identity_gets_no_second_allowance(desk, alice, bob, first, second):
    book(desk, alice, ["A1", "A2", "A3"], **first)
    with pytest.raises(TooManySeats, match="1 more"):
        book(desk, bob, ["A4", "A5"], **second)
    assert set(held_by(desk.show.pk, bob)) == {"A4", "A5"}  # held as before


def test_somebody_else_is_not_counted(desk, alice, bob):
    book(desk, alice, ["A1", "A2", "A3"], phone="+919876543210")
    assert book(desk, bob, ["A4", "A5"], email="bob@example.com", phone="+919876543211").status == "pending"


def test_changing_the_contact_afterwards_is_no_way_around(desk, alice, bob):
    book(desk, alice, ["A1", "A2", "A3"])
    booking = book(desk, bob, ["A4", "A5"], email="bob@example.com")
    with pytest.raises(TooManySeats):
        create_booking([bob], desk.show.pk, name="A", email=MAIL)
    booking.email = MAIL
    booking.save()
    with pytest.raises(TooManySeats):
        start_payment(booking.pk)
