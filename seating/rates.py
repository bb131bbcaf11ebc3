"""How often one address may ask for the same thing: `settings.REQUESTS_PER_ADDRESS` has the rates.

Whoever is signed in is counted as their account, because that took an address that they can read mail at; everybody
else as their network address (`cinema.addresses`). An operation names its rate (`throttle=LOCKING`), and a refusal is
429 `too_many_requests` with `Retry-After`.

The counting is django-ninja's: the moments of the last requests, in the cache, so that all web processes count as one.
Three things are ours. Ninja keeps a request's figures on the throttle itself, which all threads share; here each
request has its own. Reading and writing the moments are two commands; a lock lets the requests of one process take
turns, so that many at once get no further than many in a row. And without the cache every request passes: it is asked
once, briefly, and then left alone for a while.

The live sockets' holds have the rate `lock` too, but are counted in this process (`HoldsOfSockets`): a request to the
cache for every hold would cost as much as the hold.
"""

import threading
import time
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.http import HttpRequest
from ninja.throttling import BaseThrottle, SimpleRateThrottle
from redis import RedisError

from cinema.addresses import address_of_request
from cinema.metrics import count_refusal
from seating.identity import has_bearer
from seating.limits import RateBucket

CACHE_PAUSE_SECONDS = 5.0  # for so long nobody asks a cache that did not answer
MOST_BUCKETS = 20_000  # then those that are full again are forgotten


@cache
def _moments() -> BaseCache:
    """One for the whole process: `caches[…]` makes one for each request, with connections of its own."""
    return caches.create_connection("rates")


class Count(SimpleRateThrottle):
    """One request's count."""

    cache_format = "%(scope)s:%(ident)s"

    def __init__(self, name: str, rate: str, asking: str) -> None:
        self.scope, self.cache = name, _moments()
        self.whole_key = self.cache_format % {"scope": name, "ident": asking}
        super().__init__(rate)

    def get_cache_key(self, request: HttpRequest) -> str:
        return self.whole_key

    def wait(self) -> float:
        """Seconds until the oldest request that counts is old enough."""
        return super().wait() or float(self.duration or 1)


class Rate(BaseThrottle):
    """For an operation's `throttle=`."""

    _turns = tuple(threading.Lock() for _ in range(64))
    _asked_again_at = 0.0  # of the cache, by this process's clock; shared by all rates

    def __init__(self, name: str) -> None:
        self.name = name
        self._mine = threading.local()  # Ninja asks `wait` in the thread in which it was told no

    def allow_request(self, request: HttpRequest) -> bool:
        rate = settings.REQUESTS_PER_ADDRESS.get(self.name)
        if rate is None:
            return True
        count = self._mine.count = Count(self.name, rate, asking(request))
        with self._turns[hash(count.whole_key) % len(self._turns)]:
            if time.monotonic() < Rate._asked_again_at:
                return True
            try:
                allowed = count.allow_request(request)
            except (RedisError, OSError):
                Rate._asked_again_at = time.monotonic() + CACHE_PAUSE_SECONDS
                return True
        if not allowed:
            count_refusal(self.name)
        return allowed

    def wait(self) -> float:
        count: Count = self._mine.count
        return count.wait()


LOCKING = Rate("lock")
CREATING = Rate("create")
INITIATING = Rate("initiate")
VERIFYING = Rate("verify")
FINDING = Rate("best-available")
JOINING = Rate("waitlist")


def asking(request: HttpRequest) -> str:
    """Whom this request counts for. A bearer token speaks for a guest, whoever is signed in besides."""
    user: Any = getattr(request, "user", None)
    if user is not None and user.is_authenticated and not has_bearer(request):
        return f"user_{user.pk}"
    return address_of_request(request)


class HoldsOfSockets:
    """The holds that sockets ask for, by address or account: a bucket each, in this process alone.

    So with four web processes an address gets four times the rate over sockets, and once more over HTTP.
    """

    def __init__(self) -> None:
        self._buckets: dict[str, RateBucket] = {}
        self._rate: str | None = None

    def wait(self, asking: str) -> float:
        """Counts one hold. 0 if it may be tried, else the seconds until the next one may be."""
        rate = settings.REQUESTS_PER_ADDRESS.get(LOCKING.name)
        if rate is None:
            return 0.0
        bucket = self._buckets.get(asking)
        if bucket is None or rate != self._rate:
            bucket = self._new_bucket(asking, rate)
        if bucket.takes():
            return 0.0
        count_refusal(LOCKING.name)
        return bucket.wait()

    def _new_bucket(self, asking: str, rate: str) -> RateBucket:
        if rate != self._rate:
            self._buckets, self._rate = {}, rate
        elif len(self._buckets) >= MOST_BUCKETS:
            self._buckets = {known: bucket for known, bucket in self._buckets.items() if not bucket.is_full()}
        limit = SimpleRateThrottle(rate)
        bucket = self._buckets[asking] = RateBucket(limit.num_requests or 1, limit.duration or 1)
        return bucket


HOLDS_OF_SOCKETS = HoldsOfSockets()
