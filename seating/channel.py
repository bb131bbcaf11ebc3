"""One show as one web process sees it: its current states in memory and the viewers who follow them.

A watch applies published changes in order and keeps everything a joining viewer needs. It never guesses: a change that
does not follow the last one asks the hub for a fresh read. Changes go out as deltas over contiguous ranges, the first
at once, later ones in windows that the pace sets; `states` is the map as of the last delta, so whoever joins within a
window continues with the same next delta as everybody else.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from django.conf import settings

from seating import protocol
from seating.layouts import Layout
from seating.outlet import Outlet
from seating.protocol import CloseCode, Frame
from seating.services.holds import moment
from seating.store import Snapshot
from seating.throttle import Pace

AVAILABLE = "a"
WRITES_IN_A_ROW = 500  # then others get their turn on the event loop


class Viewer(Protocol):
    """What a watch asks of a socket."""

    owner: str | None
    outlet: Outlet

    def close_soon(self, code: int) -> None:
        """Closes the socket, without waiting."""


class ShowWatch:
    def __init__(
        self, show: int, layout: Layout, ask_for_read: Callable[["ShowWatch"], None], pace: Pace | None = None
    ) -> None:
        self.show = show
        self.layout = layout
        self.viewers: set[Viewer] = set()
        self.behind: dict[Viewer, float] = {}  # who was skipped, and since when
        self.elsewhere = 0  # viewers on other web processes, as last heard
        self.sale_state = ""
        self.epoch = ""
        self.seq = 0
        self.sent_seq = 0  # what `states` and the viewers' maps stand at
        self.people: dict[str, dict] = {}
        self._states: list[str] = []
        self._unsent: dict[str, str] = {}
        self._early: list[dict] | None = []  # changes that arrive before a read; None once it is in
        self._ask_for_read = ask_for_read
        self._pace = pace or Pace()
        self._due: asyncio.TimerHandle | None = None
        self._broadcast: asyncio.Task | None = None

    @property
    def loaded(self) -> bool:
        return self._early is None

    # ------------------------------------------------------------------------------------------ reading
    def begin_read(self) -> None:
        """From now on changes are kept aside until `load` says which of them are already in."""
        self._early = []

    def load(self, snapshot: Snapshot) -> None:
        """Takes a fresh read, shows it to every viewer, and applies what arrived meanwhile."""
        early, self._early = self._early or [], None
        self.epoch, self.people = snapshot.epoch, snapshot.people
        self.seq = self.sent_seq = snapshot.seq
        self._states = [snapshot.letters.get(seat, AVAILABLE) for seat in self.layout.ids]
        self._unsent = {}
        self._show_all()
        for message in early:
            self.apply(message)

    def apply(self, message: dict) -> None:
        """One published change: `{epoch, seq, changes, people, lost}`."""
        if self._early is not None:
            self._early.append(message)
            return
        if message["epoch"] != self.epoch or message["seq"] > self.seq + 1:
            self._ask_for_read(self)
            return
        if message["seq"] <= self.seq:
            return
        self.seq = message["seq"]
        self._unsent.update(message["changes"])
        for owner, holds in message["people"].items():
            if holds:
                self.people[owner] = holds
            else:
                self.people.pop(owner, None)
        self._announce()
        for owner, seats in message["lost"].items():
            self.tell_owner(owner, protocol.expired(seats))

    # --------------------------------------------------------------------------------- deltas to everybody
    def _announce(self) -> None:
        """Sends what has changed: now, if the pace allows, else together with what else the window brings."""
        if self._due is not None or self._broadcast is not None:
            return
        wait = self._pace.wait()
        if wait > 0:
            self._due = asyncio.get_running_loop().call_later(wait, self._window_ends)
        else:
            self._flush()

    def _window_ends(self) -> None:
        self._due = None
        if self.sent_seq < self.seq:
            self._announce()

    def _flush(self) -> None:
        """Writes everything since the last delta, as one."""
        frame = protocol.delta(self.sent_seq, self.seq, self._unsent)
        for seat, letter in self._unsent.items():
            place = self.layout.index.get(seat)
            if place is not None:
                self._states[place] = letter
        self._unsent, self.sent_seq = {}, self.seq
        if len(self.viewers) <= WRITES_IN_A_ROW:
            self._write(self.viewers, frame)
        else:
            self._broadcast = asyncio.ensure_future(self._write_in_turns(frame))

    async def _write_in_turns(self, frame: Frame) -> None:
        viewers = list(self.viewers)
        try:
            for start in range(0, len(viewers), WRITES_IN_A_ROW):
                self._write(viewers[start : start + WRITES_IN_A_ROW], frame)
                await asyncio.sleep(0)
        finally:
            self._broadcast = None
        if self.sent_seq < self.seq:
            self._announce()

    def _write(self, viewers: "set[Viewer] | list[Viewer]", frame: Frame) -> None:
        began = time.thread_time()
        behind = self.behind
        for viewer in viewers:
            if viewer not in behind and not viewer.outlet.write(frame):
                behind[viewer] = time.monotonic()
        self._pace.spent(time.thread_time() - began)

    def write_all(self, frame: Frame) -> None:
        """A frame for everybody that is no delta: who is behind will not miss it."""
        self._write(self.viewers, frame)

    def heartbeat(self) -> None:
        if self._broadcast is None:  # its delta says as much
            self.write_all(protocol.heartbeat(self.sent_seq, self.viewer_count))

    def _show_all(self) -> None:
        anonymous = self.snapshot_for(None)
        for viewer in self.viewers:
            self._show(viewer, self.snapshot_for(viewer.owner) if viewer.owner in self.people else anonymous)

    def _show(self, viewer: Viewer, snapshot: Frame) -> bool:
        shown = viewer.outlet.write(snapshot)
        if shown:
            self.behind.pop(viewer, None)
        else:
            self.behind.setdefault(viewer, time.monotonic())
        return shown

    def look_after_slow(self) -> None:
        """A whole snapshot for whoever drains again; goodbye to whoever has been stuck for too long."""
        now = time.monotonic()
        for viewer, since in list(self.behind.items()):
            if viewer not in self.viewers:
                del self.behind[viewer]
            elif self.loaded and viewer.outlet.drained() and self._show(viewer, self.snapshot_for(viewer.owner)):
                continue
            elif now - since > settings.STUCK_VIEWER_SECONDS:
                del self.behind[viewer]
                viewer.close_soon(CloseCode.TOO_SLOW)

    # ------------------------------------------------------------------------------------- to one person
    def tell(self, viewer: Viewer, frame: Frame) -> None:
        """For this viewer alone: never skipped; who lets too many of these wait is closed."""
        if not viewer.outlet.tell(frame):
            viewer.close_soon(CloseCode.TOO_SLOW)

    def tell_owner(self, owner: str, frame: Frame) -> None:
        for viewer in self.viewers:
            if viewer.owner == owner:
                self.tell(viewer, frame)

    @property
    def viewer_count(self) -> int:
        return len(self.viewers) + self.elsewhere

    def snapshot_for(self, owner: str | None) -> Frame:
        states = "".join(self._states)
        return protocol.snapshot(self.show, self.epoch, self.sent_seq, states, self.mine(owner), self.viewer_count)

    def mine(self, owner: str | None) -> dict | None:
        """`{seats, expires_at}` of the owner's open hold or, without one, of the one they are paying for."""
        holds = list(self.people.get(owner, {}).values()) if owner else []
        if not holds:
            return None
        hold = max(holds, key=lambda known: (not known["booked"], known["until"]))
        return {"seats": hold["seats"], "expires_at": protocol.timestamp(moment(int(hold["until"])))}
