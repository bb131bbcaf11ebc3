"""Commands of one event loop to Redis, sent together.

A call by itself costs Python far more than it costs Redis: a connection taken and given back, a write, a read, and a
few turns of the event loop between them. What is asked for within one turn therefore goes out as one pipeline. A
process with little to do sends each command alone and at once; the more it has to do, the less a command costs.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

MOST_TOGETHER = 64  # a script takes some 50 µs: nobody waits much longer than 3 ms for others of the batch

Asked = tuple[tuple[str, ...], asyncio.Future[Any]]


class Batches:
    """Of one asyncio client (redis.asyncio's, cluster or not); use it on that client's event loop only."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._asked: list[Asked] = []
        self._running: set[asyncio.Task[None]] = set()

    async def send(self, *command: str) -> Any:
        """The command's answer. Raises what the command by itself would: one that fails harms no other of its batch,
        a connection that is lost fails them all."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        if not self._asked:
            loop.call_soon(self._send_all)
        self._asked.append((command, answer))
        return await answer

    def _send_all(self) -> None:
        asked, self._asked = self._asked, []
        for start in range(0, len(asked), MOST_TOGETHER):
            batch = asyncio.ensure_future(self._run(asked[start : start + MOST_TOGETHER]))
            self._running.add(batch)
            batch.add_done_callback(self._running.discard)

    async def _run(self, batch: list[Asked]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for command, _ in batch:
            pipeline.execute_command(*command)
        try:
            replies: Iterable[Any] = await pipeline.execute(raise_on_error=False)
        except Exception as error:
            replies = [error] * len(batch)
        for (_, answer), reply in zip(batch, replies, strict=True):
            if answer.done():
                continue  # whoever asked was cancelled meanwhile
            if isinstance(reply, Exception):
                answer.set_exception(reply)
            else:
                answer.set_result(reply)
