"""What every test finds: a clean Redis, and names for people."""

import os

import pytest
import redis
from django.core.cache import cache

from tests.site import running_site

ALICE, BOB = "guest_a11ce0000000000000000000", "guest_b0b000000000000000000000"


def pytest_collection_modifyitems(items):
    """A promise in seconds can be missed because something else had the processor: such a test may try thrice."""
    for item in items:
        if item.get_closest_marker("timed"):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture
def redis_server():
    """A plain client on this worker's lock database, emptied before and after."""
    from seating import store

    client = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
    client.flushdb()
    cache.clear()
    store._indexed.clear()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def alice() -> str:
    return ALICE


@pytest.fixture
def bob() -> str:
    return BOB


@pytest.fixture(scope="session")
def site():
    """The whole site, running: one for each worker of the test run."""
    with running_site() as running:
        yield running


@pytest.fixture(scope="session")
def hasty_site():
    """A site whose holds last five seconds."""
    with running_site(SEAT_HOLD_SECONDS="5") as running:
        yield running
