"""What is erased is erased everywhere: afterwards every table is searched for the address, the name and the phone."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from checkout.bookings.codes import ask_for_code, code_to_mail, subject_of_booking
from checkout.bookings.contact import change_contact
from checkout.bookings.select import get_paid_booking
from checkout.models import (
    Booking,
    Coupon,
    IdempotencyKey,
    MailCode,
    OutboxMessage,
    Payment,
    Redemption,
    WaitlistEntry,
    WebhookEvent,
)
from checkout.outbox.handlers import relay_outbox
from checkout.privacy import erase
from checkout.privacy.accounts import StaffAccount, data_of_account, delete_account
from checkout.privacy.erase import erase_person
from checkout.privacy.retention import forget_personal_data
from checkout.tasks import BEAT
from checkout.tickets.documents.receipt import receipt_pdf
from tests.checkout.privacy.everywhere import places_of

EMAIL, NAME, PHONE = "zoe.quick@example.test", "Zoe Quickenborne", "+91 98111 22233"
PERSON = (EMAIL, NAME, PHONE)
CONTACT = {"name": NAME, "email": EMAIL, "phone": PHONE}


def places():
    return {text: found for text in PERSON if (found := places_of(text))}


@pytest.fixture
def user(transactional_db):
    user = get_user_model().objects.create_user(username="zoe", email=EMAIL, password="a-long-password-1")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    return user


def leave_traces(booking):
    """Everything that the site writes about a person around a booking, and where it writes it."""
    coupon = Coupon.objects.get_or_create(code="TRACE", percent=10)[0]
    Redemption.objects.create(coupon=coupon, booking=booking, code="TRACE", person=f"mail:{EMAIL}", discount=1)
    entity = {"id": "pay_1", "order_id": booking.order.order_id, "email": EMAIL, "contact": PHONE}
    body = {"event": "payment.captured", "payload": {"payment": {"entity": entity}}}
    WebhookEvent.objects.create(
        event_id=f"event-{booking.pk}", order_id=booking.order.order_id, body=json.dumps(body), error=f"of {EMAIL}"
    )
    Payment.objects.filter(booking=booking).update(error=f"{NAME} has no money")
    OutboxMessage.objects.filter(booking=booking).update(error=f"SMTPRecipientsRefused: {EMAIL}")
    answer = {"prefill": {"name": NAME, "email": EMAIL, "contact": PHONE}}
    IdempotencyKey.objects.create(owner=booking.owner, endpoint="initiate", key="k", digest="d", answer=answer)
    booking.tickets.update(revoked_why=f"{NAME} asked for it")
    show = booking.show
    entry = WaitlistEntry.objects.create(
        show=show, owner=booking.owner, name=NAME, email=EMAIL, count=1, status="lapsed", ended_at=timezone.now()
    )
    staff = get_user_model().objects.create_user(f"staff-{booking.pk}")
    for row, words in ((booking, f"to {NAME}"), (entry, f"e-mail {EMAIL}")):
        LogEntry.objects.create(
            user=staff,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row),
            action_flag=CHANGE,
            change_message=words,
        )
    code_to_mail(ask_for_code(subject_of_booking(booking.pk), booking).pk)


@pytest.fixture
def bought(desk, user):
    """A booking of Zoe's account, and one that she made as a guest with the same address in capitals."""
    mine = desk.buy(owner=f"user_{user.pk}", **CONTACT)
    leave_traces(mine)
    desk.buy(owner="guest_5e1f", seats=("B1",), **{**CONTACT, "email": EMAIL.upper()})
    return mine


def ledger(booking):
    booking.refresh_from_db()
    lines = list(booking.lines.values("seat", "base", "discount", "gst_percent", "gst", "fee", "fee_gst"))
    paid = list(booking.payments.values("payment_id", "status", "amount", "method"))
    return booking.reference, booking.status, booking.total, booking.confirmed_at, lines, paid


def test_the_search_finds_every_trace(bought):
    """Otherwise the tests below would pass whatever is left."""
    found = {place for places in places().values() for place in places}
    assert found >= {
        "account_emailaddress.email",
        "auth_user.email",
        "checkout_booking.email",
        "checkout_booking.name",
        "checkout_booking.phone",
        "checkout_idempotencykey.answer",
        "checkout_outboxmessage.error",
        "checkout_payment.error",
        "checkout_redemption.person",
        "checkout_ticket.revoked_why",
        "checkout_waitlistentry.email",
        "checkout_webhookevent.body",
        "checkout_webhookevent.error",
        "django_admin_log.change_message",
        "django_admin_log.object_repr",
    }


def test_a_deleted_account_is_in_no_table_and_the_figures_stay(bought, user):
    browser = Client()
    browser.post("/accounts/login/", {"login": EMAIL, "password": "a-long-password-1"})
    Client().post("/accounts/password/reset/", {"email": EMAIL})  # and left half-way
    assert "django_session (inside)" in places_of(EMAIL)
    before = ledger(bought)
    delete_account(user, [])
    assert places() == {}
    assert ledger(bought) == before
    assert not Booking.objects.filter(owner__contains=str(user.pk)).exclude(owner__startswith="erased_").exists()
    assert "_auth_user_id" not in browser.session


def test_the_receipt_of_an_erased_booking_can_still_be_made(bought, user):
    delete_account(user, [])
    bought.refresh_from_db()
    receipt = get_paid_booking(bought.pk, [bought.owner])
    assert receipt_pdf(receipt).startswith(b"%PDF")


def test_what_is_under_way_ends_with_the_account_and_tickets_stay_good(bought, user, desk):
    pending = desk.book(owner=f"user_{user.pk}", seats=("C1",), **CONTACT)
    delete_account(user, [])
    pending.refresh_from_db()
    assert pending.status == "cancelled" and desk.claims("C1", "A1") == ["free", "sold"]
    assert all(ticket.admits or ticket.revoked_why == "" for ticket in bought.tickets.all())


def test_nobody_is_written_to_after_they_are_erased(bought, user, desk):
    mail.outbox.clear()
    delete_account(user, [])
    desk.carry_out()
    OutboxMessage.objects.create(booking=bought, kind="confirmation", key="later")
    relay_outbox()
    assert mail.outbox == []
    assert OutboxMessage.objects.get(key="later").done_at


def test_an_address_that_was_only_typed_in_erases_nobody_else(bought, desk, user):
    other = get_user_model().objects.create_user("mallory")
    EmailAddress.objects.create(user=other, email=EMAIL, verified=False)
    delete_account(other, [])
    bought.refresh_from_db()
    assert bought.email == EMAIL


def test_an_address_that_a_booking_had_before_is_found_too(bought, user):
    change_contact(bought.pk, name=NAME, email="other@example.test")
    assert "checkout_outboxmessage.payload" in places_of(EMAIL)
    delete_account(user, [])
    assert places() == {} and places_of("other@example.test") == []


def test_staff_cannot_delete_their_own_account(user):
    user.is_staff = True
    with pytest.raises(StaffAccount):
        delete_account(user, [])


def test_without_its_part_for_loose_texts_an_address_would_be_left(bought, user, monkeypatch):
    stray = {"event": "payment.failed", "payload": {"payment": {"entity": {"email": EMAIL}}}}
    WebhookEvent.objects.create(event_id="stray", body=json.dumps(stray))
    with monkeypatch.context() as patched:
        patched.setattr(erase, "_erase_by_address", lambda email: erase.Erased())
        erase_person([f"user_{user.pk}"], [EMAIL])
    assert "checkout_webhookevent.body" in places_of(EMAIL)
    erase_person([], [EMAIL])
    assert "checkout_webhookevent.body" not in places_of(EMAIL)


# --------------------------------------------------------------------------------------------- retention
def days_ago(days):
    return timezone.now() - timedelta(days=days)


def test_a_guests_booking_is_forgotten_four_hundred_days_after_the_show(desk, gateway):
    booking = desk.buy(owner="guest_5e1f", **CONTACT)
    leave_traces(booking)
    WaitlistEntry.objects.update(ended_at=days_ago(31))
    show = type(booking.show).objects.filter(pk=booking.show_id)
    show.update(starts_at=days_ago(400), ends_at=days_ago(399.9))
    forget_personal_data()
    booking.refresh_from_db()
    assert booking.name == NAME and WaitlistEntry.objects.get().name == ""
    show.update(starts_at=days_ago(401), ends_at=days_ago(400.1))
    before = ledger(booking)
    assert forget_personal_data().bookings == 1
    assert places() == {} and ledger(booking) == before
    assert forget_personal_data().total == 0


@pytest.mark.parametrize("paid", [False, True])
def test_an_abandoned_booking_is_forgotten_after_thirty_days(desk, paid):
    booking = desk.book(owner="guest_5e1f", **CONTACT)
    values = {"status": "cancelled", "confirmed_at": timezone.now()} if paid else {"status": "expired"}
    Booking.objects.filter(pk=booking.pk).update(expires_at=days_ago(29.9), **values)
    assert forget_personal_data().bookings == 0
    Booking.objects.filter(pk=booking.pk).update(expires_at=days_ago(30.1))
    assert forget_personal_data().bookings == (0 if paid else 1)


def test_a_booking_that_is_being_paid_is_never_forgotten(desk):
    booking = desk.book(owner="guest_5e1f", **CONTACT)
    Booking.objects.filter(pk=booking.pk).update(expires_at=days_ago(500))
    assert forget_personal_data().bookings == 0


def test_messages_of_the_gateway_and_notes_of_mails_are_forgotten_after_ninety_days(desk):
    booking = desk.buy(owner="guest_5e1f", **CONTACT)
    leave_traces(booking)
    WebhookEvent.objects.update(received_at=days_ago(89.9))
    OutboxMessage.objects.update(created_at=days_ago(89.9), done_at=timezone.now())
    forget_personal_data()
    assert WebhookEvent.objects.exclude(body="").exists() and OutboxMessage.objects.exclude(error="").exists()
    WebhookEvent.objects.update(received_at=days_ago(90.1))
    OutboxMessage.objects.update(created_at=days_ago(90.1))
    forget_personal_data()
    assert not WebhookEvent.objects.exclude(body="").exists() and not OutboxMessage.objects.exclude(error="").exists()
    assert OutboxMessage.objects.filter(booking=booking, kind="confirmation").exists()  # that it was sent stays known


def test_an_account_that_nobody_confirmed_is_forgotten_after_thirty_days(user):
    users = get_user_model().objects
    unconfirmed = users.create_user(username="x", email="x@example.test", date_joined=days_ago(30.1))
    EmailAddress.objects.create(user=unconfirmed, email=unconfirmed.email, verified=False)
    young = users.create_user(username="y", date_joined=days_ago(29.9))
    EmailAddress.objects.create(user=young, email="y@example.test", verified=False)
    users.filter(pk=user.pk).update(date_joined=days_ago(900))
    EmailAddress.objects.create(user=user, email="second@example.test", verified=False)
    made_by_staff = users.create_user(username="z", date_joined=days_ago(900))
    forget_personal_data()
    assert set(users.values_list("pk", flat=True)) == {user.pk, young.pk, made_by_staff.pk}
    assert places_of("x@example.test") == []


def test_sessions_that_are_over_are_cleared(user):
    Client().post("/accounts/password/reset/", {"email": EMAIL})
    assert "django_session (inside)" in places_of(EMAIL)
    Session.objects.update(expire_date=days_ago(1))
    forget_personal_data()
    assert not Session.objects.exists()


def test_the_environment_says_how_long(desk, settings):
    booking = desk.buy(owner="guest_5e1f", **CONTACT)
    type(booking.show).objects.update(starts_at=days_ago(3), ends_at=days_ago(2))
    settings.KEEP_PERSONAL_DATA_DAYS = 1
    assert forget_personal_data().bookings == 1


def test_the_command_counts_first_and_erases_one_guest_on_request(desk):
    booking = desk.buy(owner="guest_5e1f", **CONTACT)
    type(booking.show).objects.update(starts_at=days_ago(500), ends_at=days_ago(499))
    said = StringIO()
    call_command("forget_personal_data", dry_run=True, stdout=said)
    assert "1 bookings" in said.getvalue() and places() != {}
    call_command("forget_personal_data", email=EMAIL, stdout=said)
    assert places() == {} and not MailCode.objects.exists()


def test_it_runs_every_night_and_no_pile_of_it_can_grow():
    [beat] = [one for one in BEAT.values() if one["task"] == "checkout.tasks.forget_personal_data"]
    assert beat["options"]["expires"] < 24 * 3600


# ------------------------------------------------------------------------------------------------ export
def test_the_file_has_everything_that_is_kept(bought, user):
    data = data_of_account(user, ["guest_5e1f"])
    assert data["account"]["email_addresses"] == [{"email": EMAIL, "verified": True, "primary": True}]
    assert {booking["email"].lower() for booking in data["bookings"]} == {EMAIL} and len(data["bookings"]) == 2
    first = next(one for one in data["bookings"] if one["reference"] == bought.reference)
    assert first["total"] == bought.total and len(first["tickets"]) == 2 and first["payments"][0]["amount"]
    assert data["waitlist"][0]["name"] == NAME
    assert json.loads(json.dumps(data)) == data
