"""Distributions and counts that stay small however long a run lasts."""

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

STEP = math.log(1.02)  # a bucket's width: results are at most 2 % too high
SHORTEST_SECONDS = 1e-5


class Distribution:
    """Durations in seconds, counted in buckets on a logarithmic scale; the largest is kept exactly."""

    __slots__ = ("buckets", "count", "largest", "total")

    def __init__(self) -> None:
        self.buckets: Counter[int] = Counter()
        self.count = 0
        self.total = 0.0
        self.largest = 0.0

    def add(self, seconds: float) -> None:
        self.buckets[int(math.log(max(seconds, SHORTEST_SECONDS) / SHORTEST_SECONDS) / STEP)] += 1
        self.count += 1
        self.total += seconds
        self.largest = max(self.largest, seconds)

    def merge(self, other: "Distribution") -> None:
        self.buckets.update(other.buckets)
        self.count += other.count
        self.total += other.total
        self.largest = max(self.largest, other.largest)

    def at(self, share: float) -> float | None:
        """The duration in seconds that `share` (0 to 1) of all stay within; None when there are none."""
        if not self.count:
            return None
        wanted, seen = math.ceil(share * self.count), 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= wanted:
                return min(self.largest, SHORTEST_SECONDS * math.exp((bucket + 1) * STEP))
        return self.largest

    def figures(self) -> dict[str, Any]:
        """`{count, mean, p50, p95, p99, max}`, durations in milliseconds (None when there are none)."""
        return {
            "count": self.count,
            "mean": milliseconds(self.total / self.count if self.count else None),
            "p50": milliseconds(self.at(0.5)),
            "p95": milliseconds(self.at(0.95)),
            "p99": milliseconds(self.at(0.99)),
            "max": milliseconds(self.largest if self.count else None),
        }


def milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


@dataclass
class Moment:
    """One second of the run, for the plots; `at` is seconds since the sale began."""

    at: float
    frames: int = 0
    viewers: int = 0
    seats: dict[str, int] = field(default_factory=dict)  # letter → how many
    latency: Distribution = field(default_factory=Distribution)

    def figures(self) -> dict[str, Any]:
        return {
            "at": round(self.at, 1),
            "frames": self.frames,
            "viewers": self.viewers,
            "seats": self.seats,
            "hold_to_frame_ms": self.latency.figures(),
        }


class Measures:
    """Everything that is counted while the stampede runs. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        self.frames = 0
        self.seat_changes = 0  # over all viewers
        self.gaps = 0
        self.silences = 0
        self.connect = Distribution()  # from the first packet to the first map
        self.lock_by_socket = Distribution()
        self.lock_by_http = Distribution()
        self.hold_to_frame = Distribution()
        self.lateness = Distribution()  # how late this process itself was
        self.unseen_holds = 0  # given back before a frame could show them
        self.closes: Counter[int] = Counter()
        self.failed_connects: Counter[str] = Counter()
        self.reconnects = 0
        self.refusals: Counter[str] = Counter()
        self.unavailable: Counter[str] = Counter()  # outages, as buyers see them
        self.errors: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()  # how the buyers' steps ended
        self.began = clock()
        self.moments: list[Moment] = []

    def begin(self) -> None:
        """The sale begins: moments are counted from here."""
        self.began = self.clock()

    def note_latency(self, held_at: float, seconds: float) -> None:
        """A viewer in the sample saw a seat held so many seconds after its buyer asked, at `held_at`."""
        self.hold_to_frame.add(seconds)
        place = int(held_at - self.began)
        if 0 <= place < len(self.moments):
            self.moments[place].latency.add(seconds)

    def moment(self) -> Moment:
        """The current second; seconds that were skipped are added before it."""
        while len(self.moments) <= int(self.clock() - self.began):
            self.moments.append(Moment(float(len(self.moments))))
        return self.moments[-1]

    def recent_latency(self, seconds: int = 5) -> Distribution:
        recent = Distribution()
        for moment in self.moments[-seconds:]:
            recent.merge(moment.latency)
        return recent
