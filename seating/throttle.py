"""How much of a process's time goes into writing to viewers: a third of a core, whatever happens underneath.

After a broadcast that cost so many seconds of CPU, the next one waits twice as long; what is left of the core
answers whoever holds seats. A quiet show pays nothing: its change goes out at once. A hot show with many viewers gets
windows as wide as its broadcasts are dear, and everything that happens within a window goes out as one delta. One pace
serves all shows of a process, so several hot ones share.
"""

import time
from collections.abc import Callable

FAN_OUT_SHARE = 1 / 3


class Pace:
    def __init__(self, share: float = FAN_OUT_SHARE, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest = 1 / share - 1  # seconds to wait for each second spent
        self._clock = clock
        self._free_at = 0.0

    def wait(self) -> float:
        """Seconds until the next broadcast may begin; 0.0 when it may now."""
        return max(0.0, self._free_at - self._clock())

    def spent(self, seconds: float) -> None:
        """Tells what a broadcast cost, in seconds of this thread's CPU."""
        self._free_at = max(self._free_at, self._clock()) + seconds * self._rest
