"""Shows of a running site, for tests that talk to it as any program would."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from tests.live.customer import Customer

_taken = count()
BLOCK = "from seating.services.blocks import block_seats; block_seats({show}, {seats!r}, 'user_1', 'full')"


class RunningShow:
    """One show of the running site that no other test uses."""

    def __init__(self, site, facts):
        self.site = site
        self.id = facts["id"]
        self.facts = facts
        with site.client() as client:
            layout = client.get(f"/api/shows/{self.id}/layout/").json()["seats"]
        self.seats = [seat["id"] for seat in layout if not seat["couple"]]
        self.layout = [seat["id"] for seat in layout]
        self.socket = f"{site.ws}/ws/shows/{self.id}/"

    def fresh(self):
        """The map as a fresh HTTP snapshot has it, as letters in the layout's order."""
        with self.site.client() as client:
            answer = client.get(f"/api/shows/{self.id}/seats/").json()
        assert list(answer["seats"]) == self.layout
        return answer["epoch"], answer["seq"], [state[0] for state in answer["seats"].values()]


def shows_on_sale(site):
    """Shows that begin tomorrow at the earliest: no sale ends, and no refund rule changes, while a test runs."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with site.client() as client:
        movies = client.get("/api/movies/", params={"limit": 50}).json()["items"]
        for movie in movies:
            for facts in client.get(f"/api/movies/{movie['id']}/shows/", params={"limit": 100}).json()["items"]:
                if facts["state"] == "on_sale" and facts["starts_at"] > tomorrow:
                    yield facts


@pytest.fixture
def live_show(site):
    return RunningShow(site, list(shows_on_sale(site))[-1 - next(_taken)])


@pytest.fixture
def hasty_show(hasty_site):
    return RunningShow(hasty_site, list(shows_on_sale(hasty_site))[-1 - next(_taken)])


@pytest.fixture
def new_customer():
    """Makes customers of a show, and closes their connections at the end."""
    customers = []

    def make(show):
        customers.append(Customer(show))
        return customers[-1]

    yield make
    for customer in customers:
        customer.http.close()


@pytest.fixture
def full_show(live_show, new_customer):
    """Two seats sold to Bob, every other one out of sale; answers with the show, Bob and his booking."""
    bob = new_customer(live_show)
    booking, order = bob.up_to_payment(live_show.seats[:2])
    bob.http.post("/api/payments/verify/", json=bob.pay(order, "success"))
    rest = [seat for seat in live_show.layout if seat not in live_show.seats[:2]]
    blocked = live_show.site.manage("shell", "-c", BLOCK.format(show=live_show.id, seats=rest))
    assert blocked.returncode == 0, blocked.stderr
    return live_show, bob, bob.booking(booking)
