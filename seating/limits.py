"""Token buckets: how many messages one socket may send, and how many of anything else somebody may ask for."""

import time

MESSAGES_PER_SECOND = 5.0
MESSAGES_AT_ONCE = 20.0


class Bucket:
    """A socket's messages: it fills at the sustained rate, so that a short burst of clicks is allowed."""

    __slots__ = ("_counted_at", "_left")
    per_second = MESSAGES_PER_SECOND  # of the class: thousands of sockets need not keep them
    at_once = MESSAGES_AT_ONCE

    def __init__(self) -> None:
        self._left = self.at_once
        self._counted_at = time.monotonic()

    def takes(self) -> bool:
        """Counts one message; False when it is one too many."""
        now = time.monotonic()
        filled = self._left + (now - self._counted_at) * self.per_second
        self._left, self._counted_at = min(self.at_once, filled) - 1, now
        return self._left >= 0


class RateBucket(Bucket):
    """The same with a rate of its own; what it refuses does not count."""

    __slots__ = ("at_once", "per_second")

    def __init__(self, count: int, seconds: int) -> None:
        self.at_once, self.per_second = float(count), count / seconds
        super().__init__()

    def takes(self) -> bool:
        taken = super().takes()
        if not taken:
            self._left += 1
        return taken

    def wait(self) -> float:
        """Seconds until it takes the next one, counted from the last time it was asked."""
        return max(0.0, (1 - self._left) / self.per_second)

    def is_full(self) -> bool:
        return self._left + (time.monotonic() - self._counted_at) * self.per_second >= self.at_once
