"""Pages opened by the link in a mail: they set no cookie of ours, and ask for a code before anything changes."""

import re

import pytest
from django.core import mail
from django.utils import timezone

from checkout.bookings.codes import subject_of_booking
from checkout.links.tokens import link_query, link_token
from checkout.models import Booking, MailCode
from checkout.outbox.handlers import relay_outbox
from seating.identity import COOKIE, token_for
from tests.frontend import test_bookings as bookings
from tests.frontend.test_cancelling import booking as paid  # noqa: F401 - a fixture
from tests.frontend.test_cancelling import tickets

pytestmark = pytest.mark.django_db


def make_booking(owner, status="confirmed", **kw):
    values = {"confirmed_at": timezone.now()} if status == "confirmed" else {}
    return bookings.make_booking(owner, status, site="https://box.example", **{**values, **kw})


def path_of(booking, below=""):
    return f"/bookings/{booking.pk}/{below}{link_query(booking)}"


def mailed_code(client, booking):
    client.post(path_of(booking, "code/"), {"next": path_of(booking)})
    relay_outbox()
    return re.search(r"your code is (\d{6})", mail.outbox[-1].body)[1]


@pytest.mark.parametrize("below", ["", "ticket/", "receipt/", "cancel/"])
def test_every_page_to_look_at_opens_and_sets_no_guest(client, alice, below):
    booking = make_booking(alice)
    answer = client.get(path_of(booking, below))
    assert answer.status_code == 200
    assert COOKIE not in answer.cookies and "sessionid" not in answer.cookies
    assert answer["Referrer-Policy"] == "strict-origin"
    assert answer["Cache-Control"] == "private, no-store" and "noindex" in answer["X-Robots-Tag"]
    assert client.get(f"/bookings/{booking.pk}/{below}").status_code == 404


def test_a_browser_that_is_somebody_stays_who_it_is(client, alice, bob):
    booking = make_booking(alice)
    client.cookies[COOKIE] = token = token_for(bob)
    assert client.get(path_of(booking)).status_code == 200
    assert client.cookies[COOKIE].value == token


def test_every_link_of_the_page_leads_on_with_the_token(client, alice):
    booking = make_booking(alice)
    for below in ("", "receipt/", "ticket/"):
        page = client.get(path_of(booking, below)).content.decode()
        ours = re.findall(rf'href="((?:/api)?/bookings/{booking.pk}/[^"]*)"', page)
        assert ours
        for address in ours:
            assert link_query(booking) in address
            assert client.get(address).status_code == 200, address


def test_the_token_goes_to_no_other_page(client, alice):
    booking = make_booking(alice)
    page = client.get(path_of(booking)).content.decode()
    others = [address for address in re.findall(r'href="([^"]+)"', page) if booking.pk not in address]
    assert others and not any("t=" in address for address in others)
    assert f'/accounts/login/?next=/bookings/{booking.pk}/"' in page


def test_a_link_that_ended_says_so(client, alice):
    booking = make_booking(alice)
    old = path_of(booking)
    type(booking).objects.update(link_generation=1)
    answer = client.get(old)
    assert answer.status_code == 410 and "This link has ended" in answer.content.decode()
    assert answer["Referrer-Policy"] == "strict-origin"


@pytest.mark.parametrize("token", ["", "x", "guest_x:forged", "\x00"])
def test_a_forged_link_opens_nothing(client, alice, token):
    booking = make_booking(alice)
    assert client.get(f"/bookings/{booking.pk}/", {"t": token}).status_code == 404


def test_the_cancel_page_asks_for_a_code_and_takes_it_once(client, paid):  # noqa: F811
    address = path_of(paid, "cancel/")
    page = client.get(address).content.decode()
    assert 'autocomplete="one-time-code"' in page and "a•••@example.test" in page
    form = {"ticket": tickets(paid), "refund": "30000"}
    for code, words in (("", "Enter the code from our mail first."), ("000000", "not good any more")):
        refused = client.post(address, {**form, "code": code})
        assert refused.status_code == 200 and words in refused.content.decode()
    code = mailed_code(client, paid)
    wrong = client.post(address, {**form, "code": f"{(int(code) + 1) % 1_000_000:06}"}).content.decode()
    assert "This is not the code in our newest mail." in wrong and wrong.count(" checked") == 2
    done = client.post(address, {**form, "code": code}, follow=True)
    assert "Cancelled. ₹300 is on its way back to you." in done.content.decode()
    paid.refresh_from_db()
    assert paid.status == "cancelled" and COOKIE not in client.cookies


def test_whoever_booked_sees_no_field_for_a_code(client, paid, alice):  # noqa: F811
    client.cookies[COOKIE] = token_for(alice)
    for below in ("", "cancel/"):
        assert "one-time-code" not in client.get(f"/bookings/{paid.pk}/{below}").content.decode()


def test_new_tickets_end_the_link_and_whoever_had_the_code_gets_the_next(client, alice):
    booking = make_booking(alice)
    old, code = path_of(booking), mailed_code(client, booking)
    [ticket] = booking.tickets.filter(seat="A1")
    answer = client.post(path_of(booking, "reissue/"), {"ticket": [ticket.pk], "code": code})
    booking.refresh_from_db()
    assert answer["Location"] == path_of(booking) != old
    assert "New tickets for A1" in client.get(answer["Location"]).content.decode()
    assert client.get(old).status_code == 410


def test_a_missing_code_is_said_on_the_page_it_was_missing_on(client, alice):
    booking = make_booking(alice)
    [ticket] = booking.tickets.filter(seat="A1")
    page = client.post(path_of(booking, "reissue/"), {"ticket": [ticket.pk]}, follow=True)
    assert page.request["QUERY_STRING"] == link_query(booking)[1:]
    assert "Enter the code from our mail first." in page.content.decode()


def test_asking_returns_to_the_page_that_asked_and_to_no_other(client, alice):
    booking = make_booking(alice)
    asked = client.post(path_of(booking, "code/"), {"next": path_of(booking, "cancel/")})
    assert asked["Location"] == path_of(booking, "cancel/")
    for elsewhere in ("https://elsewhere.test/", f"//elsewhere.test/bookings/{booking.pk}/", "/bookings/other/"):
        assert client.post(path_of(booking, "code/"), {"next": elsewhere})["Location"] == path_of(booking)


def test_the_fourth_code_of_an_hour_is_not_sent_and_the_page_says_so(client, alice):
    booking = make_booking(alice)
    for _ in range(4):
        page = client.post(path_of(booking, "code/"), follow=True)
    assert "Three codes were mailed within the last hour." in page.content.decode()
    assert MailCode.objects.filter(subject=subject_of_booking(booking.pk)).count() == 3


def test_a_stranger_cannot_have_a_code_mailed(client, alice):
    booking = make_booking(alice)
    assert client.post(f"/bookings/{booking.pk}/code/").status_code == 404
    assert client.post(f"/bookings/{booking.pk}/code/", {"t": link_token(booking)}).status_code == 404
    assert not MailCode.objects.exists()


def test_a_link_to_look_leads_from_the_checkout_back_to_the_booking(client, alice):
    booking = make_booking(alice, "pending")
    answer = client.get(f"/checkout/{booking.pk}/{link_query(booking)}")
    assert answer["Location"] == path_of(booking)
    assert client.get(f"/checkout/{booking.pk}/{link_query(booking, 'pay')}").status_code == 200


def test_the_contact_is_changed_with_the_code_and_the_old_link_ends(client, alice):
    booking = make_booking(alice)
    old, new = path_of(booking), {"name": "Bob", "email": "bob@example.test", "phone": ""}
    page = client.post(path_of(booking, "contact/"), new, follow=True).content.decode()
    assert "Enter the code from our mail first." in page and Booking.objects.get().name == "Alice"
    code = mailed_code(client, booking)
    page = client.post(path_of(booking, "contact/"), {**new, "code": code}, follow=True).content.decode()
    assert "Mails about this booking go to bob@example.test." in page
    assert client.get(old).status_code == 410


def test_an_address_that_is_none_is_refused_in_words(client, alice):
    booking = make_booking(alice)
    wrong = {"name": "Bob", "email": "nonsense", "phone": "no number"}
    page = client.post(path_of(booking, "contact/"), wrong, follow=True).content.decode()
    assert "Write the telephone number in digits." in page and Booking.objects.get().name == "Alice"
