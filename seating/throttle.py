"""Limits how much CPU time of a process goes into writing to viewers: a third of a core.

After a broadcast that cost so many seconds of CPU, the next one waits twice as long; the rest of the core answers
holds. A quiet show waits for nothing: its change goes out at once. For a hot show with many viewers the windows between
broadcasts grow with what a broadcast costs, and everything that happens within a window goes out as one delta. One
throttle serves all shows of a process, so several hot ones share.
"""

import time
from collections.abc import Callable

FAN_OUT_SHARE = 1 / 3


class Throttle:
    def __init__(self, share: float = FAN_OUT_SHARE, clock: Callable[[], float] = time.monotonic) -> None:
        self._wait_per_second = 1 / share - 1  # seconds to wait for each second spent
        self._clock = clock
        self._free_at = 0.0

    def wait(self) -> float:
        """Seconds until the next broadcast may begin; 0.0 when it may begin now."""
        return max(0.0, self._free_at - self._clock())

    def spent(self, seconds: float) -> None:
        """Records what a broadcast cost, in seconds of this thread's CPU."""
        self._free_at = max(self._free_at, self._clock()) + seconds * self._wait_per_second
