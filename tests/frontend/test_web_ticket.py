"""The web ticket's page, its service worker, and what a browser must delete."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from checkout.links.tokens import link_token
from checkout.models import Booking, Ticket
from seating.identity import COOKIE, token_for
from tests.frontend.test_bookings import make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice_browser(client, alice):
    client.cookies[COOKIE] = token_for(alice)
    return client


def test_the_page_has_a_code_per_seat_and_everything_it_needs(alice_browser, alice):
    booking = make_booking(alice)
    answer = alice_browser.get(f"/bookings/{booking.pk}/ticket/")
    page = answer.content.decode()
    assert page.count("data:image/svg+xml") == 2 and "QR code for seat A1" in page
    assert booking.show.movie.title in page and booking.show.screen.name in page
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert int(answer["X-Keep-Until"]) == int(booking.show.ends_at.timestamp() * 1000)
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_the_worker_caches_the_page_and_exactly_the_assets_it_links_to(alice_browser, alice):
    booking = make_booking(alice)
    address = f"/bookings/{booking.pk}/ticket/"
    page = alice_browser.get(address).content.decode()
    answer = alice_browser.get(f"{address}worker.js")
    script = answer.content.decode()
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Service-Worker-Allowed" not in answer  # its scope is what is below its own URL
    assert f'const PAGE = "{address}";' in script
    kept = set(re.findall(r'"(/static/[^"]+)"', script))
    assert kept == set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))


def test_nobody_else_gets_the_page_or_the_worker(client, alice, bob):
    booking = make_booking(alice)
    for cookie in (None, token_for(bob)):
        if cookie:
            client.cookies[COOKIE] = cookie
        for path in ("", "worker.js"):
            assert client.get(f"/bookings/{booking.pk}/ticket/{path}").status_code == 404


def test_the_link_in_the_mail_opens_page_and_worker_and_its_token_goes_on(client, alice):
    booking = make_booking(alice)
    path, token = f"/bookings/{booking.pk}/ticket/", link_token(booking)
    answer = client.get(path, {"t": token})
    assert answer.status_code == 200 and COOKIE not in answer.cookies
    page, query = answer.content.decode(), urlencode({"t": token})
    assert f'data-ticket="{path}"' in page and f'data-worker="{path}worker.js?{query}"' in page
    script = client.get(f"{path}worker.js", {"t": token}).content.decode()
    assert f'const PAGE = "{path}";' in script and f'const QUERY = "?{query}";' in script
    assert client.get(path, {"t": token_for(alice)}).status_code == 404


def test_whoever_booked_loses_the_token_from_the_address(alice_browser, alice):
    booking = make_booking(alice)
    answer = alice_browser.get(f"/bookings/{booking.pk}/ticket/", {"t": link_token(booking)})
    assert (answer.status_code, answer["Location"]) == (302, f"/bookings/{booking.pk}/ticket/")
    assert COOKIE not in answer.cookies


def test_only_tickets_that_admit_have_a_code(alice_browser, alice):
    booking = make_booking(alice, seats=("A1", "A2", "A3"))
    Ticket.objects.filter(seat="A1").update(cancelled_at=timezone.now())
    Ticket.objects.filter(seat="A2").update(revoked_at=timezone.now())
    page = alice_browser.get(f"/bookings/{booking.pk}/ticket/").content.decode()
    assert re.findall(r"QR code for seat (\w+)", page) == ["A3"]
    detail = alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    assert re.findall(r"QR code for seat (\w+)", detail) == ["A3"]
    assert "Revoked: please ask at the box office" in detail
    Ticket.objects.update(revoked_at=timezone.now())
    assert alice_browser.get(f"/bookings/{booking.pk}/ticket/").status_code == 409


def test_a_lost_ticket_is_issued_again_from_the_bookings_page(alice_browser, alice):
    booking = make_booking(alice)
    ticket = booking.tickets.get(seat="A1")
    assert f'value="{ticket.pk}"' in alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    page = alice_browser.post(f"/bookings/{booking.pk}/reissue/", {"ticket": [ticket.pk]}, follow=True)
    assert "New tickets for A1" in page.content.decode()
    old = ticket.code
    ticket.refresh_from_db()
    assert ticket.edition == 2 and ticket.code != old
    assert booking.tickets.get(seat="A2").edition == 1
    page = alice_browser.post(f"/bookings/{booking.pk}/reissue/", follow=True)
    assert "Choose at least one seat" in page.content.decode()


def test_used_tickets_and_shows_that_are_over_offer_no_new_tickets(alice_browser, alice, bob):
    booking = make_booking(alice, seats=("A1",))
    Ticket.objects.update(checked_in_at=timezone.now())
    assert "Lost a ticket?" not in alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    [ticket] = booking.tickets.all()
    page = alice_browser.post(f"/bookings/{booking.pk}/reissue/", {"ticket": [ticket.pk]}, follow=True)
    assert "used at the gate" in page.content.decode()
    Ticket.objects.update(checked_in_at=None)
    past = timezone.now() - timedelta(hours=1)
    type(booking.show).objects.update(starts_at=past - timedelta(hours=2), ends_at=past)
    assert "Lost a ticket?" not in alice_browser.get(f"/bookings/{booking.pk}/").content.decode()
    Booking.objects.update(owner=bob)
    answer = alice_browser.post(f"/bookings/{booking.pk}/reissue/", {"ticket": [ticket.pk]})
    assert answer.status_code == 404


PASSWORD = "a-long-password-1"


def test_signing_in_and_out_clears_the_browsers_storage(alice_client, client, alice):
    credentials = {"login": "alice@example.test", "password": PASSWORD}
    client.cookies[COOKIE] = token_for(alice)
    signed_in = client.post("/accounts/login/", credentials)
    assert signed_in["Clear-Site-Data"] == '"storage"'
    assert COOKIE not in signed_in.cookies  # signing in keeps the guest's bookings
    assert "Clear-Site-Data" not in client.get("/bookings/")
    signed_out = client.post("/accounts/logout/")
    assert signed_out["Clear-Site-Data"] == '"storage"'
    assert signed_out.cookies[COOKIE].value == ""
    assert "Clear-Site-Data" not in client.get("/")


def test_an_expired_session_clears_the_storage_too(client):
    client.cookies["sessionid"] = "a-session-that-is-gone"
    assert client.get("/bookings/")["Clear-Site-Data"] == '"storage"'
    assert "Clear-Site-Data" not in client.get("/bookings/")


def test_a_visitor_without_a_session_is_left_alone(client, alice):
    client.cookies[COOKIE] = token_for(alice)
    assert "Clear-Site-Data" not in client.get("/")
