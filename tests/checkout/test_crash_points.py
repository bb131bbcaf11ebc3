"""A process dies at a named point, in every way of getting there; the clock's tasks heal what it left."""

import pytest
from django.core import mail
from django.utils import timezone

from checkout import crash_points
from checkout.cancellations.bookings import cancel_booking
from checkout.models import Order, OutboxMessage, Payment, Refund, Ticket
from checkout.payments.reconciling import expire_bookings, reconcile_orders
from checkout.payments.settling import settle_payment
from checkout.payments.starting import start_payment
from tests.checkout.conftest import money_is_a_ticket_or_a_refund


class Died(BaseException):
    """Not an Exception: no handler may swallow a crash."""


@pytest.fixture
def die_at(monkeypatch):
    """`die_at(point)`: the next time somebody gets there, once."""

    def arm(point):
        def reached(where):
            if where == point and not died:
                died.append(where)
                raise Died(where)

        died = []
        monkeypatch.setattr(crash_points, "reached", reached)
        return died

    return arm


def heal(desk):
    """What beat would do within a few minutes."""
    Order.objects.update(due_at=timezone.now())
    reconcile_orders()
    expire_bookings()
    desk.carry_out()


SETTLING = ("seats_secured", "captured", "sold", "confirmed")


@pytest.mark.parametrize("point", SETTLING)
def test_every_crash_while_settling_ends_in_one_set_of_tickets_and_one_mail(desk, gateway, die_at, point):
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    died = die_at(point)
    with pytest.raises(Died):
        settle_payment(order_id)
    heal(desk)
    heal(desk)
    booking.refresh_from_db()
    assert died and booking.status == "confirmed"
    assert Ticket.objects.count() == 2
    assert [payment["status"] for payment in gateway.payments(order_id)] == ["captured"]
    assert len(mail.outbox) == 1
    money_is_a_ticket_or_a_refund(booking, gateway)


@pytest.mark.parametrize("point", SETTLING)
def test_a_crash_after_which_the_seats_were_lost_ends_in_tickets_or_in_a_refund(desk, gateway, die_at, bob, point):
    """The worst case: the process stays away for so long that the claims lapse and Bob takes the seats if he can."""
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    die_at(point)
    with pytest.raises(Died):
        settle_payment(order_id)
    desk.let_time_run_out(booking)
    try:
        desk.buy(bob, name="Bob", email="bob@example.com")
    except Exception as refused:
        assert "went to somebody else" in str(refused) or "cannot be had" in str(refused)
    heal(desk)
    heal(desk)
    assert Ticket.objects.filter(seat="A1", cancelled_at=None).count() == 1
    money_is_a_ticket_or_a_refund(booking, gateway)


def test_without_a_reconciler_a_crash_after_the_capture_would_keep_money_for_nothing(desk, gateway, die_at):
    """What the reconciler is for: nothing else here would ever look at this order again."""
    booking = desk.book()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    die_at("captured")
    with pytest.raises(Died):
        settle_payment(order_id)
    desk.carry_out()
    booking.refresh_from_db()
    assert gateway.payments(order_id)[0]["captured"] and booking.status == "pending" and not Ticket.objects.exists()


def test_an_order_that_was_made_and_forgotten_is_made_again_and_only_one_counts(desk, gateway, die_at):
    booking = desk.book()
    die_at("order_created")
    with pytest.raises(Died):
        start_payment(booking.pk)
    assert not Order.objects.exists()
    order_id = desk.order(booking)
    gateway.pay(order_id)
    assert settle_payment(order_id).status == "confirmed"


def test_a_refund_that_was_sent_and_forgotten_is_not_sent_twice(desk, gateway, die_at):
    """One ticket of two, so that the payment has enough left for the gateway to give it back a second time."""
    booking = desk.buy()
    cancel_booking(booking.pk, [str(booking.tickets.get(seat="A1").pk)])
    die_at("refund_sent")
    OutboxMessage.objects.exclude(kind="refund").update(done_at=timezone.now())
    with pytest.raises(Died):
        desk.carry_out()
    assert Refund.objects.get().refund_id is None
    desk.carry_out()
    [refund] = gateway.refunds(Payment.objects.get().payment_id)
    assert (Refund.objects.get().refund_id, Refund.objects.get().status) == (refund["id"], "processed")


def test_a_refund_that_the_gateway_did_but_never_told_us_of_is_found_by_its_receipt(desk, gateway):
    """The idempotency key may be forgotten there; the receipt is not."""
    from checkout.payments.gateways import razorpay

    booking = desk.buy()
    cancel_booking(booking.pk)
    refund, payment = Refund.objects.get(), Payment.objects.get()
    everything = {"amount": refund.amount, "receipt": refund.key}
    done = razorpay._client().post(f"/v1/payments/{payment.payment_id}/refund", everything)
    left = booking.total - refund.amount
    razorpay._client().post(f"/v1/payments/{payment.payment_id}/refund", {"amount": left})
    desk.carry_out()
    assert Refund.objects.get().refund_id == done["id"]
    assert len(gateway.refunds(payment.payment_id)) == 2
