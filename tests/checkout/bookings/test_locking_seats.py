"""POST /api/bookings/lock-seats/ and release-seats/: what is held, for whom, until when and for how much."""

import pytest
from django.test import Client

from seating.identity import COOKIE, owner_from_token, token_for
from tests.checkout.conftest import post


def test_a_stranger_becomes_a_guest_with_a_token_and_learns_the_price(show):
    answer = post(Client(), "bookings/lock-seats/", {"show": show.pk, "seats": ["A1", "B1"]})
    assert answer.status_code == 201
    held = answer.json()
    assert owner_from_token(held["token"]).startswith("guest_")
    assert held["show"] == show.pk and sorted(held["seats"]) == ["A1", "B1"] and held["hold"]
    # ₹200 and ₹300, 18 % GST each, ₹20 and its 18 % GST each
    assert held["price"] == 20_000 + 3_600 + 30_000 + 5_400 + 2 * (2_000 + 360)
    assert held["expires_at"].endswith("Z") and "T" in held["expires_at"]


def test_the_token_adds_to_the_same_hold_and_keeps_its_first_deadline(show):
    first = post(Client(), "bookings/lock-seats/", {"show": show.pk, "seats": ["A1"]}).json()
    mine = {"Authorization": f"Bearer {first['token']}"}
    second = post(Client(), "bookings/lock-seats/", {"show": show.pk, "seats": ["A2", "A1"]}, **mine).json()
    assert (second["hold"], second["expires_at"]) == (first["hold"], first["expires_at"])
    assert sorted(second["seats"]) == ["A1", "A2"]
    assert second["price"] == 2 * first["price"]


def test_a_signed_in_user_needs_no_token(show, django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_user("alice", "alice@example.com", "secret"))
    assert post(client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1"]}).json()["token"] is None


def test_somebody_elses_seat_is_refused_by_name(show, alices_client, bobs_client):
    post(alices_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1"]})
    answer = post(bobs_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1", "A2"]})
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["seats"]) == ("seat_unavailable", ["A1"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"show": 1},
        {"seats": ["A1"]},
        {"show": "1", "seats": ["A1"]},
        {"show": True, "seats": ["A1"]},
        {"show": 1.0, "seats": ["A1"]},
        {"show": 0, "seats": ["A1"]},
        {"show": 2**63, "seats": ["A1"]},
        {"show": None, "seats": ["A1"]},
        {"show": 1, "seats": []},
        {"show": 1, "seats": "A1"},
        {"show": 1, "seats": ["A1", "A1"]},
        {"show": 1, "seats": [1]},
        {"show": 1, "seats": [None]},
        {"show": 1, "seats": [["A1"]]},
        {"show": 1, "seats": [""]},
        {"show": 1, "seats": ["A" * 41]},
        {"show": 1, "seats": ["A1\x00"]},
        {"show": 1, "seats": ["\ud800"]},
        {"show": 1, "seats": [f"A{number}" for number in range(1001)]},
        {"show": 1, "seats": ["A1"], "price": 1},
        ["A1"],
        '"A1"',
        None,
    ],
)
def test_what_is_not_a_request_is_refused_and_holds_nothing(show, alices_client, body):
    answer = alices_client.post("/api/bookings/lock-seats/", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), answer.content


def test_more_seats_than_one_may_book_are_too_many(show, alices_client):
    seats = [f"{row}{number}" for row in "AB" for number in range(1, 7)]
    answer = post(alices_client, "bookings/lock-seats/", {"show": show.pk, "seats": seats})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_seats")


def test_an_unknown_show_and_an_unknown_seat_are_told_apart(show, alices_client):
    nowhere = post(alices_client, "bookings/lock-seats/", {"show": show.pk + 999, "seats": ["A1"]})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    nothing = post(alices_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["Z99"]})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "unknown_seat")


def test_a_token_that_is_not_ours_is_refused(show):
    answer = post(
        Client(), "bookings/lock-seats/", {"show": show.pk, "seats": ["A1"]}, Authorization="Bearer guest_x:forged"
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


def test_a_request_that_cookies_identify_needs_the_csrf_token(show, alice):
    client = Client(enforce_csrf_checks=True)
    client.cookies[COOKIE] = token_for(alice)
    for path in ("lock-seats/", "release-seats/"):
        answer = post(client, f"bookings/{path}", {"show": show.pk, "seats": ["A1"]})
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_released_seats_can_be_had_by_the_next(show, alices_client, bobs_client):
    post(alices_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1", "A2"]})
    released = post(alices_client, "bookings/release-seats/", {"show": show.pk, "seats": ["A1"]})
    assert (released.status_code, released.json()) == (200, {"released": ["A1"]})
    assert post(bobs_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1"]}).status_code == 201
    assert post(bobs_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A2"]}).status_code == 409


def test_without_seats_all_of_the_hold_is_released(show, alices_client):
    post(alices_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1", "A2"]})
    assert sorted(post(alices_client, "bookings/release-seats/", {"show": show.pk}).json()["released"]) == ["A1", "A2"]


def test_nobody_can_release_somebody_elses_seats(show, alices_client, bobs_client):
    post(alices_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1"]})
    for client in (bobs_client, Client()):
        assert post(client, "bookings/release-seats/", {"show": show.pk, "seats": ["A1"]}).json() == {"released": []}
    assert post(bobs_client, "bookings/lock-seats/", {"show": show.pk, "seats": ["A1"]}).status_code == 409
