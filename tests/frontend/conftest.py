import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests import factories


def make_user(email: str, **kw):
    return get_user_model().objects.create_user(username=email, email=email, password="a-long-password-1", **kw)


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
