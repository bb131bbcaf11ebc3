"""A buyer's socket: a viewer that also sends messages, within the site's limit of 5 a second."""

import asyncio
from typing import Any

from trials.stampede.client import Unreachable
from trials.stampede.ledger import NOTICE_SECONDS, Grant
from trials.stampede.viewers import Host, Viewer

ANSWER_SECONDS = 15.0
SECONDS_PER_MESSAGE = 0.25


class BuyerSocket(Viewer):
    def __init__(self, crowd: Host, number: int) -> None:
        super().__init__(crowd, number)
        self.token: str | None = None
        self.grant: Grant | None = None  # the hold they have now
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last_ref = 0
        self._next_send_at = 0.0

    @property
    def name(self) -> str:
        return f"buyer {self.number}"

    def on_open(self) -> None:
        if self.token is not None:
            self.send({"type": "hello", "token": self.token})

    def identify(self, token: str) -> None:
        """Says who this is, so that the site announces the end of their hold."""
        self.token = token
        self.asked_at = self.crowd.tick
        self.send({"type": "hello", "token": token})
        self._next_send_at = self.measures.clock() + SECONDS_PER_MESSAGE

    def start_again(self) -> None:
        """A new guest on a new socket; what the last guest holds stays theirs until it expires."""
        self.token = self.grant = None
        self.leaving = self.connected
        self.close()

    async def ask(self, message: dict[str, Any]) -> tuple[dict[str, Any], float, float]:
        """Returns `held`, `released` or `refused`, and when it was asked and answered. Raises Unreachable."""
        await asyncio.sleep(max(0.0, self._next_send_at - self.measures.clock()))
        self._last_ref += 1
        ref = self._last_ref
        asked = self.measures.clock()
        self._next_send_at = asked + SECONDS_PER_MESSAGE
        waiting = self._waiting[ref] = asyncio.get_running_loop().create_future()
        try:
            if not self.send({**message, "ref": ref}):
                raise Unreachable("the socket is closed")
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await waiting
        except TimeoutError:
            raise Unreachable(f"no answer on the socket within {ANSWER_SECONDS:.0f} s") from None
        finally:
            del self._waiting[ref]
        return answer, asked, answer.pop("answered")

    def on_message(self, message: dict[str, Any]) -> None:
        now = self.measures.clock()
        if message["type"] in {"held", "released", "refused"}:
            waiting = self._waiting.get(message["ref"])
            if waiting is not None and not waiting.done():
                waiting.set_result({**message, "answered": now})
        elif message["type"] == "expired" and self.grant is not None:
            self.measures.outcomes["expired"] += 1
            if now < self.grant.ends:
                self.grant.end_by(now - NOTICE_SECONDS)  # ended early: by how much is not known
        elif message["type"] == "error":
            self.measures.errors[f"socket {message['code']}"] += 1

    def on_ws_disconnected(self, transport: object) -> None:
        super().on_ws_disconnected(transport)  # type: ignore[arg-type]
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Unreachable("the socket was closed"))
