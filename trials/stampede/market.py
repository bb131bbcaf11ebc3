"""What all buyers share: whether the sale is open, how many seats may stay taken, and which payments are open."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

from trials.stampede.address import Address
from trials.stampede.client import Client, Unreachable
from trials.stampede.ledger import Grant, Ledger
from trials.stampede.matching import FrameMatcher
from trials.stampede.measures import Measures
from trials.stampede.target import Hall

FULLEST = 0.9  # share of seats taken at the end, so that buyers compete for the others until then
CONFIRMING_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 10.0


@dataclass
class Market:
    hall: Hall
    measures: Measures
    ledger: Ledger
    matcher: FrameMatcher
    sandbox: Address | None
    think_seconds: float
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    owed: dict[str, tuple[Grant, str | None]] = field(default_factory=dict)  # payment started, outcome not known
    _seconds: float = 0.0
    _taken_before: float = 0.0

    def begin(self, states: bytearray | None, seconds: float) -> None:
        """Starts the sale of so many seconds; `states` is the map now, None if nobody has one."""
        self._seconds, self._taken_before = seconds, self._taken(states) if states is not None else 1.0

    @property
    def is_open(self) -> bool:
        return not self.closing.is_set()

    async def pause(self, seconds: float) -> None:
        """Waits for these seconds, but not longer than the market is open."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), min(seconds, LONGEST_PAUSE_SECONDS))

    def _taken(self, states: bytearray) -> float:
        """The share of the seats that are not free on this map."""
        return 1 - states.count(b"a") / len(self.hall.seats)

    def may_keep(self, states: bytearray) -> bool:
        """Whether held seats may stay taken: the hall fills evenly until the end of the sale."""
        gone = (self.measures.clock() - self.measures.began) / self._seconds
        return self.is_open and self._taken(states) <= self._taken_before + (FULLEST - self._taken_before) * gone

    # ------------------------------------------------------------------------------------------ bookings
    def note_booking(self, booking: dict[str, Any]) -> None:
        """Takes what the site says about a booking whose payment was started."""
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
        """Asks for the bookings whose buyers closed the page or got no answer after paying."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONFIRMING_SECONDS), Client(self.hall.address) as client:
                while self.owed:
                    for booking, (_, client.token) in list(self.owed.items()):
                        with contextlib.suppress(Unreachable):
                            answer = await client.request("GET", f"/api/bookings/{booking}/")
                            if answer.status == 200 and isinstance(answer.body, dict):
                                self.note_booking(answer.body)
                    await asyncio.sleep(0.5)
