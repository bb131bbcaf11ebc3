"""Sends the Redis commands of one turn of the event loop together.

A single call costs Python far more than it costs Redis: a connection taken and given back, a write, a read, and a few
turns of the event loop between them. Commands sent within one turn therefore go out as one pipeline. A process with
little to do sends each command alone and at once; the more it has to do, the less a command costs.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

MOST_TOGETHER = 64  # a script takes about 50 µs, so nobody waits much longer than 3 ms for the rest of a batch

Waiting = tuple[tuple[str, ...], asyncio.Future[Any]]


class Batches:
    """For one asyncio client (of redis.asyncio, cluster or not); use it on that client's event loop only."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._waiting: list[Waiting] = []
        self._running: set[asyncio.Task[None]] = set()

    async def send(self, *command: str) -> Any:
        """Returns the command's reply, or raises its error. One command that fails does not affect the others of its
        batch; a lost connection fails them all."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._send_all)
        self._waiting.append((command, answer))
        return await answer

    def _send_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), MOST_TOGETHER):
            batch = asyncio.ensure_future(self._run(waiting[start : start + MOST_TOGETHER]))
            self._running.add(batch)
            batch.add_done_callback(self._running.discard)

    async def _run(self, batch: list[Waiting]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for command, _ in batch:
            pipeline.execute_command(*command)
        try:
            replies: Iterable[Any] = await pipeline.execute(raise_on_error=False)
        except Exception as error:
            replies = [error] * len(batch)
        for (_, answer), reply in zip(batch, replies, strict=True):
            if answer.done():
                continue  # the caller was cancelled meanwhile
            if isinstance(reply, Exception):
                answer.set_exception(reply)
            else:
                answer.set_result(reply)
