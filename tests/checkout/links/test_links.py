"""A link in a mail opens one booking, to look at, and makes nobody of whoever opens it."""

import re
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.test import Client

from checkout.links.errors import LinkOver
from checkout.links.tokens import LOOK, PAY, link_token, looker
from seating.identity import COOKIE, token_for
from tests.checkout.conftest import post

LOOKING = ("", "ticket.pdf", "receipt.pdf", "calendar.ics")


@pytest.fixture
def bought(desk):
    return desk.buy(site="https://box.example")


@pytest.fixture
def carol():
    """A browser that has never been here."""
    return Client()


def looks(client, booking, token, path=""):
    return client.get(f"/api/bookings/{booking.pk}/{path}", {"t": token})


def test_the_mail_has_a_link_that_opens_the_booking_for_whoever_has_it(bought, desk, carol):
    desk.carry_out()
    [sent] = mail.outbox
    links = re.findall(rf"https://box\.example(/bookings/{bought.pk}/\S*\?t=\S+)", sent.body)
    assert len(links) == 2  # the web ticket and the booking
    for link in links:
        answer = carol.get(link)
        assert answer.status_code == 200 and COOKIE not in answer.cookies
    assert bought.owner not in sent.body and token_for(bought.owner) not in sent.body


@pytest.mark.parametrize("path", LOOKING)
def test_a_link_lets_a_stranger_look_and_sets_no_cookie(bought, carol, path):
    assert carol.get(f"/api/bookings/{bought.pk}/{path}").status_code == 404
    answer = looks(carol, bought, link_token(bought), path)
    assert answer.status_code == 200 and not answer.cookies
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "strict-origin" and "noindex" in answer["X-Robots-Tag"]


def test_a_program_may_send_the_token_in_a_header(bought, carol):
    answer = carol.get(f"/api/bookings/{bought.pk}/", headers={"X-Booking-Link": link_token(bought)})
    assert answer.status_code == 200


def test_a_link_opens_only_its_own_booking(bought, desk, carol):
    other = desk.buy(seats=("B1",))  # of the same guest
    assert looks(carol, other, link_token(bought)).status_code == 404
    assert carol.get("/api/bookings/" + other.pk + "/", {"t": link_token(other)}).status_code == 200


def test_a_link_is_no_identity(bought, carol):
    """Neither as a bearer token nor as a cookie, and a guest's token is no link."""
    token = link_token(bought)
    bearer = {"Authorization": f"Bearer {token}"}
    assert carol.get(f"/api/bookings/{bought.pk}/", headers=bearer).status_code == 401
    carol.cookies[COOKIE] = token
    assert carol.get(f"/api/bookings/{bought.pk}/").status_code == 404
    assert looks(Client(), bought, token_for(bought.owner)).status_code == 404
    assert post(Client(), f"payments/initiate/?t={token}", {"booking": bought.pk}).json()["code"] == "code_required"


@pytest.mark.parametrize("forged", ["", "x", "\x00", "WyJsb29rIl0:1:forged", "guest_x:y"])
def test_a_forged_link_opens_nothing(bought, carol, forged):
    assert looks(carol, bought, forged).status_code == 404


def test_another_salt_is_another_token(bought, carol):
    payload = [LOOK, bought.pk, bought.link_generation]
    for salt, status in (("checkout.links.booking", 200), ("checkout.waitlist.offer", 404), ("seating.guest", 404)):
        assert looks(carol, bought, signing.Signer(salt=salt).sign_object(payload)).status_code == status


def test_a_link_ends_thirty_days_after_the_show(bought):
    token, ends = link_token(bought), bought.show.ends_at + timedelta(days=30)
    assert looker((), bought.pk, token, now=ends - timedelta(seconds=1)).owner == bought.owner
    with pytest.raises(LinkOver):
        looker((), bought.pk, token, now=ends)
    assert looker((bought.owner,), bought.pk, token, now=ends).owners == (bought.owner,)  # for them it is not read


def test_issuing_tickets_again_ends_the_links_that_are_out(bought, desk, carol, alices_client):
    old = link_token(bought)
    assert post(alices_client, f"bookings/{bought.pk}/reissue/").status_code == 200
    answer = looks(carol, bought, old)
    assert (answer.status_code, answer.json()["code"]) == (410, "link_over")
    desk.carry_out()
    new = re.search(r"\?t=(\S+)", mail.outbox[-1].body)[1]
    assert looks(carol, bought, new.replace("%3A", ":")).status_code == 200


def test_without_the_generation_an_old_link_would_find_the_new_codes(bought, carol, alices_client, monkeypatch):
    old = link_token(bought)
    monkeypatch.setattr("checkout.gate.reissue.end_links", lambda booking: None)
    assert post(alices_client, f"bookings/{bought.pk}/reissue/").status_code == 200
    bought.refresh_from_db()
    assert looks(carol, bought, old).json()["tickets"][0]["code"] == bought.tickets.first().code


def test_a_link_to_pay_is_worth_no_more_than_looking_once_the_booking_is_paid(desk, carol):
    booking = desk.book()
    token = link_token(booking, PAY)
    opened = post(carol, f"payments/initiate/?t={token}", {"booking": booking.pk})
    assert opened.status_code == 200
    told = desk.gateway.pay(opened.json()["order_id"])
    assert post(carol, f"payments/verify/?t={token}", told).json()["status"] == "confirmed"
    refused = post(carol, f"bookings/{booking.pk}/cancel/?t={token}")
    assert refused.json()["code"] == "code_required"
    assert looks(carol, booking, token).status_code == 200


def test_an_account_gets_the_same_link(desk, carol):
    booking = desk.buy(owner="user_1", site="https://box.example")
    desk.carry_out()
    link = re.search(rf"https://box\.example(/bookings/{booking.pk}/\?t=\S+)", mail.outbox[0].body)[1]
    assert carol.get(link).status_code == 200
