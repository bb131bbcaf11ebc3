"""The waitlist by HTTP, as a program would use it."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from checkout.models import WaitlistEntry
from checkout.waitlist.confirming import confirm_entry, confirm_token
from checkout.waitlist.offers import serve_waitlists
from seating.identity import owner_from_token
from seating.services.blocks import block_seats, unblock_seats
from tests import factories
from tests.checkout.conftest import post

ALICE = {"count": 2, "name": "Alice", "email": "alice@example.com"}


@pytest.fixture
def full(show):
    block_seats(show.pk, factories.seat_ids(show), "user_1", "full")
    return show


@pytest.fixture
def path(full):
    return f"shows/{full.pk}/waitlist/"


def confirm_all(show):
    for entry in WaitlistEntry.objects.filter(show=show, status="unconfirmed").order_by("id"):
        confirm_entry(confirm_token(entry), show.pk)


def offer_two(show):
    confirm_all(show)
    unblock_seats(show.pk, ["A1", "A2"])
    assert serve_waitlists() == 1


def test_a_stranger_joins_and_gets_a_token_that_is_them(full, path, client):
    answer = post(client, f"{path}join/", ALICE)
    assert answer.status_code == 201
    body = answer.json()
    entry = WaitlistEntry.objects.get()
    assert owner_from_token(body["token"]) == entry.owner
    assert body["entry"] | {"id": "", "created_at": ""} == {
        "id": "",
        "status": "unconfirmed",
        "count": 2,
        "tier": None,
        "name": "Alice",
        "email": "alice@example.com",
        "position": None,
        "created_at": "",
        "offer": None,
    }
    bearer = Client(headers={"Authorization": f"Bearer {body['token']}"})
    assert bearer.get(f"/api/{path}").json() == {"show": full.pk, "entry": body["entry"]}
    confirm_all(full)
    assert bearer.get(f"/api/{path}").json()["entry"] == body["entry"] | {"status": "waiting", "position": 1}
    assert client.get(f"/api/{path}").json()["entry"] is None


def test_a_signed_in_customer_joins_as_themselves(full, path, client):
    user = get_user_model().objects.create_user("alice", "alice@example.com", "a-long-password-1")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    body = post(client, f"{path}join/", ALICE).json()
    assert (body["token"], WaitlistEntry.objects.get().owner) == (None, f"user_{user.pk}")


def test_a_cookie_alone_cannot_join(full, path):
    browser = Client(enforce_csrf_checks=True)
    browser.get(f"/shows/{full.pk}/")
    assert post(browser, f"{path}join/", ALICE).json()["code"] == "csrf_failed"
    token = browser.cookies["csrftoken"].value
    assert post(browser, f"{path}join/", ALICE, **{"X-CSRFToken": token}).status_code == 201


def test_an_offer_is_seen_taken_and_paid_for(full, path, alices_client, desk, gateway):
    post(alices_client, f"{path}join/", ALICE)
    offer_two(full)
    entry = alices_client.get(f"/api/{path}").json()["entry"]
    assert (entry["status"], entry["position"], sorted(entry["offer"]["seats"])) == ("offered", None, ["A1", "A2"])
    taken = post(alices_client, f"{path}take/")
    assert taken.status_code == 201
    assert taken.json()["status"] == "pending" and taken.json()["seats"] == ["A1", "A2"]
    order = post(alices_client, "payments/initiate/", {"booking": taken.json()["id"]}).json()
    paid = gateway.pay(order["order_id"])
    names = ("razorpay_order_id", "razorpay_payment_id", "razorpay_signature")
    verified = post(alices_client, "payments/verify/", {name: paid[name] for name in names})
    assert verified.json()["status"] == "confirmed"


def test_the_usual_create_takes_the_offer_too(full, path, alices_client):
    post(alices_client, f"{path}join/", ALICE)
    offer_two(full)
    body = {"show": full.pk, "name": "Alice Again", "email": "alice@example.com"}
    answer = post(alices_client, "bookings/create/", body)
    assert (answer.status_code, answer.json()["seats"]) == (201, ["A1", "A2"])


def test_an_offer_is_its_owners_alone(full, path, alices_client, bobs_client):
    post(alices_client, f"{path}join/", ALICE)
    offer_two(full)
    for verb in ("take/", "decline/"):
        answer = post(bobs_client, f"{path}{verb}")
        assert (answer.status_code, answer.json()["code"]) == (410, "offer_over")
    assert post(bobs_client, f"{path}leave/").json() == {"left": False}
    assert WaitlistEntry.objects.get().status == "offered"


def test_declining_leaving_and_places_in_the_queue(full, path, alices_client, bobs_client):
    post(alices_client, f"{path}join/", ALICE)
    post(bobs_client, f"{path}join/", {**ALICE, "email": "bob@example.com"})
    confirm_all(full)
    assert bobs_client.get(f"/api/{path}").json()["entry"]["position"] == 2
    offer_two(full)
    declined = post(alices_client, f"{path}decline/").json()
    assert (declined["entry"]["status"], declined["entry"]["offer"]) == ("declined", None)
    assert bobs_client.get(f"/api/{path}").json()["entry"]["position"] == 1
    assert post(bobs_client, f"{path}leave/").json() == {"left": True}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"count": 0}, 422, "invalid_input"),
        ({"count": 11}, 422, "too_many_seats"),
        ({"count": 101}, 422, "invalid_input"),
        ({"count": "2"}, 422, "invalid_input"),
        ({"tier": "Balcony"}, 422, "invalid_input"),
        ({"tier": ""}, 422, "invalid_input"),
        ({"tier": "A\u0000"}, 422, "invalid_input"),
        ({"name": " "}, 422, "invalid_input"),
        ({"email": "nobody"}, 422, "invalid_input"),
        ({"more": 1}, 422, "invalid_input"),
    ],
)
def test_a_wish_that_makes_no_sense_is_a_clear_no(full, path, client, change, status, code):
    answer = post(client, f"{path}join/", {**ALICE, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not WaitlistEntry.objects.exists()


def test_where_there_are_seats_or_an_entry_already_the_code_says_so(full, path, alices_client, bobs_client):
    post(alices_client, f"{path}join/", ALICE)
    assert post(alices_client, f"{path}join/", {**ALICE, "count": 3}).json()["code"] == "already_waiting"
    confirm_all(full)
    assert post(bobs_client, f"{path}join/", ALICE).json()["code"] == "already_waiting"
    unblock_seats(full.pk, ["A1", "A2"])
    bobs = {**ALICE, "email": "bob@example.com"}
    answer = post(bobs_client, f"{path}join/", bobs)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_sold_out")
    full.state = "closed"
    full.save()
    assert post(bobs_client, f"{path}join/", bobs).json()["code"] == "show_closed"


@pytest.mark.parametrize("show_id", ["0", "999999", str(2**63), "abc"])
@pytest.mark.parametrize("verb", ["", "join/", "leave/", "decline/", "take/"])
def test_an_unknown_show_is_a_clear_no(db, client, show_id, verb):
    address = f"shows/{show_id}/waitlist/{verb}"
    answer = post(client, address, ALICE if verb == "join/" else {}) if verb else client.get(f"/api/{address}")
    assert answer.status_code in {404, 422}
    assert answer["Content-Type"] == "application/problem+json"


def test_the_document_describes_every_row(db, client):
    paths = client.get("/api/openapi.json").json()["paths"]
    ours = {path.rsplit("waitlist/")[1] for path in paths if "/waitlist/" in path}
    assert ours == {"", "join/", "leave/", "decline/", "take/"}
