"""How often one address may ask: with the cache, without it, by many at once, over HTTP and over sockets."""

import runpy
import socket
import threading
import time
from contextlib import nullcontext, suppress
from types import SimpleNamespace

import pytest
import redis
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.cache.backends.redis import RedisCache
from django.test import Client, RequestFactory
from prometheus_client import REGISTRY

from config import limits
from config.api import api
from seating import rates
from seating.identity import token_for
from tests.config.test_api import operations_of

ALICES, BOBS = "192.0.2.1", "192.0.2.2"
RATE_OF = {
    "checkout_api_lock_seats": "lock",
    "checkout_api_create_booking": "create",
    "checkout_waitlist_api_take_offer": "create",
    "checkout_api_initiate_payment": "initiate",
    "checkout_api_verify_payment": "verify",
    "seating_api_best_available": "best-available",
    "checkout_waitlist_api_join_waitlist": "waitlist",
}


@pytest.fixture(autouse=True)
def clean(redis_server, monkeypatch):
    monkeypatch.setattr(rates.Rate, "_asked_again_at", 0.0)


@pytest.fixture
def rate(settings):
    settings.REQUESTS_PER_ADDRESS = {"lock": "3/min"}
    return rates.Rate("lock")


def request(address=ALICES, user=None, **headers):
    made = RequestFactory().post("/", REMOTE_ADDR=address, headers=headers)
    made.user = user or AnonymousUser()
    return made


def refused(limit="lock"):
    return REGISTRY.get_sample_value("housefull_refused_total", {"limit": limit}) or 0.0


# ------------------------------------------------------------------------------------------------ over HTTP
def test_one_too_many_is_a_429_that_says_how_long_to_wait(settings, client, db):
    settings.REQUESTS_PER_ADDRESS = {"lock": "2/min"}
    before = refused()
    lock = lambda **more: client.post("/api/bookings/lock-seats/", {}, "application/json", **more)  # noqa: E731
    assert [lock().status_code for _ in range(2)] == [422, 422]
    answer = lock()
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    body = answer.json()
    assert (body["code"], body["status"], body["retry_after"]) == ("too_many_requests", 429, int(answer["Retry-After"]))
    assert 55 <= body["retry_after"] <= 60
    assert str(body["retry_after"]) in body["detail"]
    assert refused() == before + 1
    assert lock(REMOTE_ADDR=BOBS).status_code == 422
    settings.REQUESTS_PER_ADDRESS = {}
    assert lock().status_code == 422


def test_every_rate_has_its_operations_and_the_document_says_so():
    found = {
        name: throttle.name for name, _, operation in operations_of(api) for throttle in operation.throttle_objects
    }
    assert found == RATE_OF
    assert set(RATE_OF.values()) == {"lock", "create", "initiate", "verify", "best-available", "waitlist"}
    document = api.get_openapi_schema(path_prefix="/api/")
    answers = {
        operation["operationId"]: operation["responses"]
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert all(429 in answers[name] for name in RATE_OF)


def test_the_defaults_are_the_contracts(monkeypatch):
    """In production; in development there are none."""
    monkeypatch.setenv("DEBUG", "false")
    expected = {"lock": "20/min", "create": "10/min", "initiate": "10/min"}
    expected |= {"verify": "30/min", "best-available": "60/min", "waitlist": "5/h"}
    fresh = runpy.run_path(limits.__file__)
    assert fresh["REQUESTS_PER_ADDRESS"] == expected
    assert (fresh["MAX_CONNECTIONS_PER_ADDRESS"], fresh["WAITLIST_ENTRIES_PER_ADDRESS"]) == (200, 2)
    assert fresh["WAITLIST_SHARE_PER_ADDRESS"] == 4


# -------------------------------------------------------------------------------------------- who is counted
def test_an_address_is_counted_as_everything_else_counts_it(rate, settings):
    settings.TRUSTED_PROXIES = 1
    spellings = ("192.0.2.1:4711", "::ffff:192.0.2.1", "192.0.2.1")
    for spelling in spellings:
        assert rate.allow_request(request("10.0.0.1", **{"X-Forwarded-For": spelling}))
    assert not rate.allow_request(request("10.0.0.1", **{"X-Forwarded-For": "192.0.2.1"}))
    assert rate.allow_request(request("10.0.0.1", **{"X-Forwarded-For": "192.0.2.9"}))


def test_without_proxies_of_our_own_a_header_makes_nobody_somebody_else(rate):
    assert [rate.allow_request(request(**{"X-Forwarded-For": f"192.0.2.{n}"})) for n in range(4)] == [True] * 3 + [
        False
    ]


def test_an_account_is_counted_as_itself_and_its_address_goes_on(rate, alice, db):
    user = get_user_model().objects.create_user("alice")
    assert [rate.allow_request(request(user=user)) for _ in range(4)] == [True] * 3 + [False]
    assert not rate.allow_request(request(BOBS, user=user))  # wherever they are
    assert rate.allow_request(request())
    # A bearer token speaks for a guest, whoever is signed in in that browser.
    bearer = {"Authorization": f"Bearer {token_for(alice)}"}
    assert [rate.allow_request(request(user=user, **bearer)) for _ in range(3)] == [True, True, False]


# ------------------------------------------------------------------------------------------ many at once
class SlowMoments:
    """A cache in which whoever reads waits a moment for others to read the same."""

    def __init__(self, readers):
        self.kept, self.barrier = {}, threading.Barrier(readers)

    def get(self, key, default):
        found = list(self.kept.get(key, default))
        with suppress(threading.BrokenBarrierError):
            self.barrier.wait(1)  # or nobody else comes
        return found

    def set(self, key, value, seconds):
        self.kept[key] = value


@pytest.mark.parametrize(("turns", "passed"), [(True, 1), (False, 2)])
def test_without_turns_many_at_once_get_further_than_many_in_a_row(settings, monkeypatch, turns, passed):
    settings.REQUESTS_PER_ADDRESS = {"lock": "1/min"}
    moments = SlowMoments(readers=2)
    monkeypatch.setattr(rates, "_moments", lambda: moments)
    if not turns:
        monkeypatch.setattr(rates.Rate, "_turns", (nullcontext(),))
    rate, answers = rates.Rate("lock"), []
    threads = [threading.Thread(target=lambda: answers.append(rate.allow_request(request()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answers) == passed


def test_of_forty_at_once_exactly_twenty_pass(settings):
    settings.REQUESTS_PER_ADDRESS = {"lock": "20/min"}
    rate, answers = rates.Rate("lock"), []
    threads = [threading.Thread(target=lambda: answers.append(rate.allow_request(request()))) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answers) == 20


@pytest.mark.parametrize("each_has_its_own", [True, False])
def test_how_long_to_wait_is_each_requests_own(settings, monkeypatch, each_has_its_own):
    """Ninja keeps it on the throttle, which all threads share: without ours Alice would be told Bob's time."""
    settings.REQUESTS_PER_ADDRESS = {"lock": "1/min"}
    rate = rates.Rate("lock")
    if not each_has_its_own:
        rate._mine = SimpleNamespace()
    now = time.time()
    moments = {"lock:192.0.2.1": [now - 10], "lock:192.0.2.2": [now - 50]}
    monkeypatch.setattr(rates, "_moments", lambda: SimpleNamespace(get=lambda key, default: list(moments[key])))
    assert not rate.allow_request(request(ALICES))
    bobs = threading.Thread(target=lambda: rate.allow_request(request(BOBS)))
    bobs.start()
    bobs.join()
    assert (rate.wait() > 40) is each_has_its_own


# --------------------------------------------------------------------------------------- without the cache
class AwayCache:
    def __init__(self):
        self.asked = 0

    def get(self, key, default):
        self.asked += 1
        raise redis.ConnectionError("no cache")


def test_without_the_cache_everybody_passes_and_it_is_asked_once(rate, monkeypatch):
    away = AwayCache()
    monkeypatch.setattr(rates, "_moments", lambda: away)
    assert all(rate.allow_request(request()) for _ in range(20))
    assert away.asked == 1
    monkeypatch.setattr(rates.Rate, "_asked_again_at", time.monotonic() - 1)
    assert rate.allow_request(request())
    assert away.asked == 2


@pytest.mark.parametrize("pause", [rates.CACHE_PAUSE_SECONDS, 0.0])
def test_without_the_pause_every_request_would_ask_a_cache_that_is_away(rate, monkeypatch, pause):
    away = AwayCache()
    monkeypatch.setattr(rates, "_moments", lambda: away)
    monkeypatch.setattr(rates, "CACHE_PAUSE_SECONDS", pause)
    for _ in range(5):
        rate.allow_request(request())
    assert away.asked == (1 if pause else 5)


def test_a_cache_that_accepts_and_says_nothing_holds_nobody_up(rate, monkeypatch, settings, machine):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = settings.CACHES["rates"]["OPTIONS"]
        silent_cache = RedisCache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", {"OPTIONS": dict(options)})
        monkeypatch.setattr(rates, "_moments", lambda: silent_cache)
        began = time.monotonic()
        assert all(rate.allow_request(request()) for _ in range(50))
        assert time.monotonic() - began < machine.allows(1.5)


# ------------------------------------------------------------------------------------------------ sockets
@pytest.fixture
def holds(settings):
    settings.REQUESTS_PER_ADDRESS = {"lock": "3/min"}
    return rates.HoldsOfSockets()


def test_the_holds_of_all_sockets_of_an_address_are_one_count(holds):
    before = refused()
    assert [holds.wait(ALICES) for _ in range(3)] == [0, 0, 0]
    assert 19 < holds.wait(ALICES) <= 20
    assert refused() == before + 1
    assert holds.wait(BOBS) == 0


def test_asking_too_soon_makes_the_wait_no_longer(holds):
    waits = [holds.wait(ALICES) for _ in range(50)]
    assert max(waits) <= 20
    holds._buckets[ALICES]._counted_at -= waits[-1] + 0.01
    assert holds.wait(ALICES) == 0


def test_a_changed_rate_counts_at_once_and_off_is_off(holds, settings):
    for _ in range(4):
        holds.wait(ALICES)
    settings.REQUESTS_PER_ADDRESS = {"lock": "5/min"}
    assert [holds.wait(ALICES) for _ in range(5)] == [0] * 5
    assert holds.wait(ALICES) > 0
    settings.REQUESTS_PER_ADDRESS = {}
    assert holds.wait(ALICES) == 0


def test_addresses_that_ask_no_more_are_forgotten(holds, monkeypatch):
    monkeypatch.setattr(rates, "MOST_BUCKETS", 10)
    for number in range(10):
        holds.wait(f"192.0.2.{number}")
    holds.wait("192.0.2.3")
    for number, bucket in enumerate(holds._buckets.values()):
        if number != 3:
            bucket._counted_at -= 60
    holds.wait("198.51.100.1")
    assert set(holds._buckets) == {"192.0.2.3", "198.51.100.1"}


def test_without_csrf_trouble_a_browser_is_told_in_the_same_words(settings, db):
    """The rate is counted after who is asking is known, so what another site's page sends does not use it up."""
    settings.REQUESTS_PER_ADDRESS = {"lock": "1/min"}
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["guest"] = "stale"
    post = lambda: browser.post("/api/bookings/lock-seats/", {}, "application/json")  # noqa: E731
    assert [post().status_code for _ in range(3)] == [403] * 3
    del browser.cookies["guest"]
    assert [post().status_code for _ in range(2)] == [422, 429]
