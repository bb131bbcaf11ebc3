"""Work that many ask for at the same moment and that is worth doing once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class InFlight(Generic[Answer]):
    """Calls under way, each for a show: whoever asks meanwhile waits for the same answer, or the same error."""

    def __init__(self) -> None:
        self._calls: dict[tuple[asyncio.AbstractEventLoop, int], asyncio.Future[Answer]] = {}

    async def share(self, show: int, call: Callable[[int], Awaitable[Answer]]) -> Answer:
        """`await call(show)`, or of the call under way. Who is cancelled while waiting cancels it for nobody else."""
        key = asyncio.get_running_loop(), show
        under_way = self._calls.get(key)
        if under_way is None:
            under_way = self._calls[key] = asyncio.ensure_future(call(show))
            under_way.add_done_callback(lambda _: self._calls.pop(key))
        return await asyncio.shield(under_way)
