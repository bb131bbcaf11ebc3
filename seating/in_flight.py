"""Calls that many make at the same moment and that are done only once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class InFlight(Generic[Answer]):
    """Calls under way, one for each show: all who make it meanwhile wait for the same result, or the same error."""

    def __init__(self) -> None:
        self._calls: dict[tuple[asyncio.AbstractEventLoop, int], asyncio.Future[Answer]] = {}

    async def share(self, show: int, call: Callable[[int], Awaitable[Answer]]) -> Answer:
        """The result of `call(show)`, or of the call under way. Cancelling one caller does not cancel the others."""
        key = asyncio.get_running_loop(), show
        under_way = self._calls.get(key)
        if under_way is None:
            under_way = self._calls[key] = asyncio.ensure_future(call(show))
            under_way.add_done_callback(lambda _: self._calls.pop(key))
        return await asyncio.shield(under_way)
