"""The last uses of a coupon, wanted by many at once: real threads, each with a connection of its own."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from checkout.bookings.create import change_coupon, create_booking
from checkout.coupons import rules
from checkout.errors import CouponAlreadyUsed, CouponUsedUp
from checkout.models import Booking, BookingLine
from checkout.models.coupon import Coupon, Redemption
from checkout.payments import settling
from checkout.payments.gateways import razorpay
from checkout.payments.reconciling import expire_bookings
from checkout.payments.settling import settle_payment
from seating.errors import SeatUnavailable
from seating.services.holds import hold_seats
from tests import factories
from tests.checkout.conftest import money_is_a_ticket_or_a_refund
from tests.checkout.test_races import at_once, somebody_waits_or

pytestmark = pytest.mark.postgres
CROWD, AT_A_TIME, LEFT = 200, 12, 10  # threads: fewer than the pool has connections


@pytest.fixture(autouse=True)
def _postgres_only(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time: there is no race to lose")


def pending_bookings(count: int, email: str = "guest{}@example.com") -> list[Booking]:
    """Of as many guests, as checkout stores them."""
    show, soon = factories.make_show(), timezone.now() + timedelta(minutes=10)
    bookings = Booking.objects.bulk_create(
        Booking(
            show=show,
            owner=f"guest_{number:024}",
            hold=f"hold{number}",
            name="Guest",
            email=email.format(number),
            total=25_960,
            expires_at=soon,
        )
        for number in range(count)
    )
    BookingLine.objects.bulk_create(
        BookingLine(
            booking=one, seat="A1", tier="Classic", base=20_000, gst_percent=18, gst=3_600, fee=2_000, fee_gst=360
        )
        for one in bookings
    )
    return bookings


def all_want(bookings: list[Booking]) -> list[object]:
    """Everybody at once: as many threads as the pool has connections for, each asking for several without a pause."""
    answers: list[object] = []

    def ask_for(part: list[Booking]) -> None:
        for one in part:
            try:
                answers.append(change_coupon(one.pk, "SAVE10"))
            except Exception as refused:
                answers.append(refused)

    threads = min(AT_A_TIME, len(bookings))
    at_once(*[lambda part=bookings[place::threads]: ask_for(part) for place in range(threads)])
    assert len(answers) == len(bookings)
    return answers


def test_of_two_hundred_at_once_ten_get_the_last_ten_uses():
    Coupon.objects.create(code="SAVE10", percent=10, limit_total=LEFT)
    answers = all_want(pending_bookings(CROWD))
    assert sum(isinstance(answer, Booking) for answer in answers) == LEFT
    assert sum(isinstance(answer, CouponUsedUp) for answer in answers) == CROWD - LEFT
    assert Redemption.objects.counting().count() == LEFT
    assert Booking.objects.filter(total__lt=25_960).count() == LEFT


def test_one_person_at_once_in_many_bookings_gets_one_use():
    Coupon.objects.create(code="SAVE10", percent=10, limit_per_person=1)
    answers = all_want(pending_bookings(AT_A_TIME, "alice+{}@example.com"))
    assert sum(isinstance(answer, Booking) for answer in answers) == 1
    assert sum(isinstance(answer, CouponAlreadyUsed) for answer in answers) == AT_A_TIME - 1


def test_without_the_coupons_lock_two_get_the_last_use(monkeypatch):
    """Why everybody waits for the coupon's row: both count before either has stored its use."""
    Coupon.objects.create(code="SAVE10", percent=10, limit_total=1)
    monkeypatch.setattr(rules, "_locked", lambda found: found.first())
    both_have_counted, check = threading.Barrier(2), rules._check_use_left

    def slow_check(*arguments):
        check(*arguments)
        both_have_counted.wait(20)

    monkeypatch.setattr(rules, "_check_use_left", slow_check)
    answers = all_want(pending_bookings(2))
    assert all(isinstance(answer, Booking) for answer in answers)
    assert Redemption.objects.counting().count() == 2  # of one


def test_a_use_given_up_and_wanted_at_once_is_never_two():
    Coupon.objects.create(code="SAVE10", percent=10, limit_total=1)
    holder, *others = pending_bookings(6)
    change_coupon(holder.pk, "SAVE10")
    at_once(
        lambda: change_coupon(holder.pk, None),
        *[lambda one=one: change_coupon(one.pk, "SAVE10") for one in others],
    )
    assert Redemption.objects.counting().count() <= 1


def expired_with_a_coupon(desk):
    """Alice's booking, whose time is over, and its order."""
    Coupon.objects.create(code="SAVE10", percent=10, limit_total=1)
    booking = desk.book(coupon="SAVE10")
    order_id = desk.order(booking)
    desk.let_time_run_out(booking)
    expire_bookings()
    return booking, order_id


def test_paid_late_while_another_books_the_same_seats_with_the_same_coupon_nobody_waits_in_a_circle(
    desk, gateway, bob, monkeypatch
):
    booking, order_id = expired_with_a_coupon(desk)
    gateway.pay(order_id)
    hold_seats(desk.show.pk, bob, ["A1", "A2"])
    use_is_left, has_the_coupon, booked = settling.use_is_left, threading.Event(), threading.Event()

    def slowly(late):
        left = use_is_left(late)
        has_the_coupon.set()
        somebody_waits_or(booked)
        return left

    def book():
        has_the_coupon.wait(20)
        try:
            return create_booking([bob], desk.show.pk, name="Bob", email="bob@example.com", coupon="SAVE10")
        finally:
            booked.set()

    monkeypatch.setattr(settling, "use_is_left", slowly)
    settled, refused = at_once(lambda: settle_payment(order_id), book)
    assert settled.status == "confirmed"
    assert isinstance(refused, SeatUnavailable)
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_seats_taken_again_for_a_late_payment_are_free_at_once_when_the_coupon_is_gone(desk, gateway, bob, monkeypatch):
    booking, order_id = expired_with_a_coupon(desk)
    gateway.pay(order_id)
    capture = razorpay.capture

    def meanwhile(*arguments):
        desk.book(bob, ("B1",), coupon="SAVE10", email="bob@example.com")
        return capture(*arguments)

    monkeypatch.setattr(razorpay, "capture", meanwhile)
    assert settle_payment(order_id).status == "expired"
    assert desk.claims("A1", "A2") == ["free", "free"]
    desk.carry_out()
    money_is_a_ticket_or_a_refund(booking, gateway)
