"""A refund is followed until it is processed or has failed, and a failed one can be tried again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from checkout import crash_points
from checkout.cancellations.bookings import cancel_booking
from checkout.models import OutboxMessage, Payment, Refund
from checkout.payments import refunds
from checkout.payments.refunds import reconcile_refunds, retry_refund, settle_refund


@pytest.fixture
def cancelled(desk):
    booking = desk.buy()
    cancel_booking(booking.pk)
    return booking


def make_due():
    Refund.objects.filter(due_at__isnull=False).update(due_at=timezone.now())


def test_a_pending_refund_is_asked_about_until_it_is_processed(desk, gateway, cancelled):
    gateway.switch("refunds", outcome="pending")
    desk.carry_out()
    assert reconcile_refunds() == 0  # not yet its turn
    make_due()
    assert reconcile_refunds() == 1
    assert Refund.objects.get().status == "pending"
    gateway.switch("refunds", refund_id=Refund.objects.get().refund_id, outcome="processed")
    make_due()
    assert reconcile_refunds() == 1
    assert Refund.objects.get().status == "processed"
    make_due()
    assert reconcile_refunds() == 0


def test_a_failed_refund_is_failed_for_good_and_can_be_tried_again(desk, gateway, cancelled):
    gateway.switch("refunds", outcome="pending")
    desk.carry_out()
    first = Refund.objects.get()
    gateway.switch("refunds", refund_id=first.refund_id, outcome="failed")
    make_due()
    reconcile_refunds()
    first.refresh_from_db()
    assert first.status == "failed"
    gateway.switch("refunds", outcome="processed")
    for _ in range(2):  # asked twice, it is one more refund
        retry_refund(first.pk)
    desk.carry_out()
    second = Refund.objects.exclude(pk=first.pk).get()
    assert (second.amount, second.status, second.rule) == (first.amount, "processed", first.rule)
    payment = gateway.get(f"payments/{Payment.objects.get().payment_id}")
    assert payment["amount_refunded"] == first.amount


def test_a_failed_refund_in_a_dead_workers_hands_is_issued_again_once_the_lease_is_over(
    desk, gateway, cancelled, monkeypatch
):
    gateway.switch("refunds", outcome="pending")
    desk.carry_out()
    gateway.switch("refunds", refund_id=Refund.objects.get().refund_id, outcome="failed")
    gateway.switch("refunds", outcome="processed")
    make_due()
    reconcile_refunds()
    make_due()
    taken = []

    def die_with_the_failed_one(point):
        taken.append(point)
        if taken.count(crash_points.REFUNDS_TAKEN) == 2:  # after those that are pending, of which there is none
            raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(crash_points, "reached", die_with_the_failed_one)
        reconcile_refunds()
    failed = Refund.objects.get()
    assert not failed.replaced and timedelta(0) < failed.due_at - timezone.now() <= refunds.LEASE
    reconcile_refunds()
    assert Refund.objects.count() == 1  # somebody may be at work on it
    make_due()
    reconcile_refunds()
    desk.carry_out()
    assert list(Refund.objects.order_by("pk").values_list("edition", "status")) == [(1, "failed"), (2, "processed")]


def test_a_processed_refund_is_never_pending_or_failed_again(desk, gateway, cancelled):
    desk.carry_out()
    refund = Refund.objects.get()
    for status in ("pending", "failed"):
        refunds._record(refund.pk, {"id": refund.refund_id, "status": status})
        refund.refresh_from_db()
        assert refund.status == "processed"


def test_a_refund_that_was_sent_is_not_asked_for_again(desk, cancelled, settings):
    desk.carry_out()
    settings.RAZORPAY_BASE_URL = "http://127.0.0.1:9"
    refunds.send_refund(Refund.objects.get().pk)  # would raise if it asked


def test_a_refund_that_did_not_fail_is_not_tried_again(desk, cancelled):
    desk.carry_out()
    retry_refund(Refund.objects.get().pk)
    assert Refund.objects.count() == 1


def test_a_refund_that_the_gateway_never_accepted_is_failed_after_the_last_try(desk, gateway, cancelled, settings):
    settings.RAZORPAY_BASE_URL = "http://127.0.0.1:9"
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(days=3, minutes=1))
    desk.carry_out()
    assert OutboxMessage.objects.get(kind="refund").given_up_at
    assert reconcile_refunds() == 0
    assert Refund.objects.get().status == "pending"
    Refund.objects.update(created_at=timezone.now() - timedelta(days=4))
    reconcile_refunds()
    assert Refund.objects.get().status == "failed"


def test_a_refund_made_at_the_gateways_own_desk_is_left_alone(desk, gateway):
    from checkout.payments.gateways import razorpay

    booking = desk.buy()
    by_hand = razorpay.refund(booking.paid_by.payment_id, 100, "by-hand-at-the-desk")
    settle_refund(by_hand["id"])
    settle_refund("rfnd_nobodyknows")
    assert not Refund.objects.exists()
