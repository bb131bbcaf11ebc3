"""Limits for one socket and one address."""

import time
from typing import Any

from django.conf import settings

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


def address_of(scope: dict[str, Any]) -> str:
    """The visitor's address: the peer's or, behind TRUSTED_PROXIES of our own, the one the outermost of them saw.

    Each proxy appends the address of its peer to X-Forwarded-For; entries before those of our proxies prove nothing.
    """
    peer = str((scope.get("client") or ["unknown"])[0])
    if not settings.TRUSTED_PROXIES:
        return peer
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    return hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else peer
