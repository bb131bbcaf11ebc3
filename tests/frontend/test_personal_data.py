"""An account's own data: shown, downloaded and deleted by whoever gives the password once more."""

import json

import pytest
from django.contrib.auth import get_user_model

from checkout.models import Booking
from tests.frontend.test_bookings import make_booking

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a-long-password-1"


@pytest.fixture
def booking(alice_client, redis_server):
    return make_booking(f"user_{get_user_model().objects.get().pk}")


def confirm(client, password=PASSWORD):
    """Gives the password on the page that was led to."""
    return client.post("/accounts/reauthenticate/", {"password": password, "next": client.asked})


def ask(client, path, **form):
    answer = client.post(path, form)
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/reauthenticate/"), answer
    client.asked = path
    return answer


def test_the_page_says_what_is_kept_for_how_long(alice_client):
    page = alice_client.get("/accounts/data/").content.decode()
    assert "400 days after the show" in page and "after 30 days" in page and "after 90 days" in page


def test_strangers_are_asked_to_sign_in(client):
    for path in ("/accounts/data/", "/accounts/data/download/", "/accounts/data/delete/"):
        method = client.get if path == "/accounts/data/" else client.post
        assert method(path)["Location"].startswith("/accounts/login/")


def test_the_download_wants_the_password_once_more(alice_client, booking):
    ask(alice_client, "/accounts/data/download/")
    assert confirm(alice_client, "wrong").status_code == 200
    answer = confirm(alice_client)
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    data = json.loads(answer.content)
    assert data["account"]["email_addresses"][0]["email"] == "alice@example.test"
    assert data["bookings"][0]["reference"] == booking.reference


def test_the_account_is_deleted_with_the_password_and_the_box_ticked(alice_client, booking):
    ask(alice_client, "/accounts/data/delete/", understood="yes")
    assert get_user_model().objects.exists()
    answer = confirm(alice_client)
    assert answer["Location"] == "/"
    assert not get_user_model().objects.exists()
    assert Booking.objects.get().email == "" and "_auth_user_id" not in alice_client.session
    assert "Your account is deleted" in alice_client.get("/").content.decode()


def test_without_the_box_nothing_is_deleted(alice_client, booking):
    ask(alice_client, "/accounts/data/delete/")
    assert confirm(alice_client)["Location"] == "/accounts/data/"
    assert get_user_model().objects.exists()


def test_staff_are_told_whom_to_ask(staff_client):
    ask(staff_client, "/accounts/data/delete/", understood="yes")
    answer = confirm(staff_client)
    assert answer.status_code == 409 and "administrator" in answer.content.decode()
