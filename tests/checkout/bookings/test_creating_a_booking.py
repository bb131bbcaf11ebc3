"""POST /api/bookings/create/: once, however often it is asked for; and a booking is its owner's alone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from checkout.bookings import create as creating
from checkout.bookings.create import create_booking
from checkout.models import Booking
from checkout.payments.settling import settle_payment
from cinema.models import ShowTier
from cinema.services import close_show
from seating.identity import COOKIE, owner_of_user, token_for
from seating.models import Claim
from tests.checkout.conftest import CONTACT, post


@pytest.fixture
def held(show, alices_client):
    """Alice holds A1 and B1."""
    return post(alices_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1", "B1"]}).json()


def create(client, show, key="", **more):
    headers = {"Idempotency-Key": key} if key else {}
    return post(client, "bookings/create/", {"show": show.pk, **CONTACT, **more}, **headers)


def test_the_booking_has_the_contracts_shape_and_the_servers_prices(show, alices_client, held):
    answer = create(alices_client, show)
    assert answer.status_code == 201
    booking = answer.json()
    assert set(booking) == {
        *("id", "reference", "status", "show", "seats", "lines", "total"),
        *("currency", "expires_at", "payment", "tickets", "coupon"),
    }
    assert (booking["status"], booking["show"], booking["seats"]) == ("pending", show.pk, ["A1", "B1"])
    assert booking["total"] == held["price"] == sum(line["total"] for line in booking["lines"])
    assert booking["lines"][0] == {
        **{"seat": "A1", "tier": "Classic", "base": 20_000, "gst": 3_600},
        **{"fee": 2_000, "fee_gst": 360, "total": 25_960},
        **{"discount": 0, "gst_percent": 18, "cgst": 1_800, "sgst": 1_800},
        **{"fee_gst_percent": 18, "fee_cgst": 180, "fee_sgst": 180},
    }
    assert (booking["payment"], booking["tickets"], booking["currency"]) == (None, [], "INR")
    assert booking["coupon"] is None
    assert booking["expires_at"] == held["expires_at"]
    assert alices_client.get(f"/api/bookings/{booking['id']}/").json() == booking


def test_a_price_changed_afterwards_does_not_change_the_booking(show, alices_client, held):
    booking = create(alices_client, show).json()
    ShowTier.objects.filter(show=show).update(price=1)
    assert alices_client.get(f"/api/bookings/{booking['id']}/").json() == booking


def test_the_seats_are_claimed_in_the_database_from_here_on(show, alices_client, held):
    create(alices_client, show)
    claims = Claim.objects.filter(show=show, state="pending").values_list("seat", flat=True)
    assert sorted(claims) == ["A1", "B1"]


def test_the_same_key_and_body_is_the_same_answer_whatever_happened_since(desk, gateway, show, alices_client, held):
    first = create(alices_client, show, "key-1").json()
    assert create(alices_client, show, "key-1").json()["id"] == first["id"]
    booking = Booking.objects.get()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    settle_payment(order_id)
    again = create(alices_client, show, "key-1")
    assert (again.status_code, again.json()) == (201, first)
    assert Booking.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(show, alices_client, held):
    create(alices_client, show, "key-1")
    answer = create(alices_client, show, "key-1", name="Mallory")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_two_people_may_use_the_same_key(show, alices_client, bobs_client, held):
    post(bobs_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["C1"]})
    one, other = create(alices_client, show, "key-1").json(), create(bobs_client, show, "key-1").json()
    assert one["id"] != other["id"] and other["seats"] == ["C1"]


@pytest.mark.parametrize("key", ["k" * 201, "k\u00e9y"])
def test_an_unusable_key_is_refused(show, alices_client, held, key):
    answer = create(alices_client, show, key)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_without_a_key_a_second_create_is_the_pending_booking_with_the_contact_given_last(show, alices_client, held):
    first = create(alices_client, show).json()
    second = create(alices_client, show, email="alice@work.example")
    assert (second.status_code, second.json()["id"]) == (201, first["id"])
    assert Booking.objects.get().email == "alice@work.example"


def test_without_seats_held_there_is_nothing_to_book(show, alices_client):
    answer = create(alices_client, show)
    assert (answer.status_code, answer.json()["code"]) == (410, "hold_expired")


def test_a_pending_booking_whose_time_is_over_does_not_count(show, alices_client, held):
    create(alices_client, show)
    Booking.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert create(alices_client, show).status_code == 410


def test_a_show_whose_sale_has_ended_takes_no_bookings(show, alices_client, held):
    close_show(show.pk)
    answer = create(alices_client, show)
    assert (answer.status_code, answer.json()["code"]) == (409, "show_closed")
    assert not Booking.objects.exists() and not Claim.objects.filter(state="pending").exists()


def test_when_storing_fails_the_hold_stays_open_for_another_try(show, alice, alices_client, held, monkeypatch):
    def fail(*args):
        raise RuntimeError("the database went away")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(creating, "_store", fail)
        create_booking([alice], show.pk, **CONTACT)
    assert create(alices_client, show).status_code == 201


def test_a_guest_who_signs_in_books_what_the_guest_held(show, alice, held, django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_user("alice", "alice@example.com", "secret"))
    client.cookies[COOKIE] = token_for(alice)
    assert create(client, show).json()["seats"] == ["A1", "B1"]
    assert Booking.objects.get().owner == owner_of_user(django_user_model.objects.get())


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "A" * 121},
        {"name": "Alice\nBcc: bob@example.com"},
        {"name": "\x00"},
        {"name": 5},
        {"email": "alice"},
        {"email": "alice@example.com\nBcc: bob@example.com"},
        {"email": "a" * 250 + "@example.com"},
        {"phone": "call me"},
        {"phone": 5},
        {"show": "1"},
        {"seats": ["A1"]},
    ],
)
def test_unusable_contacts_are_refused(show, alices_client, held, change):
    answer = post(alices_client, "bookings/create/", {"show": show.pk, **CONTACT, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert not Booking.objects.exists()


def test_another_persons_booking_does_not_exist(desk, alices_client, bobs_client, gateway):
    booking = desk.buy()
    paths = ["", "ticket.pdf", "calendar.ics"]
    for client in (bobs_client, Client()):
        for path in paths:
            answer = client.get(f"/api/bookings/{booking.pk}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        for path, body in ((f"bookings/{booking.pk}/cancel/", {}), ("payments/initiate/", {"booking": booking.pk})):
            assert post(client, path, body).status_code == 404
    assert all(alices_client.get(f"/api/bookings/{booking.pk}/{path}").status_code == 200 for path in paths)
    booking.refresh_from_db()
    assert booking.status == "confirmed"


@pytest.mark.parametrize("booking_id", ["nothing", "%00", "é", "a" * 500])
def test_an_invented_booking_does_not_exist(show, alices_client, booking_id):
    assert alices_client.get(f"/api/bookings/{booking_id}/").status_code == 404
