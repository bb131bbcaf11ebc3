import re

import pytest
from django.contrib.auth import get_user_model

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-1"


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/accounts/login/", "Welcome back"),
        ("/accounts/signup/", "Create an account"),
        ("/accounts/password/reset/", "Forgotten your password?"),
        ("/accounts/password/reset/done/", "Check your mail"),
    ],
)
def test_account_pages_of_visitors_look_like_the_rest_of_the_site(client, address, heading):
    page = client.get(address).content.decode()
    assert heading in page
    assert "site-header" in page
    assert "frontend/css/site.css" in page


@pytest.mark.parametrize(
    "address", ["/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/"]
)
def test_account_pages_of_customers_look_like_the_rest_of_the_site(alice_client, address):
    page = alice_client.get(address).content.decode()
    assert "site-header" in page
    assert "card-panel" in page


def test_signing_up_signs_in(client):
    new = {"email": "alice@example.test", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post("/accounts/signup/", new, follow=True)
    assert response.status_code == 200
    assert get_user_model().objects.get().email == "alice@example.test"
    assert "alice@example.test" in response.content.decode()


def test_a_wrong_password_is_an_error_of_the_form(client, alice_client):
    response = client.post("/accounts/login/", {"login": "alice@example.test", "password": "wrong"})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


def test_a_mistake_is_tied_to_its_field(client):
    page = client.post("/accounts/signup/", {"email": "nonsense"}).content.decode()
    field = re.search(r'<input[^>]*name="email"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    assert "is-invalid" in field
    assert 'id="id_email_error"' in page


def test_signing_in_redirects_to_the_next_page(client, alice_client):
    credentials = {"login": "alice@example.test", "password": PASSWORD, "next": "/bookings/"}
    assert client.post("/accounts/login/", credentials)["Location"] == "/bookings/"


def test_signing_out_needs_a_deliberate_click(alice_client):
    alice_client.get("/accounts/logout/")
    assert "_auth_user_id" in alice_client.session
    alice_client.post("/accounts/logout/")
    assert "_auth_user_id" not in alice_client.session


def test_the_chosen_language_is_remembered_and_the_page_stays_the_same(client):
    response = client.post("/i18n/setlang/", {"language": "hi", "next": "/bookings/"})
    assert response["Location"] == "/bookings/"
    assert '<html lang="hi">' in client.get("/bookings/").content.decode()
