"""Coupons over the API: put on, taken off, refused each with a code of its own, and counted."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from checkout.bookings.create import change_coupon, create_booking
from checkout.cancellations.bookings import cancel_booking
from checkout.coupons import throttle
from checkout.errors import CouponAlreadyUsed, CouponUsedUp, PriceChanged
from checkout.models import Booking, Order
from checkout.models.coupon import Coupon, Redemption, plain_email
from checkout.payments import starting
from checkout.payments.reconciling import expire_bookings
from checkout.payments.settling import settle_payment
from checkout.payments.starting import start_payment
from tests import factories
from tests.checkout.conftest import CONTACT, money_is_a_ticket_or_a_refund, post

HOUR = timedelta(hours=1)


def make_coupon(code="SAVE10", **kw) -> Coupon:
    shows, movies = kw.pop("shows", []), kw.pop("movies", [])
    if "amount" not in kw:
        kw.setdefault("percent", 10)
    coupon = Coupon(code=code, **kw)
    coupon.full_clean()
    coupon.save()
    coupon.shows.set(shows)
    coupon.movies.set(movies)
    return coupon


def put_on(client, booking, code):
    return post(client, f"bookings/{booking.pk}/coupon/", {"code": code})


def create_with(client, show, coupon, seats=("A1", "B1"), **more):
    post(client, "bookings/lock-seats/", {"show": show.pk, "seats": list(seats)})
    return post(client, "bookings/create/", {"show": show.pk, **CONTACT, "coupon": coupon, **more})


def code_of(answer):
    return answer.status_code, answer.json()["code"]


def test_a_coupon_given_at_once_lowers_every_line_and_its_tax(show, alices_client):
    make_coupon()
    answer = create_with(alices_client, show, " save10 ")
    assert answer.status_code == 201
    booking = answer.json()
    assert booking["coupon"] == {"code": "SAVE10", "discount": 5_000}
    first, second = booking["lines"]
    assert (first["base"], first["discount"], first["gst"], first["total"]) == (18_000, 2_000, 3_240, 23_600)
    assert (first["cgst"], first["sgst"], first["fee_cgst"], first["fee_sgst"]) == (1_620, 1_620, 180, 180)
    assert (second["base"], second["discount"]) == (27_000, 3_000)
    assert booking["total"] == sum(line["total"] for line in booking["lines"]) == 57_820


def test_a_refused_coupon_leaves_the_seats_held_for_another_try(show, alices_client):
    assert code_of(create_with(alices_client, show, "NOSUCH")) == (422, "unknown_coupon")
    assert not Booking.objects.exists()
    assert post(alices_client, "bookings/create/", {"show": show.pk, **CONTACT}).status_code == 201


def test_putting_on_another_and_taking_off_lead_back_to_the_same_price(desk, alices_client):
    make_coupon()
    make_coupon("MINUS50", amount=5_000)
    booking = desk.book(seats=("A1", "B1"))
    before = alices_client.get(f"/api/bookings/{booking.pk}/").json()
    assert put_on(alices_client, booking, "SAVE10").json()["total"] == 57_820
    assert put_on(alices_client, booking, "minus50").json()["coupon"] == {"code": "MINUS50", "discount": 5_000}
    assert Redemption.objects.get().code == "MINUS50"
    assert put_on(alices_client, booking, None).json() == before
    assert not Redemption.objects.exists()


def test_the_idempotency_key_covers_the_coupon(show, alices_client):
    make_coupon()
    post(alices_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1"]})
    body = {"show": show.pk, **CONTACT}
    first = post(alices_client, "bookings/create/", {**body, "coupon": "SAVE10"}, **{"Idempotency-Key": "k1"})
    again = post(alices_client, "bookings/create/", {**body, "coupon": "save10"}, **{"Idempotency-Key": "k1"})
    assert again.json() == first.json() and first.status_code == 201
    other = post(alices_client, "bookings/create/", body, **{"Idempotency-Key": "k1"})
    assert code_of(other) == (422, "idempotency_key_reused")


def test_a_second_create_may_bring_a_coupon_to_the_pending_booking(desk, show, alices_client):
    make_coupon()
    booking = desk.book()
    answer = post(alices_client, "bookings/create/", {"show": show.pk, **CONTACT, "coupon": "SAVE10"}).json()
    assert (answer["id"], answer["coupon"]["discount"]) == (booking.pk, 4_000)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"active": False}, "unknown_coupon"),
        ({"last_moment": -HOUR}, "coupon_expired"),
        ({"first_moment": HOUR}, "coupon_not_yet_valid"),
        ({"limit_total": 0}, "coupon_used_up"),
        ({"limit_per_person": 0}, "coupon_already_used"),
    ],
)
def test_each_reason_has_its_code_and_leaves_the_booking_alone(desk, alices_client, changes, code):
    changes = {k: timezone.now() + v if isinstance(v, timedelta) else v for k, v in changes.items()}
    make_coupon(**changes)
    make_coupon("KEPT", amount=100)
    booking = desk.book()
    kept = put_on(alices_client, booking, "KEPT").json()
    assert code_of(put_on(alices_client, booking, "SAVE10")) == (422, code)
    assert alices_client.get(f"/api/bookings/{booking.pk}/").json() == kept


def test_a_coupon_may_be_for_some_shows_or_films_only(desk, show, alices_client):
    other = factories.make_show()
    make_coupon("OTHERS", shows=[other], movies=[other.movie])
    make_coupon("SHOW", shows=[show])
    make_coupon("FILM", movies=[show.movie], shows=[other])
    booking = desk.book()
    assert code_of(put_on(alices_client, booking, "OTHERS")) == (422, "coupon_wrong_show")
    assert put_on(alices_client, booking, "SHOW").status_code == 200
    assert put_on(alices_client, booking, "FILM").status_code == 200


def test_a_percentage_stops_at_its_cap_and_an_amount_at_the_price_of_the_seats(desk, alices_client):
    make_coupon("HALF", percent=50, cap=1_234)
    make_coupon("HUGE", amount=9_999_999)
    booking = desk.book()
    assert put_on(alices_client, booking, "HALF").json()["coupon"]["discount"] == 1_234
    huge = put_on(alices_client, booking, "HUGE").json()
    assert (huge["coupon"]["discount"], huge["total"]) == (40_000, 2 * 2_360)  # the fee and its tax stay


@pytest.mark.parametrize("code", ["", "  ", "x" * 33, "a\nb", "a\x00b", 7, ["A"]])
def test_what_cannot_be_a_code_is_refused_as_input(desk, alices_client, code):
    booking = desk.book()
    assert code_of(put_on(alices_client, booking, code)) == (422, "invalid_input")


def test_another_persons_booking_is_unknown(desk, bobs_client):
    make_coupon()
    assert code_of(put_on(bobs_client, desk.book(), "SAVE10")) == (404, "not_found")
    assert not Redemption.objects.exists()


def test_once_payment_has_begun_the_price_stands(desk, alices_client):
    make_coupon()
    booking = desk.book()
    assert put_on(alices_client, booking, "SAVE10").status_code == 200
    order = start_payment(booking.pk)
    assert order.amount == Booking.objects.get().total == 47_200
    assert code_of(put_on(alices_client, booking, None)) == (409, "payment_started")
    assert code_of(put_on(alices_client, booking, "SAVE10")) == (409, "payment_started")


def test_a_coupon_put_on_while_the_order_is_made_lets_nobody_pay_the_old_price(desk, monkeypatch):
    make_coupon()
    booking = desk.book()
    make_order = starting._create_order

    def slow(known):
        order_id = make_order(known)
        change_coupon(booking.pk, "SAVE10")
        return order_id

    with monkeypatch.context() as slowly, pytest.raises(PriceChanged):
        slowly.setattr(starting, "_create_order", slow)
        start_payment(booking.pk)
    assert not Order.objects.exists()
    assert start_payment(booking.pk).amount == Booking.objects.get().total


def test_bookings_that_are_over_take_no_coupon(desk, alices_client):
    make_coupon()
    bought = desk.buy()
    assert code_of(put_on(alices_client, bought, "SAVE10")) == (409, "already_paid")
    given_up = desk.book(seats=("B1",))
    cancel_booking(given_up.pk)
    assert code_of(put_on(alices_client, given_up, "SAVE10")) == (409, "booking_cancelled")
    late = desk.book(seats=("B2",))
    desk.let_time_run_out(late)
    assert code_of(put_on(alices_client, late, "SAVE10")) == (410, "hold_expired")


# ---------------------------------------------------------------------------------------------------- uses
def test_a_use_counts_from_the_pending_booking_and_comes_back_when_that_ends_unpaid(desk, bob):
    make_coupon(limit_total=1)
    first = desk.book(coupon="SAVE10")
    with pytest.raises(CouponUsedUp):
        desk.book(bob, ("B1",), coupon="SAVE10", email="bob@example.com")
    cancel_booking(first.pk)
    second = desk.book(bob, ("B1",), coupon="SAVE10", email="bob@example.com")
    desk.let_time_run_out(second)
    expire_bookings()
    assert desk.book(bob, ("B2",), coupon="SAVE10", email="bob@example.com").redemption.discount == 3_000


def test_a_use_stays_once_confirmed_even_when_cancelled_and_what_was_really_paid_is_what_counts(desk, bob):
    make_coupon(limit_total=1, percent=50)
    bought = desk.buy(coupon="SAVE10")
    assert bought.total == 2 * (10_000 + 500 + 2_360)  # at ₹100 a ticket is a cheap one
    assert cancel_booking(bought.pk).refund == 2 * 7_500
    with pytest.raises(CouponUsedUp):
        desk.book(bob, ("B1",), coupon="SAVE10", email="bob@example.com")


def test_a_late_payment_takes_its_use_again_if_it_is_free(desk, gateway):
    make_coupon(limit_total=1)
    booking = desk.book(coupon="SAVE10")
    order_id = desk.order(booking)
    desk.let_time_run_out(booking)
    expire_bookings()
    gateway.pay(order_id)
    assert settle_payment(order_id).status == "confirmed"
    assert Redemption.objects.counting().count() == 1
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_a_late_payment_whose_use_another_has_taken_is_not_kept(desk, gateway, bob):
    make_coupon(limit_total=1)
    booking = desk.book(coupon="SAVE10")
    order_id = desk.order(booking)
    desk.let_time_run_out(booking)
    expire_bookings()
    desk.book(bob, ("B1",), coupon="SAVE10", email="bob@example.com")
    gateway.pay(order_id)
    assert settle_payment(order_id).status == "expired"
    assert Redemption.objects.counting().count() == 1
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_a_guest_is_known_by_their_mail_address_however_it_is_spelt(desk, bob):
    make_coupon(limit_per_person=1)
    desk.book(coupon="SAVE10")
    with pytest.raises(CouponAlreadyUsed):
        desk.book(bob, ("B1",), coupon="SAVE10", email="ALICE+films@Example.com")
    assert desk.book(bob, ("B1",), coupon="SAVE10", email="bob@example.com").redemption.person == "mail:bob@example.com"


def test_a_user_is_known_by_the_account_and_not_by_the_address(desk):
    make_coupon(limit_per_person=1)
    desk.book("user_7", coupon="SAVE10")
    with pytest.raises(CouponAlreadyUsed):
        desk.book("user_7", ("B1",), coupon="SAVE10", email="another@example.com")
    assert desk.book("user_8", ("C1",), coupon="SAVE10").redemption.person == "user_8"


def test_a_changed_address_is_counted_for_whom_it_names(desk, show, alice, bob):
    make_coupon(limit_per_person=1)
    desk.book(bob, ("B1",), coupon="SAVE10", email="bob@example.com")
    booking = desk.book(coupon="SAVE10")
    with pytest.raises(CouponAlreadyUsed):
        create_booking([alice], show.pk, **{**CONTACT, "email": "bob@example.com"})
    booking.refresh_from_db()
    assert booking.email == CONTACT["email"]
    create_booking([alice], show.pk, **{**CONTACT, "email": "carol@example.com"})
    assert Redemption.objects.get(booking=booking).person == "mail:carol@example.com"


@pytest.mark.parametrize(
    ("email", "plain"),
    [
        ("Alice@Example.com", "alice@example.com"),
        ("alice+a+b@example.com", "alice@example.com"),
        ("a.l.ice@googlemail.com", "alice@gmail.com"),
        ("a.lice@example.com", "a.lice@example.com"),
        ("+tag@example.com", "+tag@example.com"),
    ],
)
def test_one_mailbox_has_one_spelling(email, plain):
    assert plain_email(email) == plain


# ------------------------------------------------------------------------------------------------- guesses
def test_codes_cannot_be_found_by_trying_and_known_ones_are_not_counted(desk, alices_client, bobs_client, monkeypatch):
    monkeypatch.setattr(throttle, "MOST_UNKNOWN", 3)
    make_coupon()
    make_coupon("OVER", limit_total=0)
    booking = desk.book()
    for _ in range(3):
        assert put_on(alices_client, booking, "SAVE10").status_code == 200
        assert put_on(alices_client, booking, "OVER").status_code == 422
    for number in range(3):
        assert code_of(put_on(alices_client, booking, f"GUESS{number}")) == (422, "unknown_coupon")
    assert code_of(put_on(alices_client, booking, "SAVE10")) == (429, "too_many_guesses")
    answer = create_with(bobs_client, desk.show, "SAVE10", ("C1",), email="bob@example.com")
    assert answer["Retry-After"] == "600" and answer.json()["retry_after"] == 600
    assert code_of(answer) == (429, "too_many_guesses")  # a fresh guest at the same address
    assert post(bobs_client, "bookings/create/", {"show": desk.show.pk, **CONTACT}).status_code == 201
    assert put_on(alices_client, booking, None).status_code == 200


# ------------------------------------------------------------------------------------------------- wording
@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"percent": 10, "amount": 100},
        {"percent": None},
        {"percent": 101},
        {"percent": 0},
        {"amount": 0},
        {"amount": 100, "cap": 50},
        {"code": "A B"},
        {"code": ""},
        {"first_moment": timezone.now(), "last_moment": timezone.now() - HOUR},
    ],
)
def test_a_coupon_that_means_nothing_cannot_be_made(fields):
    with pytest.raises(ValidationError):
        make_coupon(**{"percent": None if "amount" in fields else 10, **fields})


@pytest.mark.django_db
def test_a_code_is_one_in_whatever_letters():
    assert make_coupon(" save10 ").code == "SAVE10"
    with pytest.raises(ValidationError):
        make_coupon("Save10")
