"""A running site with its budgets on, and one address that wants the whole house: by every way there is.

The site stands behind one proxy of ours, so a test chooses the address it comes from.
"""

import httpx
import pytest

from tests.live.conftest import RunningShow, shows_on_sale
from tests.live_client import LiveClient
from tests.site import running_site

MOST, LAPSES = 30, 60
LIMITS = {
    "TRUSTED_PROXIES": "1",
    "GUEST_SEATS_PER_ADDRESS": str(MOST),
    "SEATS_UNPAID_PER_ADDRESS": str(LAPSES),
    "NEW_GUESTS_PER_ADDRESS": "0",  # counted in a test of their own; here guests are without number
    "MAX_SOCKETS_PER_ADDRESS": "100",
}


@pytest.fixture(scope="module")
def guarded():
    with running_site(**LIMITS) as site:
        yield site, iter(shows_on_sale(site))


@pytest.fixture
def house(guarded):
    """A show that nobody has touched."""
    site, shows = guarded
    return RunningShow(site, next(shows))


def at(house, address, token=None):
    headers = {"X-Forwarded-For": address, **({"Authorization": f"Bearer {token}"} if token else {})}
    return httpx.Client(base_url=house.site.url, headers=headers, timeout=30)


def lock(client, house, seats, **more):
    return client.post("/api/bookings/lock-seats/", json={"show": house.id, "seats": seats, **more})


def book(client, house, locked, number, *, pay=False):
    client.headers["Authorization"] = f"Bearer {locked.json()['token']}"
    contact = {"show": house.id, "name": "Mallory", "email": f"m{number}@example.test"}
    created = client.post("/api/bookings/create/", json=contact)
    return client.post("/api/payments/initiate/", json={"booking": created.json()["id"]}) if pay else created


def hoard(house, addresses, *, also=lambda *_: None):
    """How many seats new guests get before the first refusal, three each; the refusal."""
    seats, got = list(house.layout), 0
    for number in range(len(seats) // 3):
        with at(house, addresses[number % len(addresses)]) as client:
            answer = lock(client, house, seats[3 * number : 3 * number + 3])
            if answer.status_code != 201:
                return got, answer
            also(client, house, answer, number)
        got += 3
    return got, None


def refused(answer):
    assert answer.status_code == 429, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "too_many_seats_here"
    assert 1 <= int(answer.headers["Retry-After"]) <= 1860
    return True


@pytest.mark.parametrize(
    "addresses",
    [
        ["192.0.2.1"],
        ["192.0.2.2:4711", "192.0.2.2:4712"],
        ["::ffff:192.0.2.3", "192.0.2.3", "[::ffff:192.0.2.3]:99"],
        ["2001:db8:0:7::1", "2001:0db8:0000:0007:0000:0000:0000:0001", "2001:db8:0:7:ffff::9", "[2001:db8:0:7::3]:80"],
        ["6.6.6.1, 192.0.2.4", "6.6.6.2, 192.0.2.4", "6.6.6.3,192.0.2.4"],
    ],
    ids=["one", "with ports", "as IPv6", "one /64", "with invented hops"],
)
def test_by_locking_as_ever_new_guests(house, addresses):
    got, refusal = hoard(house, addresses)
    assert got == MOST and refused(refusal)
    with at(house, "198.51.100.200") as elsewhere:
        assert lock(elsewhere, house, list(house.layout)[-2:]).status_code == 201


def test_by_bookings_that_wait(house):
    got, refusal = hoard(house, ["192.0.2.10"], also=book)
    assert got == MOST and refused(refusal)


def test_by_payments_that_were_begun(house):
    got, refusal = hoard(house, ["192.0.2.11"], also=lambda *given: book(*given, pay=True))
    assert got == MOST and refused(refusal)


async def test_by_sockets(house):
    seats, got, clients = list(house.layout), 0, []
    for number in range(14):
        client = await LiveClient.open(house.socket, house.layout, {"X-Forwarded-For": "192.0.2.12"})
        clients.append(client)
        await client.next_of("snapshot")
        client.say(type="hold", ref=1, seats=seats[3 * number : 3 * number + 3])
        answer = await client.next_of("held", "refused", ref=1)
        if answer["type"] == "refused":
            assert answer["code"] == "too_many_seats_here" and answer["retry_after"] >= 1
            break
        got += 3
    for client in clients:
        await client.end()
    assert got == MOST


def test_by_release_and_lock_again_without_end(house):
    """Given back at once it was only a look; the seats are free for everybody in between."""
    seats = list(house.layout)[:3]
    with at(house, "192.0.2.13") as client:
        for _ in range(30):
            answer = lock(client, house, seats)
            assert answer.status_code == 201
            client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
            client.post("/api/bookings/release-seats/", json={"show": house.id})
    with at(house, "198.51.100.201") as elsewhere:
        assert lock(elsewhere, house, seats).status_code == 201


def test_buyers_behind_one_address_who_pay_all_get_through(house):
    """Two hundred would fill several houses; what counts is that the budget comes back with every payment."""
    seats = list(house.layout)
    for number in range(25):
        with at(house, "192.0.2.14") as client:
            locked = lock(client, house, seats[2 * number : 2 * number + 2])
            assert locked.status_code == 201, locked.text
            order = book(client, house, locked, f"buyer{number}", pay=True).json()
            payment = {"order_id": order["order_id"], "outcome": "success"}
            paid = httpx.post(f"{house.site.sandbox_url}/_test/pay", json=payment, timeout=30).json()
            assert client.post("/api/payments/verify/", json=paid).json()["status"] == "confirmed"
