"""A guest's token: dated, renewed while it is used, over after 90 days, and ended at once where it must be."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core import signing
from django.core.management import CommandError, call_command
from django.test import Client

from seating import generations
from seating.errors import BadToken
from seating.identity import COOKIE, TOKEN_LIFE, owner_from_token, token_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_is_ended(monkeypatch):
    monkeypatch.setattr(generations, "_raised", {})


@pytest.fixture
def aged(monkeypatch):
    """`aged(days)`: the clock of the signatures stands so many days later."""
    import time

    now = time.time

    def later(days):
        monkeypatch.setattr(signing.time, "time", lambda: now() + days * 24 * 3600)

    return later


def begin(client=None, **headers):
    return (client or Client()).post("/api/guests/", content_type="application/json", headers=headers)


def test_an_identity_comes_before_the_first_hold(show):
    answer = begin()
    assert answer.status_code == 201
    token = answer.json()["token"]
    assert answer.json()["expires_at"].endswith("Z")
    owner = owner_from_token(token)
    held = Client().post(
        "/api/bookings/lock-seats/",
        {"show": show.pk, "seats": ["A1"]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert held.status_code == 201 and owner_from_token(held.json()["token"]) == owner
    assert COOKIE not in answer.cookies


def test_with_a_token_it_is_renewed_for_the_same_guest(alice):
    answer = begin(Authorization=f"Bearer {token_for(alice)}")
    assert owner_from_token(answer.json()["token"]) == alice


def test_a_token_ends_after_ninety_days(alice, aged):
    token = token_for(alice)
    aged(89)
    assert owner_from_token(token) == alice
    aged(91)
    with pytest.raises(BadToken, match="has ended"):
        owner_from_token(token)
    assert begin(Authorization=f"Bearer {token}").status_code == 401


def test_a_browsers_cookie_is_renewed_while_it_is_used(alice, aged):
    client = Client()
    client.cookies[COOKIE] = token_for(alice)
    assert COOKIE not in client.get("/").cookies
    aged(2)
    renewed = client.get("/").cookies[COOKIE]
    assert renewed["httponly"] and renewed["max-age"] == int(TOKEN_LIFE.total_seconds())
    aged(91)
    assert owner_from_token(renewed.value) == alice


def test_raising_the_generation_ends_every_copy_of_one_guest_and_of_nobody_else(alice, bob):
    of_alice, of_bob = token_for(alice), token_for(bob)
    generations.end_tokens(alice)
    with pytest.raises(BadToken, match="was ended"):
        owner_from_token(of_alice)
    assert owner_from_token(of_bob) == bob
    assert owner_from_token(token_for(alice)) == alice
    generations.end_tokens(generations.EVERYBODY)
    for token in (of_alice, of_bob):
        with pytest.raises(BadToken):
            owner_from_token(token)


def test_a_process_that_knew_older_generations_hears_of_it(alice, monkeypatch):
    token = token_for(alice)
    generations.end_tokens(alice)
    monkeypatch.setattr(generations, "_raised", {})  # as in another process
    monkeypatch.setattr(generations, "_read_at", -1e9)
    assert begin(Authorization=f"Bearer {token}").status_code == 401


@pytest.mark.parametrize("bent", ["", "x", "guest_a11ce", "a" * 5000])
def test_what_is_no_token_of_ours_is_refused(bent, alice):
    with pytest.raises(BadToken):
        owner_from_token(bent)
    token = token_for(alice)
    with pytest.raises(BadToken):
        owner_from_token(token[:-1] + ("A" if token[-1] != "A" else "B"))
    with pytest.raises(BadToken):
        owner_from_token(signing.TimestampSigner(salt="another").sign(alice))
    assert timedelta(days=90) == TOKEN_LIFE


def test_the_command_ends_one_guests_tokens_and_refuses_what_is_no_guest(alice):
    token = token_for(alice)
    call_command("end_guest_tokens", alice, stdout=StringIO())
    with pytest.raises(BadToken):
        owner_from_token(token)
    for arguments in ([], ["user_1"], [alice, "--everybody"]):
        with pytest.raises(CommandError):
            call_command("end_guest_tokens", *arguments)
