"""What stops the start in production: a value that is missing, weak, published, or cannot work."""

import base64
import runpy
import ssl

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import production, settings
from tests.production.environment import ENVIRONMENT
from tests.site import NOT_INHERITED, ROOT

CLUSTER = {
    "REDIS_CLUSTER": "true",
    "REDIS_URL": "redis://cluster:6379/0",
    "CELERY_BROKER_URL": "redis://other:6379/0",
    "CHANNEL_REDIS_URL": "redis://other:6379/1",
    "CACHE_URL": "redis://other:6379/2",
}
KEY = ENVIRONMENT["SECRET_KEY"]
REFUSED = [
    ({"SECRET_KEY": settings.DEVELOPMENT_SECRET}, "SECRET_KEY is weak"),
    ({"SECRET_KEY": KEY[:49]}, "SECRET_KEY is weak"),
    ({"SECRET_KEY": "django-insecure-" + KEY}, "SECRET_KEY is weak"),
    ({"SECRET_KEY": "change-me-" * 7}, "SECRET_KEY is weak"),
    ({"SECRET_KEY": "abcdefghijklm" * 5}, "SECRET_KEY is weak"),
    ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
    ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS has a *"),
    ({"ALLOWED_HOSTS": "box.example, *"}, "ALLOWED_HOSTS has a *"),
    ({"ALLOWED_HOSTS": "*.box.example"}, "ALLOWED_HOSTS has a *"),
    ({"ALLOWED_HOSTS": "."}, "ALLOWED_HOSTS has a *"),
    ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set"),
    ({"RAZORPAY_BASE_URL": "http://api.razorpay.com"}, "RAZORPAY_BASE_URL"),
    ({"RAZORPAY_BASE_URL": "http://127.0.0.1:8001"}, "RAZORPAY_BASE_URL"),
    ({"RAZORPAY_KEY_ID": settings.SANDBOX_KEY_ID}, "the sandbox's"),
    ({"RAZORPAY_KEY_SECRET": settings.SANDBOX_KEY_SECRET}, "the sandbox's"),
    ({"RAZORPAY_WEBHOOK_SECRET": settings.SANDBOX_WEBHOOK_SECRET}, "the sandbox's"),
    ({"TICKET_SIGNING_KEY": settings.DEVELOPMENT_TICKET_KEY}, "TICKET_SIGNING_KEY is the development key"),
    ({"TICKET_SIGNING_KEY": base64.b64encode(bytes(32)).decode()}, "TICKET_SIGNING_KEY is weak"),
    ({"TICKET_OLD_PUBLIC_KEYS": settings.DEVELOPMENT_TICKET_PUBLIC_KEY}, "TICKET_OLD_PUBLIC_KEYS has the development"),
    ({"DATABASE_URL": "postgres://housefull:secret@postgres/housefull"}, "DATABASE_URL has a password that everybody"),
    ({"CACHE_URL": ENVIRONMENT["REDIS_URL"]}, "four|4 different logical"),
    (CLUSTER | {"REDIS_URL": "redis://cluster:6379/3"}, "REDIS_URL must end in /0"),
    (CLUSTER | {"CACHE_URL": ""}, "CACHE_URL is on the cluster, which has logical database 0 only"),
    (CLUSTER | {"CELERY_BROKER_URL": ""}, "CELERY_BROKER_URL is on the cluster"),
    (CLUSTER | {"CHANNEL_REDIS_URL": "redis://cluster:6379/2"}, "CHANNEL_REDIS_URL is on the cluster"),
]


@pytest.fixture
def start(monkeypatch):
    """Reads the settings as a process in this environment does; answers with them."""

    def read(**environment):
        for name in {*NOT_INHERITED, *ENVIRONMENT, *CLUSTER}:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return read


def test_production_starts_with_good_values(start):
    read = start(**ENVIRONMENT)
    assert read["DEBUG"] is False
    assert read["RAZORPAY_BASE_URL"] == "https://api.razorpay.com"


def test_it_starts_on_a_cluster_whose_other_stores_are_elsewhere(start):
    assert start(**ENVIRONMENT | CLUSTER)["REDIS_CLUSTER"] is True


@pytest.mark.parametrize(("change", "words"), REFUSED, ids=[" ".join(change)[:40] for change, _ in REFUSED])
def test_what_is_weak_stops_the_start_and_says_what_to_write(start, change, words):
    with pytest.raises(ImproperlyConfigured, match=words.replace("*", r"\*")) as refused:
        start(**ENVIRONMENT | change)
    assert str(refused.value).split()[0].rstrip(":,") in {*ENVIRONMENT, *CLUSTER, *change}


@pytest.mark.parametrize("change", [{"ALLOWED_HOSTS": "*"}, {"RAZORPAY_BASE_URL": "http://127.0.0.1:8001"}])
def test_without_the_check_it_would_start(start, change, monkeypatch):
    monkeypatch.setattr(production, "check", lambda settings: None)
    assert start(**ENVIRONMENT | change)["DEBUG"] is False


def test_development_starts_with_what_production_refuses(start):
    read = start(DEBUG="true", DATABASE_URL="sqlite://:memory:", REDIS_URL="redis://127.0.0.1:9/0")
    assert (read["ALLOWED_HOSTS"], read["SECRET_KEY"]) == (["*"], settings.DEVELOPMENT_SECRET)


def test_random_keys_of_every_usual_kind_are_strong_enough():
    import secrets

    for make in (secrets.token_hex, secrets.token_urlsafe):
        for _ in range(2000):
            production.check_secret_key(make(40), settings.DEVELOPMENT_SECRET)


def test_a_broker_behind_tls_has_its_certificate_verified(start):
    tls = {"REDIS_URL": "rediss://redis.example:6380/0"}
    assert start(**ENVIRONMENT | tls)["CELERY_BROKER_USE_SSL"] == {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    assert "CELERY_BROKER_USE_SSL" not in start(**ENVIRONMENT)
