"""What one socket, and one address, may ask of us."""

import time
from typing import Any

from django.conf import settings

MESSAGES_PER_SECOND = 5.0
MESSAGES_AT_ONCE = 20.0


class Bucket:
    """How much a socket may say: it fills at the sustained rate, so that a burst of clicks is no offence."""

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


def address_of(scope: dict[str, Any]) -> str:
    """The visitor's address: the peer's or, behind TRUSTED_PROXIES of our own, the one the outermost of them saw.

    Each proxy appends whom it spoke with to X-Forwarded-For, so what stands before our own entries is hearsay.
    """
    peer = str((scope.get("client") or ["unknown"])[0])
    if not settings.TRUSTED_PROXIES:
        return peer
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    return hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else peer
