"""One function moves a booking on: paid, failed, late, silent, second and cancelled, asked in any order and often."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.errors import GatewayUnavailable, UnknownBooking
from checkout.models import Booking, OutboxMessage, Payment, Refund, Ticket
from checkout.payments import settling
from checkout.payments.reconciling import expire_bookings
from checkout.payments.settling import settle_payment
from cinema.services import cancel_show
from tests.checkout.conftest import money_is_a_ticket_or_a_refund


def test_a_payment_makes_tickets_and_sells_the_seats(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    paid = gateway.pay(order_id)
    booking = settle_payment(order_id)
    assert booking.status == "confirmed" and booking.confirmed_at
    assert sorted(ticket.seat for ticket in booking.tickets.all()) == ["A1", "A2"]
    assert desk.claims("A1", "A2", "A3") == ["sold", "sold", "free"]
    [payment] = gateway.payments(order_id)
    assert (payment["id"], payment["status"]) == (paid["razorpay_payment_id"], "captured")
    assert booking.paid_by.payment_id == payment["id"]
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_asked_again_nothing_happens_twice(desk, gateway):
    booking = desk.buy()
    before = list(Ticket.objects.values_list("code", flat=True))
    for _ in range(3):
        settle_payment(booking.order.order_id)
    assert list(Ticket.objects.values_list("code", flat=True)) == before
    assert Payment.objects.count() == 1
    assert not Refund.objects.exists()
    assert OutboxMessage.objects.count() == 1


def test_a_failed_payment_leaves_the_booking_pending_and_may_be_tried_again(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id, "failure")
    assert settle_payment(order_id).status == "pending"
    assert Payment.objects.get().status == "failed" and Payment.objects.get().error
    assert desk.order(booking) == order_id
    gateway.pay(order_id)
    assert settle_payment(order_id).status == "confirmed"


def test_an_order_that_is_not_ours_is_unknown(desk):
    with pytest.raises(UnknownBooking):
        settle_payment("order_nobodyknows")


def test_a_late_payment_takes_its_seats_again_if_they_are_free(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    desk.let_time_run_out(booking)
    expire_bookings()
    assert desk.claims("A1", "A2") == ["free", "free"]
    gateway.pay(order_id)
    assert settle_payment(order_id).status == "confirmed"
    assert desk.claims("A1", "A2") == ["sold", "sold"]
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_a_late_payment_whose_seats_are_gone_is_never_captured_and_the_customer_is_told(desk, gateway, bob):
    booking = desk.book()
    order_id = desk.order(booking)
    desk.lose_seats_to(bob, booking)
    gateway.pay(order_id)
    assert settle_payment(order_id).status == "expired"
    [payment] = gateway.payments(order_id)
    assert payment["status"] == "authorized"  # the gateway returns it by itself
    assert Payment.objects.get(booking=booking).status == "void"
    assert Ticket.objects.filter(seat="A1", cancelled_at=None).get().booking.owner == bob
    for _ in range(2):
        settle_payment(order_id)
        desk.carry_out()
    [told] = [one for one in mail.outbox if one.to == ["alice@example.com"]]
    assert "came too late" in told.body and "We have not taken the money" in told.body


def test_a_late_payment_that_was_captured_elsewhere_is_refunded_once(desk, gateway, bob):
    booking = desk.book()
    order_id = desk.order(booking)
    desk.lose_seats_to(bob, booking)
    paid = gateway.pay(order_id)
    _capture_by_hand(paid["razorpay_payment_id"], booking.total)
    for _ in range(3):
        settle_payment(order_id)
        desk.carry_out()
    assert len(gateway.refunds(paid["razorpay_payment_id"])) == 1
    assert Refund.objects.get(booking=booking).status == "processed"
    told = [one for one in mail.outbox if one.to == ["alice@example.com"]]
    assert len(told) == 1 and "We are refunding all of it" in told[0].body
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_the_bank_that_first_fails_and_then_authorises_still_brings_a_ticket(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id, "late", late_seconds=0.3)
    assert settle_payment(order_id).status == "pending"
    assert Payment.objects.get().status == "failed"
    desk.webhooks_of(order_id, 2)  # payment.failed, payment.authorized
    assert settle_payment(order_id).status == "confirmed"


def test_a_second_payment_of_a_confirmed_booking_is_not_taken(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    gateway.pay(order_id)
    assert settle_payment(order_id).status == "confirmed"
    assert sorted(payment["status"] for payment in gateway.payments(order_id)) == ["authorized", "captured"]
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["captured", "void"]
    settle_payment(order_id)
    desk.carry_out()
    second = [one for one in mail.outbox if "had already been paid" in one.body]
    assert len(second) == 1
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_a_payment_never_revives_a_cancelled_booking(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    cancel_booking(booking.pk)
    gateway.pay(order_id)
    assert settle_payment(order_id).status == "cancelled"
    assert not Ticket.objects.exists()
    assert Payment.objects.get().status == "void"
    assert desk.claims("A1", "A2") == ["free", "free"]


def test_cancelled_while_the_money_is_taken_everything_is_refunded(desk, gateway, monkeypatch):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    monkeypatch.setattr(
        settling.crash_points, "reached", lambda point: point == "captured" and cancel_booking(booking.pk)
    )
    assert settle_payment(order_id).status == "cancelled"
    desk.carry_out()
    assert Refund.objects.get().amount == booking.total
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_seats_stay_ours_while_the_money_is_taken(desk, gateway, bob, monkeypatch):
    """Without securing the claims first, Bob would get the seats between authorising and capturing."""
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    desk.let_time_run_out(booking)
    taken = []

    def bob_tries(point):
        if point == "seats_secured":
            with pytest.raises(seating_refusal()):
                desk.book(bob, name="Bob", email="bob@example.com")
            taken.append(point)

    monkeypatch.setattr(settling.crash_points, "reached", bob_tries)
    assert settle_payment(order_id).status == "confirmed"
    assert taken


def seating_refusal():
    from seating.errors import SeatUnavailable

    return SeatUnavailable


def test_a_payment_for_a_show_that_was_cancelled_is_not_taken(desk, gateway, show):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    cancel_show(show.pk)
    assert settle_payment(order_id).status == "expired"
    assert Payment.objects.get().status == "void"
    assert not Ticket.objects.exists()


def test_a_late_payment_does_not_buy_seats_at_a_show_that_has_begun(desk, gateway, show):
    booking = desk.book()
    order_id = desk.order(booking)
    desk.let_time_run_out(booking)
    expire_bookings()
    gateway.pay(order_id)
    show.starts_at = timezone.now() - timedelta(minutes=1)
    show.save(update_fields=["starts_at"])
    assert settle_payment(order_id).status == "expired"
    assert Payment.objects.get().status == "void"


def test_a_payment_of_another_amount_buys_nothing(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    paid = gateway.pay(order_id)
    _capture_by_hand(paid["razorpay_payment_id"], booking.total)
    type(booking.order).objects.update(amount=booking.total + 1)
    assert settle_payment(order_id).status == "pending"
    desk.carry_out()
    assert Refund.objects.get().amount == booking.total
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("fault", ["bad_gateway", "server_error", "rate_limited", "lost_answer", "gateway_error"])
def test_a_gateway_that_stumbles_over_the_capture_is_asked_again(desk, gateway, fault):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    gateway.fail("/capture", fault)
    try:
        settle_payment(order_id)
    except GatewayUnavailable:
        assert Booking.objects.get().status == "pending"
    assert settle_payment(order_id).status == "confirmed"
    assert [payment["status"] for payment in gateway.payments(order_id)] == ["captured"]
    assert Ticket.objects.count() == 2


def test_a_state_told_late_never_undoes_a_later_one(desk, gateway):
    from checkout.payments.recording import record_payments

    booking = desk.buy()
    order = booking.order
    [truth] = gateway.payments(order.order_id)
    for status in ("created", "failed", "authorized"):
        record_payments(order, [{**truth, "status": status}])
        assert Payment.objects.get().status == "captured"


def test_a_payment_of_another_order_is_not_noted_here(desk, gateway):
    from checkout.payments.recording import record_payments

    booking = desk.buy()
    [truth] = gateway.payments(booking.order.order_id)
    record_payments(booking.order, [{**truth, "id": "pay_other", "order_id": "order_other"}])
    assert Payment.objects.count() == 1


def test_the_buyer_is_told_on_every_open_map(desk, monkeypatch):
    notices = []
    monkeypatch.setattr(settling, "notify_owner", lambda *notice: notices.append(notice))
    booking = desk.buy()
    [(show_id, owner, code, detail)] = notices
    assert (show_id, owner, code) == (booking.show_id, booking.owner, "booking_confirmed")
    assert booking.reference in detail


def _capture_by_hand(payment_id: str, amount: int) -> None:
    """As somebody at the gateway's own desk would."""
    from checkout.payments.gateways import razorpay

    razorpay.capture(payment_id, amount, "INR")
