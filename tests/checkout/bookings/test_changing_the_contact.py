"""A booking gets another name or address: who is written to afterwards, and which links and codes are over."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from checkout.bookings.contact import MOST_CHANGES, change_contact
from checkout.errors import NotConfirmed
from checkout.links.tokens import link_token
from checkout.models import Booking
from tests.checkout.conftest import post

NEW = {"name": "Bob", "email": "bob@example.com", "phone": "+91 98111 22233"}


@pytest.fixture
def bought(desk):
    booking = desk.buy(site="https://box.example")
    desk.carry_out()
    mail.outbox.clear()
    return booking


def test_a_new_address_gets_the_tickets_and_the_former_hears_of_it(bought, desk):
    change_contact(bought.pk, **NEW)
    desk.carry_out()
    tickets, told = sorted(mail.outbox, key=lambda sent: -len(sent.attachments))
    assert tickets.to == ["bob@example.com"] and "confirmed" in tickets.body
    assert told.to == ["alice@example.com"] and "bob@" not in told.body and "?t=" not in told.body


def test_a_new_name_alone_writes_to_nobody_and_ends_no_link(bought, desk):
    token = link_token(bought)
    change_contact(bought.pk, name="Alicia", email="ALICE@example.com")
    desk.carry_out()
    assert mail.outbox == []
    assert Client().get(f"/api/bookings/{bought.pk}/", {"t": token}).json()["id"] == bought.pk


def test_links_to_the_former_address_end(bought):
    token = link_token(bought)
    change_contact(bought.pk, **NEW)
    assert Client().get(f"/api/bookings/{bought.pk}/", {"t": token}).status_code == 410


def test_whoever_booked_changes_it_over_the_api(bought, alices_client, bobs_client):
    assert post(bobs_client, f"bookings/{bought.pk}/contact/", NEW).status_code == 404
    assert post(alices_client, f"bookings/{bought.pk}/contact/", NEW).status_code == 200
    assert Booking.objects.get(pk=bought.pk).phone == "+919811122233"
    assert post(alices_client, f"bookings/{bought.pk}/contact/", {**NEW, "email": "no"}).status_code == 422


def test_not_before_it_is_paid_and_not_after_the_show(desk, bought):
    with pytest.raises(NotConfirmed):
        change_contact(desk.book(seats=("B1",)).pk, **NEW)
    type(bought.show).objects.update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now())
    with pytest.raises(NotConfirmed):
        change_contact(bought.pk, **NEW)


def test_nobody_has_mails_sent_to_ever_more_strangers(bought):
    Booking.objects.update(link_generation=MOST_CHANGES)
    with pytest.raises(NotConfirmed):
        change_contact(bought.pk, **NEW)
