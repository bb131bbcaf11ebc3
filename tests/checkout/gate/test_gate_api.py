"""The gate's endpoints: for signed-in staff only, and every refusal with its code."""

import base64

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from checkout.cancellations.bookings import cancel_booking
from checkout.gate.check_in import check_in
from checkout.gate.reissue import reissue_tickets, revoke_tickets
from checkout.models import GateScan
from checkout.tickets import codes
from seating.identity import token_for
from tests import factories
from tests.checkout.conftest import post

pytestmark = pytest.mark.django_db


def usher(csrf: bool = False) -> Client:
    return factories.signed_in(factories.make_staff("usher"), csrf=csrf)


@pytest.fixture
def sam(db) -> Client:
    """A member of staff at the gate."""
    return usher()


@pytest.fixture
def ticket(desk):
    """For a show that starts in ten minutes."""
    factories.open_doors(desk.show)
    return desk.buy(seats=("A1",)).tickets.get()


def test_a_good_ticket_is_let_in_and_the_scanner_is_told_whose_it_is(sam, ticket):
    answer = post(sam, "check-in/", {"code": ticket.code, "gate": " North gate ", "show": ticket.show_id})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["ticket"], told["seat"], told["name"]) == (str(ticket.pk), "A1", "Alice")
    assert (told["gate"], told["reference"]) == ("North gate", ticket.booking.reference)
    assert GateScan.objects.get().staff.startswith("user_")


def test_every_refusal_has_its_own_code(sam, desk, ticket):
    used, cancelled, revoked, replaced = (desk.buy(seats=(f"B{n}",)).tickets.get() for n in (1, 2, 3, 4))
    check_in(used.code, "South gate")
    cancel_booking(cancelled.booking_id)
    revoke_tickets([revoked.pk], "", "user_1")
    reissue_tickets(replaced.booking_id)
    for code, more, status, expected in (
        (used.code, {}, 409, "already_checked_in"),
        (cancelled.code, {}, 409, "ticket_cancelled"),
        (revoked.code, {}, 409, "ticket_revoked"),
        (replaced.code, {}, 409, "ticket_replaced"),
        (ticket.code, {"show": ticket.show_id + 1}, 409, "wrong_show"),
        ("HF2:AAAA", {}, 400, "bad_ticket"),
        ("https://example.test/\u0000\ud83c\udf9f" * 20, {}, 400, "bad_ticket"),
        ("", {}, 400, "bad_ticket"),
    ):
        answer = post(sam, "check-in/", {"code": code, "gate": "North gate", **more})
        assert (answer.status_code, answer.json()["code"]) == (status, expected)
        assert answer["Content-Type"] == "application/problem+json"
        if expected == "already_checked_in":
            assert answer.json()["gate"] == "South gate" and answer.json()["checked_in_at"].endswith("Z")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": 1, "gate": "North gate"},
        {"code": "HF2:AAAA"},
        {"code": "HF2:AAAA", "gate": " "},
        {"code": "HF2:AAAA", "gate": "x" * 61},
        {"code": "HF2:AAAA", "gate": "a\nb"},
        {"code": "HF2:AAAA", "gate": "North gate", "show": "1"},
        {"code": "HF2:AAAA", "gate": "North gate", "show": 2**70},
        {"code": "HF2:AAAA", "gate": "North gate", "more": 1},
        {"code": "x" * 5001, "gate": "North gate"},
    ],
)
def test_a_scan_that_makes_no_sense(sam, body):
    answer = post(sam, "check-in/", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


PATHS = ["check-in/", "check-in/sync/"]


@pytest.mark.parametrize("path", PATHS)
def test_the_gate_is_for_staff_only(ticket, alices_client, path):
    body = {"code": ticket.code, "gate": "North gate"}
    if path == "check-in/sync/":
        body = {"scans": [{**body, "scanned_at": timezone.now().isoformat()}]}
    for client, status, code in (
        (Client(), 401, "unauthorised"),
        (alices_client, 403, "forbidden"),  # a guest's token
        (factories.signed_in(User.objects.create_user("carol")), 403, "forbidden"),  # a customer
        (factories.signed_in(User.objects.create_user("flo", is_staff=True)), 403, "forbidden"),  # without a post
        (usher(csrf=True), 403, "csrf_failed"),  # another site's page
    ):
        answer = post(client, path, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not GateScan.objects.exists()
    ticket.refresh_from_db()
    assert ticket.checked_in_at is None


def test_a_guests_token_beside_a_staff_session_speaks_for_the_guest(sam, alice, ticket):
    bearer = f"Bearer {token_for(alice)}"
    assert post(sam, "check-in/", {"code": ticket.code, "gate": "g"}, Authorization=bearer).status_code == 403


def test_with_the_pages_csrf_token_staff_are_let_through(ticket):
    sue = usher(csrf=True)
    sue.get("/")
    token = sue.cookies["csrftoken"].value
    answer = post(sue, "check-in/", {"code": ticket.code, "gate": "North gate"}, **{"X-CSRFToken": token})
    assert answer.status_code == 200


def test_a_batch_made_offline_is_answered_scan_by_scan_and_alike_when_sent_again(sam, ticket):
    now = timezone.now()
    scans = [
        {"code": ticket.code, "gate": "South gate", "scanned_at": (now).isoformat()},
        {"code": "HF2:AAAA", "gate": "South gate", "scanned_at": now.isoformat()},
        {"code": ticket.code, "gate": "North gate", "scanned_at": ticket.created_at.isoformat()},
        {"code": ticket.code, "gate": "East gate", "scanned_at": "half past six"},
    ]
    first = post(sam, "check-in/sync/", {"scans": scans, "show": ticket.show_id}).json()
    assert [item["outcome"] for item in first["items"]] == ["conflict", "refused", "admitted", "refused"]
    assert [item["code"] for item in first["items"]] == ["already_checked_in", "bad_ticket", None, "bad_clock"]
    assert [item["position"] for item in first["items"]] == [0, 1, 2, 3]
    assert (first["count"], first["admitted"], first["conflicts"], first["refused"]) == (4, 1, 1, 2)
    assert first["items"][0]["first"]["gate"] == "North gate"
    assert post(sam, "check-in/sync/", {"scans": scans, "show": ticket.show_id}).json() == first


@pytest.mark.parametrize(
    "body",
    [
        {"scans": []},
        {"scans": "HF2:AAAA"},
        {"scans": [{"code": "HF2:AAAA", "gate": "g"}]},
        {"scans": [{"code": "HF2:AAAA", "gate": "g", "scanned_at": 1764000000}]},
        {"scans": [{"code": "HF2:AAAA", "gate": "g", "scanned_at": "x"}] * 501},
    ],
)
def test_a_batch_that_makes_no_sense(sam, body):
    answer = post(sam, "check-in/sync/", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_the_keys_are_those_that_verify(sam, settings):
    settings.TICKET_OLD_PUBLIC_KEYS = [b"0" * 32]
    told = sam.get("/api/check-in/keys/").json()
    assert told["count"] == 2
    assert base64.b64decode(told["items"][0]["key"]) == codes.public_key()
    assert Client().get("/api/check-in/keys/").status_code == 401


def test_the_document_names_the_endpoints_and_their_refusals():
    paths = Client().get("/api/openapi.json").json()["paths"]
    for path in (*PATHS, "check-in/keys/"):
        [operation] = paths[f"/api/{path}"].values()
        assert {"200", "401", "403"} <= set(operation["responses"])
    assert "ticket_replaced" in paths["/api/check-in/"]["post"]["description"]


def test_a_customer_gets_new_codes_for_their_own_tickets_only(ticket, alices_client, bobs_client):
    path = f"bookings/{ticket.booking_id}/reissue/"
    assert post(bobs_client, path).status_code == 404
    answer = post(alices_client, path, {"tickets": [str(ticket.pk)]})
    [renewed] = answer.json()["tickets"]
    assert renewed["id"] == str(ticket.pk) and renewed["code"] != ticket.code
    unknown = post(alices_client, path, {"tickets": ["nonsense"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_ticket")
    check_in(renewed["code"], "North gate")
    used = post(alices_client, path)
    assert (used.status_code, used.json()["code"]) == (409, "not_reissuable")


def test_a_revoked_ticket_says_so_and_has_no_documents(ticket, alices_client):
    revoke_tickets([ticket.pk], "charged back", "user_1")
    [shown] = alices_client.get(f"/api/bookings/{ticket.booking_id}/").json()["tickets"]
    assert shown["revoked_at"].endswith("Z")
    pdf = alices_client.get(f"/api/bookings/{ticket.booking_id}/ticket.pdf")
    assert (pdf.status_code, pdf.json()["code"]) == (409, "not_confirmed")
