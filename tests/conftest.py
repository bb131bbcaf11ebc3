"""What every test finds: a clean Redis, and names for people."""

import os

import pytest
import redis
from django.conf import settings
from django.core.cache import cache

from tests import database, order, servers
from tests.machine import watched
from tests.site import end_shared_sites, shared_site

ALICE, BOB = "guest_a11ce0000000000000000000", "guest_b0b000000000000000000000"
database.empty_quickly()


def pytest_collection_modifyitems(items):
    order.arrange(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return order.Groups(config, log)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item):
    end_shared_sites(order.sites_that_end_with(item))


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
    from seating import index

    client = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
    client.flushdb()
    cache.clear()
    index._indexed.clear()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def alice() -> str:
    return ALICE


@pytest.fixture
def bob() -> str:
    return BOB


@pytest.fixture
def machine():
    """Says how much longer than on a quiet machine things may take now: `machine.allows(seconds)`."""
    with watched() as running:
        yield running


@pytest.fixture(scope="session")
def site():
    """The whole site, running, shared by all tests of its group; it ends with the last of them."""
    return shared_site("site")


@pytest.fixture(scope="session")
def hasty_site():
    """A site whose holds last five seconds."""
    return shared_site("hasty_site", SEAT_HOLD_SECONDS="5")


def pytest_sessionfinish():
    end_shared_sites(order.SITE_FIXTURES)
