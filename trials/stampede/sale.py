"""The buyers of a run: connects them, starts them, and waits until each has finished its last round."""

import asyncio

from trials.stampede.buyer_sockets import BuyerSocket
from trials.stampede.buyers import Buyer
from trials.stampede.crowd import Crowd
from trials.stampede.market import Market

LAST_ROUND_SECONDS = 30.0


class Sale:
    def __init__(self, market: Market, crowd: Crowd) -> None:
        self._market = market
        self._crowd = crowd
        self._buyers: list[Buyer] = []
        self._tasks: list[asyncio.Task[None]] = []

    def admit(self, count: int) -> None:
        """Adds buyers with their own sockets, which are viewers like all others."""
        for number in range(count):
            socket = BuyerSocket(self._crowd, number)
            self._crowd.admit(socket)
            self._buyers.append(Buyer(self._market, socket, number))

    def begin(self, seconds: float) -> None:
        viewer = self._crowd.most_recent()
        self._market.begin(viewer.states if viewer else None, seconds)
        self._tasks = [asyncio.create_task(buyer.run()) for buyer in self._buyers]

    async def end(self) -> None:
        """No new rounds; what has begun is finished. Raises a buyer's error."""
        self._market.closing.set()
        if not self._tasks:
            return
        done, late = await asyncio.wait(self._tasks, timeout=LAST_ROUND_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for task in done:
            task.result()
