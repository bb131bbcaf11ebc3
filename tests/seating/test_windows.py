"""Coalescing: the first change goes out at once, the rest of a window as one delta over a contiguous range."""

import asyncio
import json

from cinema.plans.halls import Hall
from seating.channel import ShowChannel
from seating.store import Snapshot
from seating.throttle import Throttle


class Outlet:
    def __init__(self):
        self.frames, self.takes = [], True

    def broadcast(self, frame):
        if self.takes:
            self.frames.append(json.loads(frame.text))
        return self.takes

    send = broadcast

    def drained(self):
        return self.takes


class Viewer:
    def __init__(self):
        self.owner, self.outlet, self.closed = None, Outlet(), None

    def close_soon(self, code):
        self.closed = code


def watching(viewers=1, share=0.5):
    seats = [{"id": f"A{n}", "row": "A", "number": str(n), "x": n, "y": 0} for n in range(1, 9)]
    throttle = Throttle(share=share)
    channel = ShowChannel(1, Hall(seats), ask_for_read=lambda channel: None, throttle=throttle)
    channel.viewers = {Viewer() for _ in range(viewers)}
    channel.load(Snapshot("e", 0, {}))
    throttle._free_at = 0
    return channel, throttle


def change(channel, seq, seat, letter="h"):
    channel.apply({"epoch": "e", "seq": seq, "changes": {seat: letter}, "people": {}, "lost": {}})


async def until(true):
    """A window lasts as long as this machine made it: what is awaited is its end."""
    for _ in range(4000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the window does not end")


def deltas(viewer):
    return [frame for frame in viewer.outlet.frames if frame["type"] == "delta"]


async def test_the_first_change_goes_out_at_once_and_a_window_follows_as_one_delta():
    channel, throttle = watching()
    [viewer] = channel.viewers
    throttle.spent(0.0)
    change(channel, 1, "A1")
    assert [(d["from"], d["to"]) for d in deltas(viewer)] == [(0, 1)]
    throttle.spent(0.05)  # as if that had gone to thousands
    for seq, seat in enumerate(["A2", "A3", "A4"], start=2):
        change(channel, seq, seat)
    assert len(deltas(viewer)) == 1
    await until(lambda: len(deltas(viewer)) == 2)
    assert deltas(viewer)[1] == {"type": "delta", "from": 1, "to": 4, "changes": {"A2": "h", "A3": "h", "A4": "h"}}


async def test_who_joins_within_a_window_continues_with_the_same_next_delta():
    channel, throttle = watching()
    throttle.spent(0.05)
    change(channel, 1, "A1")
    joined = Viewer()
    channel.viewers.add(joined)
    channel.send(joined, channel.snapshot_for(None))
    assert (joined.outlet.frames[0]["seq"], joined.outlet.frames[0]["states"]) == (0, "a" * 8)
    await until(lambda: deltas(joined))
    assert deltas(joined) == [{"type": "delta", "from": 0, "to": 1, "changes": {"A1": "h"}}]


async def test_a_seat_that_comes_and_goes_within_a_window_ends_as_it_is():
    channel, throttle = watching()
    [viewer] = channel.viewers
    throttle.spent(0.05)
    change(channel, 1, "A1")
    change(channel, 2, "A1", "a")
    await until(lambda: deltas(viewer))
    assert deltas(viewer) == [{"type": "delta", "from": 0, "to": 2, "changes": {"A1": "a"}}]


async def test_a_broadcast_to_many_lets_others_have_their_turn_and_misses_nobody():
    channel, _ = watching(viewers=1600)
    change(channel, 1, "A1")
    change(channel, 2, "A2")  # arrives while the first is still being written
    await until(lambda: all(len(deltas(viewer)) == 2 for viewer in channel.viewers))
    for viewer in channel.viewers:
        ranges = [(d["from"], d["to"]) for d in deltas(viewer)]
        assert ranges == [(0, 1), (1, 2)]


async def test_a_viewer_who_does_not_drain_is_skipped_and_caught_up_with_a_snapshot(settings):
    channel, _ = watching(viewers=2, share=1)
    slow, quick = channel.viewers
    slow.outlet.takes = False
    for seq in range(1, 4):
        change(channel, seq, f"A{seq}")
    assert len(deltas(quick)) == 3
    assert deltas(slow) == []
    slow.outlet.takes = True
    change(channel, 4, "A4")
    assert deltas(slow) == []  # not before the snapshot: the delta would not follow its map
    channel.look_after_slow()
    assert slow.outlet.frames[-1]["type"] == "snapshot"
    assert slow.outlet.frames[-1]["seq"] == 4
    change(channel, 5, "A5")
    assert [(d["from"], d["to"]) for d in deltas(slow)] == [(4, 5)]


async def test_a_viewer_who_stays_stuck_is_closed_with_1013(settings):
    settings.STUCK_VIEWER_SECONDS = -1
    channel, _ = watching(share=1)
    [viewer] = channel.viewers
    viewer.outlet.takes = False
    change(channel, 1, "A1")
    channel.look_after_slow()
    assert viewer.closed == 1013


async def test_who_is_shown_the_map_in_the_middle_of_a_broadcast_is_sent_nothing_that_misleads():
    channel, _ = watching(viewers=1600)
    last = list(channel.viewers)[-1]  # written to in the last turn
    channel.behind[last] = 0.0
    change(channel, 1, "A1")
    await asyncio.sleep(0)  # the first turn is over
    channel.look_after_slow()
    change(channel, 2, "A2")
    await until(lambda: channel.sent_seq == 2 and channel._broadcasting is None)
    seq, states = 0, []
    for frame in last.outlet.frames[1:]:  # behind the map of the beginning
        if frame["type"] == "snapshot":
            seq, states = frame["seq"], list(frame["states"])
        elif frame["to"] > seq:
            assert frame["from"] == seq
            seq = frame["to"]
            for seat, letter in frame["changes"].items():
                states[channel.hall.index[seat]] = letter
    assert (seq, "".join(states)) == (2, "hhaaaaaa")
