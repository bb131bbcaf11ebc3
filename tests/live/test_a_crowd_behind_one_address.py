"""Two hundred buyers behind one address, as behind a carrier's NAT or in a college: all who obey `Retry-After` and pay
get their tickets, and whoever does not obey gets no more than the rate.

With the default rates this takes twenty minutes, so they are raised here by REQUESTS_PER_ADDRESS, to as many in ten
seconds as the defaults allow in a minute or two. What is tried is the same: two hundred come at once, most are refused
at first, and each comes again when it was told to.
"""

import asyncio
import collections

import httpx
import pytest

from tests.live.conftest import RunningShow, shows_on_sale
from tests.site import running_site

BUYERS = 200
RATES = "lock=40/10s,create=40/10s,initiate=40/10s,verify=60/10s"
AT_ONCE = 40  # buyers whose requests are under way; the others wait for their turn as people do for a page
MOST_ASKS = 200


@pytest.fixture(scope="module")
def rated_site():
    with running_site(REQUESTS_PER_ADDRESS=RATES) as site:
        yield site


class Buyer:
    def __init__(self, show, seat, turns, refusals):
        self.show, self.seat, self.turns, self.refusals = show, seat, turns, refusals
        self.headers = {}

    async def post(self, http, path, body):
        """Asks until it is answered, each time after as long as the answer says."""
        for _ in range(MOST_ASKS):
            async with self.turns:
                answer = await http.post(path, json=body, headers=self.headers)
            if answer.status_code != 429:
                return answer
            assert answer.json()["code"] == "too_many_requests", answer.text
            self.refusals[path] += 1
            await asyncio.sleep(int(answer.headers["Retry-After"]))
        raise AssertionError(f"{path} was never answered")

    async def buy(self, http, pay):
        locked = await self.post(http, "/api/bookings/lock-seats/", {"show": self.show.id, "seats": [self.seat]})
        assert locked.status_code == 201, locked.text
        self.headers["Authorization"] = f"Bearer {locked.json()['token']}"
        who = {"show": self.show.id, "name": "A buyer", "email": f"{self.seat.lower()}@example.test"}
        booking = (await self.post(http, "/api/bookings/create/", who)).json()
        order = (await self.post(http, "/api/payments/initiate/", {"booking": booking["id"]})).json()
        async with self.turns:
            paid = (await pay.post("/_test/pay", json={"order_id": order["order_id"], "outcome": "success"})).json()
        names = ("razorpay_order_id", "razorpay_payment_id", "razorpay_signature")
        answer = await self.post(http, "/api/payments/verify/", {name: paid[name] for name in names})
        assert answer.json()["status"] == "confirmed", answer.text
        return answer.json()["tickets"][0]["seat"]


async def test_two_hundred_buyers_who_obey_and_pay_all_get_their_tickets(rated_site):
    found = (RunningShow(rated_site, facts) for facts in shows_on_sale(rated_site))
    show = next(one for one in found if len(free_seats(one)) >= BUYERS)
    seats = free_seats(show)[:BUYERS]
    turns, refusals = asyncio.Semaphore(AT_ONCE), collections.Counter()
    async with (
        httpx.AsyncClient(base_url=rated_site.url, timeout=60) as http,
        httpx.AsyncClient(base_url=rated_site.sandbox_url, timeout=60) as pay,
    ):
        bought = await asyncio.gather(*(Buyer(show, seat, turns, refusals).buy(http, pay) for seat in seats))
    assert sorted(bought) == sorted(seats)
    assert set(refusals) >= {"/api/bookings/lock-seats/", "/api/bookings/create/"}  # the rates were in their way


def test_whoever_does_not_obey_gets_no_more_than_the_rate(rated_site):
    show = RunningShow(rated_site, next(iter(shows_on_sale(rated_site))))
    with rated_site.client() as client:
        answers = [client.post("/api/bookings/lock-seats/", json={"show": show.id, "seats": []}) for _ in range(60)]
    statuses = collections.Counter(answer.status_code for answer in answers)
    assert set(statuses) == {422, 429}
    assert statuses[429] >= 10


def free_seats(show):
    _, _, letters = show.fresh()
    return [
        seat for seat, letter in zip(show.layout, letters, strict=True) if letter == "a" and seat in set(show.seats)
    ]
