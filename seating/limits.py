"""How many messages one socket may send."""

import time

MESSAGES_PER_SECOND = 5.0
MESSAGES_AT_ONCE = 20.0


class Bucket:
    """A token bucket of messages: it fills at the sustained rate, so that a short burst of clicks is allowed."""

    __slots__ = ("_counted_at", "_left")

    def __init__(self) -> None:
        self._left = MESSAGES_AT_ONCE
        self._counted_at = time.monotonic()

    def takes(self) -> bool:
        """Counts one message; False when it is one too many."""
        now = time.monotonic()
        filled = self._left + (now - self._counted_at) * MESSAGES_PER_SECOND
        self._left, self._counted_at = min(MESSAGES_AT_ONCE, filled) - 1, now
        return self._left >= 0
