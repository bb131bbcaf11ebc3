import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from tests import factories


def make_user(email: str, *, verified: bool = True, **kw):
    user = get_user_model().objects.create_user(username=email, email=email, password="a-long-password-1", **kw)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


@pytest.fixture(autouse=True)
def no_requests_counted():
    """allauth counts sign-ins by address, and every test comes from the same one."""
    cache.clear()


@pytest.fixture
def alice_client(db) -> Client:
    """A browser in which Alice, a customer, is signed in."""
    client = Client()
    client.force_login(make_user("alice@example.test"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def staff_client(db) -> Client:
    """A manager of all theatres."""
    return factories.signed_in(factories.make_staff("manager", email="sam@example.test"))
