"""One show as one web process sees it: its current states in memory, and the viewers who follow them.

A channel applies published changes in order and keeps everything a joining viewer needs. It never guesses: a change
that does not follow the last one makes the hub read the show again. Changes go out as deltas over contiguous ranges,
the first at once, later ones in windows that the throttle sets. `_states` is the map as of the last delta, so a viewer
who joins within a window continues with the same next delta as everybody else.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol

from django.conf import settings

from cinema.plans.halls import Hall
from seating import protocol
from seating.new_guests import GUESTS_OF_SOCKETS
from seating.outlet import Outlet
from seating.protocol import CloseCode, Frame
from seating.services.holds import moment
from seating.store import Snapshot
from seating.throttle import Throttle

AVAILABLE = "a"
WRITES_IN_A_ROW = 500  # then other tasks get their turn on the event loop


class Viewer(Protocol):
    """What a channel needs of a socket."""

    owner: str | None
    outlet: Outlet
    asked: tuple[str, frozenset[str]] | None  # what it asked for last, `held` or `released`: its own answer says so

    def close_soon(self, code: int) -> None:
        """Closes the socket, without waiting."""


class ShowChannel:
    def __init__(
        self,
        show: int,
        hall: Hall,
        ask_for_read: Callable[["ShowChannel"], None],
        throttle: Throttle | None = None,
    ) -> None:
        self.show = show
        self.hall = hall
        self.viewers: set[Viewer] = set()
        self._of_owner: dict[str, Viewer | list[Viewer]] = {}  # a list only where one person has several sockets
        self._greeted_later: dict[Viewer, str] = {}  # strangers who came before the first read, and their tokens
        self.behind: dict[Viewer, float] = {}  # viewers who were skipped, and since when
        self.elsewhere = 0  # viewers on other web processes, as last reported
        self.sale_state = ""
        self.epoch = ""
        self.seq = 0
        self.sent_seq = 0  # what `_states` and the viewers' maps stand at
        self.holds: dict[str, dict[str, Any]] = {}  # owner → {hold: {until, booked, seats, …}}
        self._states: list[str] = []
        self._unsent: dict[str, str] = {}
        self._early: list[dict[str, Any]] | None = []  # changes that arrive before a read; None once it is in
        self._ask_for_read = ask_for_read
        self._throttle = throttle or Throttle()
        self._window: asyncio.TimerHandle | None = None
        self._broadcasting: asyncio.Task[None] | None = None

    # ------------------------------------------------------------------------------------------ viewers
    def join(self, viewer: Viewer, token: str | None = None) -> None:
        """Adds a viewer and sends them the map, as soon as there is one. A stranger's `token` comes with it."""
        self.viewers.add(viewer)
        self._index(viewer)
        if self.loaded:
            self.send(viewer, self.snapshot_for(viewer.owner, token))
        elif token:
            self._greeted_later[viewer] = token

    def leave(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        self.behind.pop(viewer, None)
        self._greeted_later.pop(viewer, None)
        self._unindex(viewer)

    def identify(self, viewer: Viewer, owner: str) -> None:
        """From now on this socket hears of what is this owner's."""
        self._unindex(viewer)
        viewer.owner = owner
        self._index(viewer)

    def _index(self, viewer: Viewer) -> None:
        if viewer.owner is None:
            return
        known = self._of_owner.get(viewer.owner)
        if known is None:
            self._of_owner[viewer.owner] = viewer
        else:
            self._of_owner[viewer.owner] = [*(known if isinstance(known, list) else [known]), viewer]

    def _unindex(self, viewer: Viewer) -> None:
        if viewer.owner is None:
            return
        rest = [other for other in self.sockets_of(viewer.owner) if other is not viewer]
        if rest:
            self._of_owner[viewer.owner] = rest
        else:
            self._of_owner.pop(viewer.owner, None)

    def sockets_of(self, owner: str) -> list[Viewer]:
        known = self._of_owner.get(owner, [])
        return known if isinstance(known, list) else [known]

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
        self.epoch, self.holds = snapshot.epoch, snapshot.holds
        self.seq = self.sent_seq = snapshot.seq
        self._states = [snapshot.states.get(seat, AVAILABLE) for seat in self.hall.ids]
        self._unsent = {}
        self._send_snapshots()
        for message in early:
            self.apply(message)

    def apply(self, message: dict[str, Any]) -> None:
        """One published change: `{epoch, seq, changes, people, lost, news}`; `people` is the holds of these owners."""
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
                self.holds[owner] = holds
            else:
                self.holds.pop(owner, None)
        self._send_changes()
        for owner, seats in message["lost"].items():
            self.send_to_owner(owner, protocol.expired(seats))
        for owner, what, seats in message.get("news", ()):  # a process of an older version sends none
            self._tell_windows(owner, what, seats)
            if what == "paid":
                GUESTS_OF_SOCKETS.paid(owner)

    def _tell_windows(self, owner: str, what: str, seats: list[str]) -> None:
        """To every socket of this person but the one that asked for it."""
        others = []
        for viewer in self.sockets_of(owner):
            if viewer.asked is not None and viewer.asked[0] == what and viewer.asked[1].issuperset(seats):
                viewer.asked = None  # once: the next one like it is another window's
            else:
                others.append(viewer)
        if others:
            frame = protocol.yours(what, seats, self.mine(owner))
            for viewer in others:
                self.send(viewer, frame)

    # --------------------------------------------------------------------------------- deltas to everybody
    def _send_changes(self) -> None:
        """Sends what has changed: now, if the throttle allows it, else with everything else the window brings."""
        if self._window is not None or self._broadcasting is not None:
            return
        wait = self._throttle.wait()
        if wait > 0:
            self._window = asyncio.get_running_loop().call_later(wait, self._window_ends)
        else:
            self._flush()

    def _window_ends(self) -> None:
        self._window = None
        if self.sent_seq < self.seq:
            self._send_changes()

    def _flush(self) -> None:
        """Sends everything since the last delta, as one delta."""
        frame = protocol.delta(self.sent_seq, self.seq, self._unsent)
        for seat, letter in self._unsent.items():
            place = self.hall.index.get(seat)
            if place is not None:
                self._states[place] = letter
        self._unsent, self.sent_seq = {}, self.seq
        if len(self.viewers) <= WRITES_IN_A_ROW:
            self._broadcast_to(self.viewers, frame)
        else:
            self._broadcasting = asyncio.ensure_future(self._broadcast_in_turns(frame))

    async def _broadcast_in_turns(self, frame: Frame) -> None:
        viewers = list(self.viewers)
        try:
            for start in range(0, len(viewers), WRITES_IN_A_ROW):
                self._broadcast_to(viewers[start : start + WRITES_IN_A_ROW], frame)
                await asyncio.sleep(0)
        finally:
            self._broadcasting = None
        if self.sent_seq < self.seq:
            self._send_changes()

    def _broadcast_to(self, viewers: "set[Viewer] | list[Viewer]", frame: Frame) -> None:
        began = time.thread_time()
        behind = self.behind
        for viewer in viewers:
            if viewer not in behind and not viewer.outlet.broadcast(frame):
                behind[viewer] = time.monotonic()
        self._throttle.spent(time.thread_time() - began)

    def broadcast(self, frame: Frame) -> None:
        """A frame for everybody that is not a delta. Viewers who are behind do not get it."""
        self._broadcast_to(self.viewers, frame)

    def heartbeat(self) -> None:
        if self._broadcasting is None:  # a delta under way carries the same news
            self.broadcast(protocol.heartbeat(self.sent_seq, self.viewer_count))

    def _send_snapshots(self) -> None:
        anonymous = self.snapshot_for(None)
        tokens, self._greeted_later = self._greeted_later, {}
        for viewer in self.viewers:
            personal = viewer.owner in self.holds or viewer in tokens
            frame = self.snapshot_for(viewer.owner, tokens.get(viewer)) if personal else anonymous
            self._send_snapshot(viewer, frame)

    def _send_snapshot(self, viewer: Viewer, snapshot: Frame) -> bool:
        sent = viewer.outlet.broadcast(snapshot)
        if sent:
            self.behind.pop(viewer, None)
        else:
            self.behind.setdefault(viewer, time.monotonic())
        return sent

    def look_after_slow(self) -> None:
        """Sends a snapshot to slow viewers whose socket drains again, and closes those stuck for too long."""
        now = time.monotonic()
        for viewer, since in list(self.behind.items()):
            if viewer not in self.viewers:
                del self.behind[viewer]
            elif (
                self.loaded and viewer.outlet.drained() and self._send_snapshot(viewer, self.snapshot_for(viewer.owner))
            ):
                continue
            elif now - since > settings.STUCK_VIEWER_SECONDS:
                del self.behind[viewer]
                viewer.close_soon(CloseCode.TOO_SLOW)

    # ------------------------------------------------------------------------------------- to one person
    def send(self, viewer: Viewer, frame: Frame) -> None:
        """For this viewer alone: never skipped. A viewer with too many of these waiting is closed."""
        if not viewer.outlet.send(frame):
            viewer.close_soon(CloseCode.TOO_SLOW)

    def send_to_owner(self, owner: str, frame: Frame) -> None:
        for viewer in self.sockets_of(owner):
            self.send(viewer, frame)

    @property
    def viewer_count(self) -> int:
        return len(self.viewers) + self.elsewhere

    def snapshot_for(self, owner: str | None, token: str | None = None) -> Frame:
        states, mine = "".join(self._states), self.mine(owner)
        return protocol.snapshot(self.show, self.epoch, self.sent_seq, states, mine, self.viewer_count, token)

    def mine(self, owner: str | None) -> dict[str, Any] | None:
        """`{seats, expires_at}` of the owner's open hold or, without one, of the one they are paying for."""
        holds = list(self.holds.get(owner, {}).values()) if owner else []
        if not holds:
            return None
        hold = max(holds, key=lambda known: (not known["booked"], known["until"]))
        return {"seats": hold["seats"], "expires_at": protocol.timestamp(moment(int(hold["until"])))}
