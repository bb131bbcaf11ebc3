"""The site's servers killed one by one in the middle of a sale, and how long customers notice; `manage.py drill`.

Each is ended by `kill -9`, without a word, and nobody helps: what runs them starts them again. From that moment a
customer tries to buy two tickets until they have them, and then waits until the mail with them has gone out. That is
all a recovery is to them. Nothing here waits for a server to say that it is well.
"""

import os
import signal
import time
from dataclasses import dataclass
from typing import Any

import requests
from django.db import Error, connection

from config.dev import processes

VICTIMS = {"Valkey": "valkey-server", "PostgreSQL": "/postgres -D", "worker": " worker ", "web": "config.server"}
PARTY = 2
ANSWER_SECONDS = 15.0
AGAIN_SECONDS = 0.1
PATIENCE_SECONDS = 120.0


class NotRecovered(Exception):
    """Nothing could be bought, or no mail went out, for longer than anybody waits; says which."""


@dataclass(frozen=True)
class Recovery:
    """Seconds from the kill to the first booking that was confirmed, and to its mail."""

    victim: str
    bought: float
    mailed: float


@dataclass(frozen=True)
class Desk:
    """Where the customer buys: addresses without a slash at the end."""

    site: str
    sandbox: str
    show: int

    def buy(self) -> str:
        """The id of a confirmed booking. Raises requests.RequestException for whatever stands in its way."""
        with requests.Session() as session:
            party = self._post(session, f"/api/shows/{self.show}/best-available/", count=PARTY)
            held = self._post(session, "/api/bookings/lock-seats/", show=self.show, seats=party["seats"])
            session.headers["Authorization"] = f"Bearer {held['token']}"
            who = {"name": "Drill", "email": "drill@example.test"}
            booking = self._post(session, "/api/bookings/create/", show=self.show, **who)
            order = self._post(session, "/api/payments/initiate/", booking=booking["id"])
            paid = self._post(session, "/_test/pay", self.sandbox, order_id=order["order_id"], outcome="success")
            confirmed = self._post(session, "/api/payments/verify/", **paid)
            if confirmed["status"] != "confirmed":
                raise requests.RequestException(f"the booking is {confirmed['status']}")
            return str(booking["id"])

    def _post(self, session: requests.Session, path: str, site: str = "", **body: Any) -> Any:
        answer = session.post(f"{site or self.site}{path}", json=body, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        return answer.json()


def kill(supervisor: int, victim: str) -> bool:
    """Ends every process of the victim at once; False when `make run` runs none of them here."""
    pids = processes.running(supervisor, VICTIMS[victim])
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return bool(pids)


def recovery(desk: Desk, victim: str) -> Recovery:
    """To be called right after the kill. Raises NotRecovered."""
    killed = time.monotonic()
    booking = _bought(desk, killed + PATIENCE_SECONDS)
    bought = time.monotonic()
    while not _mailed(booking):
        if time.monotonic() > killed + PATIENCE_SECONDS:
            raise NotRecovered(f"{victim}: the mail of booking {booking} has not gone out")
        time.sleep(AGAIN_SECONDS)
    return Recovery(victim, bought - killed, time.monotonic() - killed)


def _bought(desk: Desk, until: float) -> str:
    while True:
        try:
            return desk.buy()
        except requests.RequestException as error:
            if time.monotonic() > until:
                raise NotRecovered(f"nothing can be bought: {error}") from None
            time.sleep(AGAIN_SECONDS)


def _mailed(booking: str) -> bool:
    from checkout.models import OutboxMessage

    try:
        return OutboxMessage.objects.filter(key=f"confirmation:{booking}", done_at__isnull=False).exists()
    except Error:
        connection.close()  # PostgreSQL was killed: the next question gets a connection of its own
        return False
