"""What the machine can do at this moment, for tests of promises in seconds.

While a test runs, a thread does the same few milliseconds of work again and again and looks how long each took. On a
quiet machine that is as long as the work; when eight others want the processor, eight times that. A promise in
seconds is allowed as much more, and on a quiet machine nothing more.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

WORK_SECONDS = 0.004
PAUSE_SECONDS = 0.05
TOGETHER = 5  # a single piece of work may be interrupted by anything


class Machine:
    def __init__(self) -> None:
        self.slowest = 1.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def allows(self, seconds: float) -> float:
        """How long what takes `seconds` of a quiet machine may have taken, at the slowest moment so far."""
        return seconds * self.slowest

    def _watch(self) -> None:
        took: deque[float] = deque(maxlen=TOGETHER)
        while not self._ended.wait(PAUSE_SECONDS):
            took.append(_work())
            if len(took) == TOGETHER:
                self.slowest = max(self.slowest, sum(took) / (TOGETHER * WORK_SECONDS))


def _work() -> float:
    """Seconds that passed while this thread had the processor for WORK_SECONDS."""
    began, until = time.monotonic(), time.thread_time() + WORK_SECONDS
    while time.thread_time() < until:
        pass
    return time.monotonic() - began


@contextmanager
def watched() -> Iterator[Machine]:
    machine = Machine()
    machine._thread.start()
    try:
        yield machine
    finally:
        machine._ended.set()
        machine._thread.join()
