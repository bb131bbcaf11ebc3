"""Who may read /metrics: who has the token, and this machine itself where no proxy stands in front."""

import pytest
from django.test import Client

from config import metrics

TOKEN = "only-prometheus-knows-this-one"
HERE = ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]
ELSEWHERE = ["192.0.2.7", "10.0.0.1", "2001:db8::1", "", "unix:"]


@pytest.fixture(autouse=True)
def nothing_to_count(monkeypatch):
    """The figures themselves have tests of their own, with a database."""
    monkeypatch.setattr("checkout.metrics.FIGURES", {})


def ask(peer="127.0.0.1", **headers):
    return Client(REMOTE_ADDR=peer).get("/metrics", headers=headers)


@pytest.mark.parametrize("peer", HERE)
def test_this_machine_is_answered(peer):
    answer = ask(peer)
    assert answer.status_code == 200
    assert b"django_http_requests" in answer.content


@pytest.mark.parametrize("peer", ELSEWHERE)
def test_another_one_is_not(peer):
    answer = ask(peer)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("peer", [*HERE, *ELSEWHERE])
def test_the_token_is_answered_from_anywhere(peer, settings):
    settings.METRICS_TOKEN = TOKEN
    assert ask(peer, Authorization=f"Bearer {TOKEN}").status_code == 200


@pytest.mark.parametrize(
    "sent", ["", "Bearer", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ü"]
)
def test_another_token_is_refused_with_what_to_send(sent, settings):
    settings.METRICS_TOKEN = TOKEN
    answer = ask("192.0.2.7", Authorization=sent)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_empty_token_opens_nothing(settings):
    settings.METRICS_TOKEN = ""
    assert ask("192.0.2.7", Authorization="Bearer ").status_code == 403


@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-For": "192.0.2.7"}])
def test_behind_a_proxy_only_the_token_counts(headers, settings):
    """Every request has the proxy's address, and a header is anybody's to write."""
    settings.TRUSTED_PROXIES = 1
    assert ask("127.0.0.1", **headers).status_code == 403
    settings.METRICS_TOKEN = TOKEN
    assert ask("127.0.0.1", **headers).status_code == 401
    assert ask("127.0.0.1", **headers, Authorization=f"Bearer {TOKEN}").status_code == 200


@pytest.mark.parametrize("mark", ["Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto"])
def test_what_came_through_a_proxy_that_nobody_told_us_of_is_not_from_here(mark):
    assert ask("127.0.0.1", **{mark: "127.0.0.1"}).status_code == 403


def test_without_these_marks_it_would_be(monkeypatch):
    monkeypatch.setattr(metrics, "MARKS", ())
    assert ask("127.0.0.1", **{"X-Forwarded-For": "192.0.2.7"}).status_code == 200
