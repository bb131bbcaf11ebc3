import pytest

from tests import factories


@pytest.fixture
def show(transactional_db, redis_server):
    """A show on sale with rows A to D of six seats each."""
    return factories.make_show(seats=dict.fromkeys("ABCD", 6))
