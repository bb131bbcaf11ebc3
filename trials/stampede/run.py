"""The run: connect the viewers, open the sale, close it, wait until everything agrees, and make the proof."""

import asyncio
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trials.stampede.address import Address, CannotRun
from trials.stampede.catching_up import catch_up
from trials.stampede.crowd import Crowd
from trials.stampede.ledger import Ledger
from trials.stampede.market import Market
from trials.stampede.matching import FrameMatcher
from trials.stampede.measures import Measures
from trials.stampede.plan import Plan
from trials.stampede.results import Run, result_of
from trials.stampede.sale import Sale
from trials.stampede.target import Hall

TICK_SECONDS = 0.1
SLOWEST_OPENING = 40.0  # viewers per second; a slower opening is ended
OPENING_SECONDS = 20.0


@dataclass(frozen=True)
class Now:
    """What the progress display shows. `phase` is opening, sale, closing or proof."""

    phase: str
    seconds: float
    viewers: int
    wanted: int
    frames_per_second: float
    p50: float | None  # seconds, hold to frame, of the last few seconds
    p99: float | None
    seats: dict[str, int]


class Stampede:
    """Use `await run()` once; `end_sale()` closes the market early."""

    def __init__(self, hall: Hall, sandbox: Address | None, plan: Plan, show: Callable[[Now], None]) -> None:
        self.hall = hall
        self.sandbox = sandbox
        self.plan = plan
        self.measures = Measures()
        self.ledger = Ledger()
        self.matcher = FrameMatcher(self.measures)
        self.crowd = Crowd(hall, self.measures, self.ledger, self.matcher)
        self.market = Market(hall, self.measures, self.ledger, self.matcher, sandbox, plan.think_seconds)
        self.sale = Sale(self.market, self.crowd)
        self._show = show
        self._phase = "opening"
        self._frames: list[int] = [0]  # at the end of each of the last seconds
        self.sale_frames = 0
        self.sale_seconds = 0.0
        self.cpu_share = 0.0

    async def run(self) -> dict[str, Any]:
        """Returns everything that was measured, and the proof. Raises CannotRun."""
        clock = asyncio.create_task(self._keep_time())
        try:
            await self._open()
            await self._sell()
            self._phase = "closing"
            await self.sale.end()
            await self.market.ask_about_payments()
            self._phase = "proof"
            verdict = await catch_up(self.hall, self.ledger, self.crowd.viewers)
            self.matcher.settle(0, everything=True)
            if clock.done():
                clock.result()  # it runs until it is cancelled, so it has failed
            return result_of(self._record(), verdict)
        finally:
            clock.cancel()
            await asyncio.gather(clock, return_exceptions=True)
            await self.crowd.end()

    def end_sale(self) -> None:
        self.market.closing.set()

    def _record(self) -> Run:
        return Run(
            hall=self.hall,
            sandbox=self.sandbox,
            plan=self.plan,
            measures=self.measures,
            ledger=self.ledger,
            viewers=len(self.crowd.viewers),
            sampled=len(self.crowd.sample),
            owed=self.market.owed,
            sale_frames=self.sale_frames,
            sale_seconds=self.sale_seconds,
            cpu_share=self.cpu_share,
        )

    # ------------------------------------------------------------------------------------------- phases
    async def _open(self) -> None:
        self.crowd.start(self.plan.viewers)
        self.sale.admit(self.plan.buyers)
        wanted = len(self.crowd.viewers)
        deadline = time.monotonic() + OPENING_SECONDS + wanted / SLOWEST_OPENING
        while self.crowd.connected() < wanted and time.monotonic() < deadline:
            if all(viewer.stopped for viewer in self.crowd.viewers) or self.market.closing.is_set():
                break
            await asyncio.sleep(TICK_SECONDS)
        if not self.crowd.connected():
            raise CannotRun(f"No viewer got a map from {self.hall.socket}: {self._why_not()}.")
        gc.collect()
        gc.freeze()  # thousands of viewers stay; without this the collector would look at them again and again

    def _why_not(self) -> str:
        reasons = [f"closed with {code}" for code in self.measures.closes] + list(self.measures.failed_connects)
        return ", ".join(reasons) or "it sent none"

    async def _sell(self) -> None:
        self._phase = "sale"
        frames, cpu, began = self.measures.frames, time.process_time(), time.perf_counter()
        self.measures.begin()
        self.sale.begin(self.plan.seconds)
        try:
            await asyncio.wait_for(self.market.closing.wait(), self.plan.seconds)
        except TimeoutError:
            self.market.closing.set()
        self.sale_seconds = time.perf_counter() - began
        self.sale_frames = self.measures.frames - frames
        self.cpu_share = (time.process_time() - cpu) / self.sale_seconds

    # ------------------------------------------------------------------------------------------ watching
    async def _keep_time(self) -> None:
        """Measures every tick how late this process is; every second adds to the timeline and updates the display."""
        due = time.perf_counter() + TICK_SECONDS
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            late = time.perf_counter() - due
            self.measures.lateness.add(max(0.0, late))
            ticks = int(late / TICK_SECONDS) + 1
            due += ticks * TICK_SECONDS
            if int(due) != int(due - ticks * TICK_SECONDS):
                self._note_second()

    def _note_second(self) -> None:
        self.matcher.settle(self.crowd.in_sample())
        newest, frames = self.crowd.most_recent(), self.measures.frames
        seats = {letter: newest.states.count(letter.encode()) for letter in "ahsb"} if newest else {}
        connected = self.crowd.connected()
        if self._phase != "opening":
            moment = self.measures.moment()
            moment.frames, moment.viewers, moment.seats = frames - self._frames[-1], connected, seats
        recent = self.measures.recent_latency()
        self._frames = [*self._frames[-2:], frames]
        rate = (frames - self._frames[0]) / max(1, len(self._frames) - 1)
        began = self.measures.began
        passed = self.measures.clock() - began
        wanted = len(self.crowd.viewers)
        self._show(Now(self._phase, passed, connected, wanted, rate, recent.at(0.5), recent.at(0.99), seats))
