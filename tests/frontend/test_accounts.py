import re

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client

from tests.frontend.conftest import make_user
from tests.frontend.test_bookings import make_booking

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-1"


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/accounts/login/", "Welcome back"),
        ("/accounts/signup/", "Create an account"),
        ("/accounts/password/reset/", "Forgotten your password?"),
        ("/accounts/password/reset/done/", "Your password is changed"),
    ],
)
def test_account_pages_of_visitors_look_like_the_rest_of_the_site(client, address, heading):
    page = client.get(address).content.decode()
    assert heading in page
    assert "site-header" in page
    assert "frontend/css/site.css" in page


@pytest.mark.parametrize(
    "address",
    ["/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/", "/accounts/data/"],
)
def test_account_pages_of_customers_look_like_the_rest_of_the_site(alice_client, address):
    page = alice_client.get(address).content.decode()
    assert "site-header" in page
    assert "card-panel" in page


def sign_up(client, email="bob@example.test", **headers):
    new = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", new, follow=True, **headers)


def code_in_mail():
    return re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE)[1]


def test_nobody_is_signed_in_before_the_mails_code_was_given(client):
    page = sign_up(client)
    assert page.redirect_chain == [("/accounts/confirm-email/", 302)] and "Check your mail" in page.content.decode()
    assert "_auth_user_id" not in client.session
    wrong = client.post("/accounts/confirm-email/", {"code": "AAAAAA"})
    assert "Incorrect code." in wrong.content.decode() and "_auth_user_id" not in client.session
    client.post("/accounts/confirm-email/", {"code": code_in_mail()})
    assert client.session["_auth_user_id"] == str(get_user_model().objects.get().pk)
    assert EmailAddress.objects.get().verified


def test_an_account_that_never_gave_its_code_is_asked_again_when_it_signs_in(client):
    make_user("bob@example.test", verified=False)
    answer = client.post("/accounts/login/", {"login": "bob@example.test", "password": PASSWORD})
    assert answer["Location"] == "/accounts/confirm-email/" and "_auth_user_id" not in client.session


def test_the_right_code_brings_along_what_was_booked_as_a_guest_elsewhere(client, bob):
    booking = make_booking(bob, email="Bob@Example.test")
    sign_up(client)
    booking.refresh_from_db()
    assert booking.owner == bob
    client.post("/accounts/confirm-email/", {"code": code_in_mail()})
    booking.refresh_from_db()
    assert booking.owner == f"user_{get_user_model().objects.get().pk}"
    assert booking.reference in client.get("/bookings/").content.decode()


def test_signing_in_brings_along_what_was_booked_since(client, alice_client, bob):
    booking = make_booking(bob)  # alice@example.test
    client.post("/accounts/login/", {"login": "alice@example.test", "password": PASSWORD})
    booking.refresh_from_db()
    assert booking.owner == f"user_{get_user_model().objects.get().pk}"


# ------------------------------------------------------------------------------ known and unknown addresses
def seen(answer, email):
    """Everything an attacker can tell two answers apart by, but for the address that they typed and tokens."""
    body = answer.content.decode().replace(email, "ADDRESS")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    headers = {name: value for name, value in answer.headers.items() if name not in {"Content-Length", "Expires"}}
    steps = [(path.replace(email, "ADDRESS"), status) for path, status in answer.redirect_chain]
    return answer.status_code, headers, sorted(answer.cookies), steps, body


FORMS = {
    "signup": ("/accounts/signup/", "email", {"password1": PASSWORD, "password2": PASSWORD}),
    "login": ("/accounts/login/", "login", {"password": "not-the-password"}),
    "reset": ("/accounts/password/reset/", "email", {}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("known", ["alice@example.test", "ALICE@example.test", "unverified@example.test"])
def test_no_form_tells_whether_an_address_is_known(alice_client, form, known):
    make_user("unverified@example.test", verified=False)
    path, field, rest = FORMS[form]
    answers = []
    for email in (known, "x" * (len(known) - 13) + "@example.test"):
        mail.outbox.clear()
        answer = Client().post(path, {field: email, **rest}, follow=True)
        answers.append((seen(answer, email.lower()) if form != "login" else seen(answer, email), len(mail.outbox)))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("page", ["/accounts/confirm-email/", "/accounts/password/reset/confirm/"])
def test_nor_does_the_page_that_asks_for_the_code(alice_client, page):
    answers = []
    for email in ("alice@example.test", "nobody@example.test"):
        visitor = Client()
        form, field, rest = FORMS["signup" if "confirm-email" in page else "reset"]
        visitor.post(form, {field: email, **rest})
        tries = [visitor.post(page, {"code": "AAAAAA"}, follow=True) for _ in range(6)]
        answers.append([seen(answer, email) for answer in tries])
    assert answers[0] == answers[1]


def test_without_mandatory_codes_signing_up_would_tell(client, alice_client, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    settings.ACCOUNT_PREVENT_ENUMERATION = True
    known, unknown = sign_up(Client(), "alice@example.test"), sign_up(Client(), "nobody@example.test")
    assert seen(known, "alice@example.test") != seen(unknown, "nobody@example.test")


def test_a_known_address_takes_a_hash_at_sign_up_too(client, alice_client, monkeypatch):
    hashed = []
    monkeypatch.setattr("frontend.accounts.make_password", hashed.append)
    sign_up(client, "alice@example.test")
    assert hashed == [PASSWORD]


def test_a_forgotten_password_is_changed_with_a_code(client, alice_client):
    client.post("/accounts/password/reset/", {"email": "alice@example.test"})
    client.post("/accounts/password/reset/confirm/", {"code": code_in_mail()})
    page = client.get("/accounts/password/reset/complete/").content.decode()
    assert "Choose a new password" in page and "site-header" in page
    new = {"password1": "another-long-password-2", "password2": "another-long-password-2"}
    done = client.post("/accounts/password/reset/complete/", new, follow=True)
    assert "Your password is changed" in done.content.decode()
    answer = client.post("/accounts/login/", {"login": "alice@example.test", "password": "another-long-password-2"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize(("proxies", "counted"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")])
def test_allauth_counts_the_address_that_everything_else_counts(rf, settings, proxies, counted):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7:4711"})
    assert get_adapter().get_client_ip(request) == counted


def test_wrong_passwords_behind_one_proxy_do_not_lock_others_out(client, alice_client, settings):
    settings.TRUSTED_PROXIES = 1
    wrong = {"login": "nobody@example.test", "password": "wrong"}
    for _ in range(40):
        client.post("/accounts/login/", wrong, headers={"X-Forwarded-For": "198.51.100.7"})
    right = {"login": "alice@example.test", "password": PASSWORD}
    locked_out = client.post("/accounts/login/", right, headers={"X-Forwarded-For": "198.51.100.7"})
    assert locked_out.status_code == 429
    answer = Client().post("/accounts/login/", right, headers={"X-Forwarded-For": "198.51.100.8"})
    assert answer["Location"] == "/"


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
