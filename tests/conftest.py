"""What every test finds: a clean Redis, and names for people."""

import os

import pytest
import redis
from django.conf import settings
from django.core.cache import cache

from tests import database, servers
from tests.site import running_site

ALICE, BOB = "guest_a11ce0000000000000000000", "guest_b0b000000000000000000000"
database.empty_quickly()


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords():
    """No test is about how slow a hash is; the tests of a running site have the real one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """pytest-django's, and on the run's own PostgreSQL a database that is a copy of what was migrated once."""
    if servers.own_postgres():
        database.copy_instead_of_migrating()


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
