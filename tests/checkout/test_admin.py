"""Staff may look at money in the admin and change nothing there, but try a failed refund again."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.gate.check_in import check_in
from checkout.gate.offline import OfflineScan, sync_scans
from checkout.models import Refund, ShowCancellation, WaitlistEntry
from checkout.models.coupon import Coupon
from tests import factories

MODELS = [
    "booking",
    "payment",
    "order",
    "refund",
    "webhookevent",
    "outboxmessage",
    "ticket",
    "gatescan",
    "waitlistentry",
    "showcancellation",
    "redemption",
]


@pytest.fixture
def staff(transactional_db, django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root", "root@example.com", "secret"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_everything_can_be_looked_at_and_nothing_added(desk, staff, model):
    booking = desk.buy()
    cancel_booking(booking.pk)
    WaitlistEntry.objects.create(show=booking.show, owner="guest_1", name="Bob", email="bob@example.com", count=2)
    ShowCancellation.objects.create(show=booking.show)
    assert staff.get(reverse(f"admin:checkout_{model}_changelist")).status_code == 200
    assert staff.get(reverse(f"admin:checkout_{model}_add")).status_code == 403


def test_a_booking_cannot_be_changed_and_its_page_shows_no_codes(desk, staff):
    booking = desk.buy()
    page = reverse("admin:checkout_booking_change", args=[booking.pk])
    answer = staff.get(page)
    assert booking.reference in answer.content.decode()
    assert booking.tickets.first().code not in answer.content.decode()
    assert staff.post(page, {"status": "cancelled", "total": 0}).status_code == 403
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_a_failed_refund_is_tried_again_from_here(desk, staff):
    cancel_booking(desk.buy().pk)
    Refund.objects.update(status="failed", refund_id="rfnd_failed")
    chosen = {"action": "try_again", "_selected_action": [Refund.objects.get().pk]}
    staff.post(reverse("admin:checkout_refund_changelist"), chosen)
    assert sorted(Refund.objects.values_list("status", flat=True)) == ["failed", "pending"]


def test_a_large_refund_is_tried_again_with_a_fresh_password_only(desk):
    cancel_booking(desk.buy().pk)
    Refund.objects.update(status="failed", refund_id="rfnd_failed", amount=500_001)
    chosen = {"action": "try_again", "_selected_action": [Refund.objects.get().pk]}
    supervisor, refunds = factories.make_staff("supervisor"), reverse("admin:checkout_refund_changelist")
    answer = factories.signed_in(supervisor, fresh=False).post(refunds, chosen)
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert Refund.objects.get().status == "failed"
    factories.signed_in(supervisor).post(refunds, chosen)
    assert Refund.objects.filter(status="pending").exists()


def test_tickets_are_revoked_and_issued_again_from_here(desk, staff):
    ticket = desk.buy(seats=("A1",)).tickets.get()
    tickets = reverse("admin:checkout_ticket_changelist")
    staff.post(tickets, {"action": "revoke", "reason": "charged\n back", "_selected_action": [ticket.pk]})
    ticket.refresh_from_db()
    assert ticket.revoked_at and ticket.revoked_why == "charged back"
    staff.post(tickets, {"action": "reissue", "_selected_action": [ticket.pk]})
    old = ticket.code
    ticket.refresh_from_db()
    assert (ticket.revoked_at, ticket.edition) == (None, 2) and ticket.code != old
    check_in(ticket.code, "North gate", ticket.show_id)
    answer = staff.post(tickets, {"action": "reissue", "_selected_action": [ticket.pk]}, follow=True)
    assert "used at the gate" in answer.content.decode()


def test_who_may_only_look_at_tickets_cannot_revoke_them(desk):
    ticket = desk.buy(seats=("A1",)).tickets.get()
    client = factories.signed_in(factories.make_staff("accountant"))
    tickets = reverse("admin:checkout_ticket_changelist")
    assert client.get(tickets).status_code == 200
    client.post(tickets, {"action": "revoke", "_selected_action": [ticket.pk]})
    ticket.refresh_from_db()
    assert ticket.revoked_at is None


def test_staff_see_who_was_let_in_twice_and_no_codes(desk, staff):
    ticket = desk.buy(seats=("A1",)).tickets.get()
    now = timezone.now().isoformat()
    sync_scans([OfflineScan(ticket.code, gate, now) for gate in ("North gate", "South gate")], ticket.show_id)
    page = staff.get(reverse("admin:checkout_gatescan_changelist"), {"outcome__exact": "already_checked_in"})
    assert "let in twice" in page.content.decode() and "South gate" in page.content.decode()
    detail = staff.get(reverse("admin:checkout_ticket_change", args=[ticket.pk])).content.decode()
    assert "North gate" in detail and ticket.code not in detail


def test_coupons_are_made_here_in_any_letters_and_not_deleted_once_used(desk, staff):
    made = staff.post(reverse("admin:checkout_coupon_add"), {"code": "save10", "percent": 10, "active": "on"})
    assert made.status_code == 302, made.context["errors"]
    coupon = Coupon.objects.get()
    assert coupon.code == "SAVE10"
    twice = staff.post(reverse("admin:checkout_coupon_add"), {"code": "Save10", "amount": 100, "active": "on"})
    both = staff.post(reverse("admin:checkout_coupon_add"), {"code": "BOTH", "percent": 10, "amount": 100})
    assert twice.status_code == both.status_code == 200 and Coupon.objects.count() == 1
    assert "either an amount or a percentage" in both.content.decode()
    desk.book(coupon="SAVE10")
    assert staff.get(reverse("admin:checkout_coupon_changelist")).status_code == 200
    assert staff.post(reverse("admin:checkout_coupon_delete", args=[coupon.pk]), {"post": "yes"}).status_code == 403
