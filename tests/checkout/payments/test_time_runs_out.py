"""Bookings whose time is over end; the gateway is asked first; and open orders are asked about ever less often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from checkout.models import Booking, Order, Payment, Ticket, WebhookEvent
from checkout.payments import reconciling, settling
from checkout.payments.reconciling import expire_bookings, reconcile_orders
from checkout.payments.starting import start_payment
from tests.checkout.conftest import money_is_a_ticket_or_a_refund


def test_a_booking_that_nobody_pays_ends_and_its_seats_are_free(desk, bob):
    booking = desk.book()
    assert expire_bookings() == 0
    desk.let_time_run_out(booking)
    assert expire_bookings() == 1
    assert Booking.objects.get().status == "expired"
    assert desk.claims("A1", "A2") == ["free", "free"]
    assert desk.book(bob, name="Bob").status == "pending"
    assert expire_bookings() == 0


def test_a_booking_without_an_order_ends_without_asking_anybody(desk, settings):
    settings.RAZORPAY_BASE_URL = "http://127.0.0.1:9"
    desk.let_time_run_out(desk.book())
    assert expire_bookings() == 1


def test_paid_in_the_last_second_it_is_confirmed_and_not_ended(desk, gateway):
    booking = desk.book()
    gateway.pay(desk.order(booking), "silent")
    desk.let_time_run_out(booking)
    assert expire_bookings() == 0
    assert Booking.objects.get().status == "confirmed"
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_while_the_gateway_is_silent_nothing_is_concluded(desk, gateway, settings):
    paid, unpaid, without = desk.book(seats=("A1",)), desk.book(seats=("A2",)), desk.book(seats=("A3",))
    gateway.pay(desk.order(paid))
    desk.order(unpaid)
    for booking in (paid, unpaid, without):
        desk.let_time_run_out(booking)
    address, settings.RAZORPAY_BASE_URL = settings.RAZORPAY_BASE_URL, "http://127.0.0.1:9"
    assert expire_bookings() == 1  # the one that has no order
    assert set(Booking.objects.exclude(pk=without.pk).values_list("status", flat=True)) == {"pending"}
    settings.RAZORPAY_BASE_URL = address
    assert expire_bookings() == 1
    statuses = dict(Booking.objects.values_list("pk", "status"))
    assert (statuses[paid.pk], statuses[unpaid.pk]) == ("confirmed", "expired")


def test_seats_lapse_by_themselves_while_the_gateway_is_silent(desk, bob, settings, redis_server):
    booking = desk.book()
    desk.order(booking)
    desk.let_time_run_out(booking)
    settings.RAZORPAY_BASE_URL = "http://127.0.0.1:9"
    expire_bookings()
    redis_server.flushdb()  # as when the locks' own time has run out
    assert desk.book(bob, name="Bob").status == "pending"


def test_an_order_that_the_gateway_does_not_know_cannot_have_been_paid(desk):
    booking = desk.book()
    desk.order(booking)
    Order.objects.update(order_id="order_lost")
    desk.let_time_run_out(booking)
    assert expire_bookings() == 1


def test_a_payment_that_is_authorised_but_not_yet_taken_keeps_the_booking(desk, gateway):
    booking = desk.book()
    gateway.pay(desk.order(booking))
    desk.let_time_run_out(booking)
    gateway.fail("/capture", times=1)
    assert expire_bookings() == 0
    assert Booking.objects.get().status == "pending"
    assert Payment.objects.get().status == "authorized"
    assert expire_bookings() == 0
    assert Booking.objects.get().status == "confirmed"


def test_a_payment_that_somebody_else_noted_meanwhile_keeps_the_booking(desk, gateway, monkeypatch):
    """Asked, the gateway knew of no payment; before the booking is locked, a webhook's worker has noted one."""
    booking = desk.book()
    order_id = desk.order(booking)
    desk.let_time_run_out(booking)

    def settle_and_be_overtaken(order_id):
        settling.settle_payment(order_id)
        Payment.objects.create(
            booking=booking, order_id=order_id, payment_id="pay_overtook", status="authorized", amount=booking.total
        )

    monkeypatch.setattr(reconciling, "settle_payment", settle_and_be_overtaken)
    assert expire_bookings() == 0
    assert Booking.objects.get().status == "pending" and order_id


def test_a_silent_payment_is_found_by_the_reconciler(desk, gateway):
    booking = desk.book()
    gateway.pay(desk.order(booking), "silent")
    assert reconcile_orders() == 0  # not yet its turn
    Order.objects.update(due_at=timezone.now())
    assert reconcile_orders() == 1
    assert Booking.objects.get().status == "confirmed"


def test_an_order_is_asked_about_after_ever_longer_times_and_then_no_more(desk):
    order = start_payment(desk.book().pk)
    assert timedelta(seconds=50) < order.due_at - timezone.now() <= timedelta(seconds=60)
    Booking.objects.update(status="expired")  # an open booking's order is asked about every minute
    now, waits = order.due_at, []
    while reconciling._due_orders(now):
        reconciling._asked(order.order_id, now)
        later = Order.objects.get().due_at
        if later is None:
            break
        waits.append(later - now)
        now = later
    assert waits == sorted(waits) and waits[0] <= timedelta(minutes=3)
    assert max(waits) <= timedelta(hours=12)
    assert now - order.created_at > timedelta(days=3)
    assert Order.objects.get().due_at is None


def test_a_bank_that_takes_two_days_still_brings_a_ticket(desk, gateway):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id, "late", late_seconds=0.2)
    desk.let_time_run_out(booking)
    expire_bookings()
    assert Booking.objects.get().status == "expired"
    desk.webhooks_of(order_id, 2)
    two_days_ago = timezone.now() - timedelta(days=2)
    Order.objects.update(created_at=two_days_ago, due_at=timezone.now())
    reconcile_orders()
    assert Booking.objects.get().status == "confirmed"


def test_one_order_that_cannot_be_settled_does_not_hold_up_the_others(desk, gateway, monkeypatch):
    first, second = desk.book(seats=("A1",)), desk.book(seats=("A2",))
    for booking in (first, second):
        gateway.pay(desk.order(booking))
    Order.objects.update(due_at=timezone.now())
    broken = first.order.order_id
    settle = settling.settle_payment

    def settle_or_break(order_id):
        if order_id == broken:
            raise ZeroDivisionError
        return settle(order_id)

    monkeypatch.setattr(reconciling, "settle_payment", settle_or_break)
    reconcile_orders()
    assert Booking.objects.get(pk=second.pk).status == "confirmed"


@pytest.mark.parametrize("webhook_came", [True, False])
def test_sales_without_webhooks_are_noticed(desk, monkeypatch, webhook_came):
    said = []
    monkeypatch.setattr(reconciling.log, "error", lambda event, **_: said.append(event))
    desk.buy()
    Payment.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    if webhook_came:
        WebhookEvent.objects.create(event_id="evt_1", body="{}")
    reconcile_orders()
    assert ("webhooks_silent" in said) is not webhook_came
    assert Ticket.objects.count() == 2
