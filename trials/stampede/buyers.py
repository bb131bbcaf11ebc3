"""Buyers: guests who hold seats over the socket or HTTP, and then give them back, walk away, or pay.

Refusals are outcomes. No answer, or a 503, is an outage; any other 5xx is an error of the site. After walking away,
paying or an outage a buyer becomes a new guest, so that what the last guest still holds certainly belongs to somebody
else.
"""

import random
import secrets
from dataclasses import dataclass
from typing import Any

from trials.stampede.address import Address
from trials.stampede.buyer_sockets import BuyerSocket
from trials.stampede.choosing import choose_seats, starting_place
from trials.stampede.client import Answer, Client, Unreachable
from trials.stampede.frames import server_time
from trials.stampede.ledger import Grant
from trials.stampede.market import Market

LARGEST_PARTY = 4
OVER_SOCKET = 0.6  # share of the holds; the others go over HTTP
BEST_AVAILABLE = 0.2
POPULAR = 0.2  # start looking where everybody starts
GIVE_BACK = 0.4
PAY = 0.7  # of those who do not give back; the others walk away
CLOSES_PAGE = 0.1  # after paying, so that only the webhook confirms
PAYMENT_FAILS = 0.1


class RoundFailed(Exception):
    """The round is over and has been counted; nobody knows what the site has done."""


@dataclass
class Refused(Exception):
    """The site said no."""

    code: str


class Buyer:
    def __init__(self, market: Market, socket: BuyerSocket, number: int) -> None:
        self.market = market
        self.measures = market.measures
        self.ledger = market.ledger
        self.socket = socket
        self.number = number
        self.http = Client(market.hall.address)
        self.guest = 0

    @property
    def holder(self) -> str:
        return f"buyer {self.number}.{self.guest}"

    async def run(self) -> None:
        """Round after round until the market closes."""
        async with self.http:
            await self.market.pause(random.uniform(0, self.market.think_seconds))  # noqa: S311 - no secret
            while self.market.is_open:
                await self._count_round()
                await self._think()

    async def _count_round(self) -> None:
        try:
            await self._round()
        except Refused as refusal:
            self.measures.refusals[refusal.code] += 1
        except RoundFailed:
            self._become_new_guest()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.measures.errors[f"unreadable answer: {error!r}"] += 1
            self._become_new_guest()

    def _become_new_guest(self) -> None:
        self.guest += 1
        self.http.token = None
        self.socket.start_again()

    async def _think(self) -> None:
        await self.market.pause(random.expovariate(1 / self.market.think_seconds))

    def _chance(self, share: float) -> bool:
        return random.random() < share  # noqa: S311 - no secret

    # -------------------------------------------------------------------------------------------- a round
    async def _round(self) -> None:
        if not self.socket.on_map:
            return
        seats = await self._choose(random.randint(1, LARGEST_PARTY))  # noqa: S311 - no secret
        if not seats:
            self.measures.outcomes["nothing_free"] += 1
            return
        by_socket = self._chance(OVER_SOCKET)
        grant = await (self._hold_by_socket(seats) if by_socket else self._hold_by_http(seats))
        await self._think()
        if self._chance(GIVE_BACK) or not self.market.may_keep(self.socket.states):
            await self._give_back(grant, by_socket)
        elif self.market.sandbox is not None and self._chance(PAY):
            await self._book(grant, self.market.sandbox)
        else:
            self.measures.outcomes["walked_away"] += 1
            self._become_new_guest()

    async def _choose(self, count: int) -> list[str]:
        if self._chance(BEST_AVAILABLE):
            path = f"/api/shows/{self.market.hall.show}/best-available/"
            return list((await self._ask(self.http, "POST", path, {"count": count})).body["seats"])
        hall = self.market.hall
        start = starting_place(len(hall.seats), popular=self._chance(POPULAR))
        return choose_seats(hall.seats, self.socket.states, count, start)

    async def _hold_by_socket(self, seats: list[str]) -> Grant:
        answer, asked, answered = await self._send({"type": "hold", "seats": seats})
        self.measures.lock_by_socket.add(answered - asked)
        self.http.token = self.socket.token = answer["token"]
        return self._granted(answer, asked, answered)

    async def _hold_by_http(self, seats: list[str]) -> Grant:
        asked = self.measures.clock()
        body = {"show": self.market.hall.show, "seats": seats}
        answer = await self._ask(self.http, "POST", "/api/bookings/lock-seats/", body)
        answered = self.measures.clock()
        self.measures.lock_by_http.add(answered - asked)
        if self.http.token != answer.body["token"]:
            self.http.token = answer.body["token"]
            self.socket.identify(answer.body["token"])
        return self._granted(answer.body, asked, answered)

    def _granted(self, message: dict[str, Any], asked: float, answered: float) -> Grant:
        ends = self.ledger.our_time(server_time(message["expires_at"]))
        grant = Grant(self.holder, tuple(message["seats"]), asked, answered, ends)
        self.ledger.note_grant(grant)
        self.market.matcher.note_grant(grant.seats[0], asked)
        self.socket.grant = grant
        self.measures.outcomes["held"] += 1
        return grant

    async def _give_back(self, grant: Grant, by_socket: bool) -> None:
        grant.end_by(self.measures.clock())
        if by_socket:
            answer, _, _ = await self._send({"type": "release", "seats": list(grant.seats)})
            released = answer["seats"]
        else:
            body = {"show": self.market.hall.show}
            released = (await self._ask(self.http, "POST", "/api/bookings/release-seats/", body)).body["released"]
        complete = set(released) == set(grant.seats)
        self.measures.outcomes["given_back" if complete else "gone_before_given_back"] += 1

    # -------------------------------------------------------------------------------------------- paying
    async def _book(self, grant: Grant, sandbox: Address) -> None:
        try:
            await self._pay(grant, await self._create(grant), sandbox)
        except Refused as refusal:
            self.measures.refusals[refusal.code] += 1
        self._become_new_guest()

    async def _create(self, grant: Grant) -> dict[str, Any]:
        email = f"buyer{self.number}.{secrets.token_hex(4)}@example.test"  # one person may not buy without end
        body = {"show": self.market.hall.show, "name": "Load Test", "email": email}
        key = {"Idempotency-Key": secrets.token_hex(8)}
        answer = await self._ask(self.http, "POST", "/api/bookings/create/", body, key)
        booking: dict[str, Any] = answer.body
        grant.booked, grant.booking = self.measures.clock(), booking["id"]
        grant.claim_ends = self.ledger.our_time(server_time(booking["expires_at"]))
        if set(booking["seats"]) != set(grant.seats):
            self.measures.errors["booking_of_other_seats"] += 1
        self.measures.outcomes["booked"] += 1
        return booking

    async def _pay(self, grant: Grant, booking: dict[str, Any], sandbox_address: Address) -> None:
        order = (await self._ask(self.http, "POST", "/api/payments/initiate/", {"booking": booking["id"]})).body
        grant.claim_ends = max(grant.claim_ends, self.ledger.our_time(server_time(order["expires_at"])))
        self.market.owed[booking["id"]] = (grant, self.http.token)
        outcome = "failure" if self._chance(PAYMENT_FAILS) else "success"
        async with Client(sandbox_address) as sandbox:
            payment = {"order_id": order["order_id"], "outcome": outcome}
            paid = (await self._ask(sandbox, "POST", "/_test/pay", payment)).body
        if outcome == "failure":
            self.measures.outcomes["payment_failed"] += 1
            del self.market.owed[booking["id"]]
            return
        self.measures.outcomes["paid"] += 1
        if not self._chance(CLOSES_PAGE):
            self.market.note_booking((await self._ask(self.http, "POST", "/api/payments/verify/", paid)).body)

    # ------------------------------------------------------------------------------------------- asking
    async def _send(self, message: dict[str, Any]) -> tuple[dict[str, Any], float, float]:
        """Over the socket; returns the answer and when it was asked and answered. Raises Refused, RoundFailed."""
        try:
            answer, asked, answered = await self.socket.ask(message)
        except Unreachable as error:
            self.measures.unavailable[str(error)] += 1
            raise RoundFailed from None
        if answer["type"] == "refused":
            self._refuse(answer["code"], "socket")
        return answer, asked, answered

    async def _ask(
        self, client: Client, method: str, path: str, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> Answer:
        """Over HTTP. Raises Refused, RoundFailed."""
        try:
            answer = await client.request(method, path, body, headers)
        except Unreachable as error:
            self.measures.unavailable[str(error)] += 1
            raise RoundFailed from None
        if answer.status == 503:
            self._refuse(answer.code, "HTTP")
        if answer.status >= 500 or not isinstance(answer.body, dict):
            self.measures.errors[f"{path.split('?')[0]} {answer.status}"] += 1
            raise RoundFailed
        if answer.status >= 400:
            raise Refused(answer.code)
        return answer

    def _refuse(self, code: str, where: str) -> None:
        """A refusal, or an outage that the site itself reports. Raises Refused or RoundFailed."""
        if code == "holds_unavailable":
            self.ledger.note_loss(self.measures.clock(), "Redis was away")
        if code in {"holds_unavailable", "gateway_unavailable"} or code.startswith("http_5"):
            self.measures.unavailable[f"{code} ({where})"] += 1
            raise RoundFailed
        raise Refused(code)
