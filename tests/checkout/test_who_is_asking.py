"""Whom a request of the API speaks for: token, session, cookie, or nobody. What each is answered is a contract."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from seating.identity import COOKIE, owner_from_token, token_for
from seating.services.holds import hold_seats
from tests.checkout.conftest import post

CSRF = "a" * 32


def browser(user=None, guest="", csrf=False) -> Client:
    """With the cookies of a signed-in user, of a guest, of both; with `csrf` the page sends the token, too."""
    client = Client(enforce_csrf_checks=True, headers={"X-CSRFToken": CSRF} if csrf else {})
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if guest:
        client.cookies[COOKIE] = guest
    if csrf:
        client.cookies["csrftoken"] = CSRF
    return client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def carol(transactional_db):
    return get_user_model().objects.create_user("carol")


def holder_of(answer) -> str:
    """Of seats just locked: a guest is told who they are, a user is not."""
    assert answer.status_code == 201, answer.content
    token = answer.json()["token"]
    return owner_from_token(token) if token else "the user"


def test_the_bearer_goes_before_the_session_and_the_session_before_the_guests_cookie(show, carol, alice, bob):
    wanted = iter("ABCD")

    def locked(client, **headers):
        body = {"show": show.pk, "seats": [f"{next(wanted)}1"]}
        return holder_of(post(client, "bookings/lock-seats/", body, **headers))

    both = browser(carol, guest=token_for(alice), csrf=True)
    assert locked(both, **bearer(token_for(bob))) == bob
    assert locked(both) == "the user"
    assert locked(browser(guest=token_for(alice), csrf=True)) == alice
    assert locked(browser()) not in {alice, bob}


def test_whoever_is_signed_in_keeps_what_they_hold_as_a_guest(show, carol, alice):
    hold_seats(show.pk, alice, ["A1"])
    client = browser(carol, guest=token_for(alice), csrf=True)
    assert post(client, "bookings/release-seats/", {"show": show.pk}).json() == {"released": ["A1"]}


def test_what_each_is_answered(show, carol, alice):
    good, forged, users = (bearer(token) for token in (token_for(alice), "forged", token_for("user_1")))
    guest = token_for(alice)
    for number, (client, headers, status, code) in enumerate(
        (
            (browser(), {}, 200, None),
            (browser(), good, 200, None),
            (browser(), forged, 401, "bad_token"),
            (browser(), users, 401, "bad_token"),  # only guests have tokens
            (browser(), {"Authorization": "Basic YTpi"}, 200, None),  # not ours to read: a stranger
            (browser(guest=guest), {}, 403, "csrf_failed"),
            (browser(guest=guest, csrf=True), {}, 200, None),
            (browser(guest="stale"), {}, 403, "csrf_failed"),
            (browser(guest="stale", csrf=True), {}, 200, None),  # merely ignored
            (browser(carol), {}, 403, "csrf_failed"),
            (browser(carol, csrf=True), {}, 200, None),
            (browser(carol, csrf=True), {"X-CSRFToken": "b" * 32}, 403, "csrf_failed"),
            (browser(carol, csrf=True), {"Origin": "https://another.test"}, 403, "csrf_failed"),
            (browser(carol), good, 200, None),
            (browser(carol), forged, 401, "bad_token"),
        )
    ):
        answer = post(client, "bookings/release-seats/", {"show": show.pk}, **headers)
        assert (answer.status_code, answer.json().get("code")) == (status, code), number


def test_a_stranger_owns_no_booking(desk, alice):
    booking = desk.book(alice)
    for client in (browser(), browser(guest="stale")):
        answer = client.get(f"/api/bookings/{booking.pk}/")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert browser(guest=token_for(alice)).get(f"/api/bookings/{booking.pk}/").status_code == 200


def test_looking_for_the_csrf_token_in_a_form_leaves_the_body_to_be_read(show, alice):
    """Django reads a form's fields from the stream, and a body that is gone would be an error of ours."""
    field = '--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n' + CSRF + "\r\n--x--\r\n"
    answer = browser(guest=token_for(alice), csrf=True).post(
        "/api/bookings/release-seats/", field.encode(), "multipart/form-data; boundary=x"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    form = browser(guest=token_for(alice), csrf=True).post(
        "/api/bookings/release-seats/", json.dumps({"show": show.pk}), "application/x-www-form-urlencoded"
    )
    assert form.status_code == 200
