"""Everything the buyers share: whether it is open, how much of the house may stay taken, and what was paid for."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from trials.stampede.address import Address
from trials.stampede.buyers import Buyer
from trials.stampede.client import Client, Unreachable
from trials.stampede.crowd import Crowd
from trials.stampede.customers import Customer
from trials.stampede.ledger import Grant, Ledger
from trials.stampede.measures import Measures
from trials.stampede.target import Hall
from trials.stampede.watching import Watching

FULLEST = 0.9  # of the house by the end, so that there is something to fight for until then
LAST_ROUND_SECONDS = 30.0
CONFIRMING_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 10.0


@dataclass
class Market:
    hall: Hall
    measures: Measures
    ledger: Ledger
    watching: Watching
    crowd: Crowd
    sandbox: Address | None
    think_seconds: float
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    owed: dict[str, tuple[Grant, str | None]] = field(default_factory=dict)  # payment begun, end not known
    _buyers: list[asyncio.Task] = field(default_factory=list)
    _lasts: float = 0.0
    _taken_before: float = 0.0

    def admit_customers(self, count: int) -> list[Buyer]:
        """Buyers with sockets of their own, which are viewers like all others."""
        buyers = []
        for number in range(count):
            customer = Customer(self.crowd, number)
            self.crowd.admit(customer)
            buyers.append(Buyer(self, customer, number))
        return buyers

    def begin(self, buyers: list[Buyer], seconds: float) -> None:
        viewer = self.crowd.most_recent()
        self._lasts, self._taken_before = seconds, self._taken(viewer.states) if viewer else 1.0
        self._buyers = [asyncio.create_task(buyer.shop()) for buyer in buyers]

    async def close(self) -> None:
        """No new rounds; what has begun is finished. Raises what a buyer stumbled over."""
        self.closing.set()
        if not self._buyers:
            return
        done, late = await asyncio.wait(self._buyers, timeout=LAST_ROUND_SECONDS)
        for task in late:
            task.cancel()
        for task in done:
            task.result()

    @property
    def is_open(self) -> bool:
        return not self.closing.is_set()

    async def pause(self, seconds: float) -> None:
        """Waits so long, but at most until the market closes."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), min(seconds, LONGEST_PAUSE_SECONDS))

    def _taken(self, states: bytearray) -> float:
        """The share of the seats that are not free on this map."""
        return 1 - states.count(b"a") / len(self.hall.seats)

    def may_keep(self, states: bytearray) -> bool:
        """Whether seats that are held may stay taken: the house fills up evenly until the end of the run."""
        gone = (self.measures.clock() - self.measures.began) / self._lasts
        return self.is_open and self._taken(states) <= self._taken_before + (FULLEST - self._taken_before) * gone

    # ------------------------------------------------------------------------------------------ bookings
    def note_booking(self, booking: dict) -> None:
        """What the site says about a booking whose payment had begun."""
        if booking["status"] not in {"confirmed", "cancelled", "expired"}:
            return
        owed = self.owed.pop(booking["id"], None)
        if owed is None or booking["status"] != "confirmed":
            return
        grant, _ = owed
        grant.sold = self.measures.clock()
        seats = [ticket["seat"] for ticket in booking["tickets"]]
        if sorted(seats) != sorted(grant.seats):
            self.measures.errors["tickets_of_other_seats"] += 1
        self.ledger.note_tickets(booking["id"], seats)
        self.measures.outcomes["confirmed"] += 1

    async def ask_about_payments(self) -> None:
        """Those whose page was closed, or who got no answer: what has become of their bookings?"""
        client = Client(self.hall.address)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONFIRMING_SECONDS):
                while self.owed:
                    for booking, (_, client.token) in list(self.owed.items()):
                        with contextlib.suppress(Unreachable):
                            answer = await client.request("GET", f"/api/bookings/{booking}/")
                            if answer.status == 200 and isinstance(answer.body, dict):
                                self.note_booking(answer.body)
                    await asyncio.sleep(0.5)
        client.close()
