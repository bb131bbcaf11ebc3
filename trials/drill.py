"""Kills the site's servers one by one during a sale and measures how long customers notice; `manage.py drill`.

A server is ended by `kill -9`, and `make run` starts it again. From the kill on, a customer tries to buy two tickets
until that works, and then waits until their mail has been sent. Both times together are the recovery. Nothing here
asks a server whether it is ready.
"""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from typing import Any

import requests
from django.db import Error, connection

from config.dev import processes

SERVERS = {"Valkey": "valkey-server", "PostgreSQL": "/postgres -D", "worker": " worker ", "web": "config.server"}
PARTY = 2
ANSWER_SECONDS = 15.0
AGAIN_SECONDS = 0.1
PATIENCE_SECONDS = 120.0


class NotRecovered(Exception):
    """For PATIENCE_SECONDS nothing could be bought, or no mail went out; the message says which."""


@dataclass(frozen=True)
class Recovery:
    """Seconds from the kill to the first booking that was confirmed, and to its mail."""

    server: str
    bought: float
    mailed: float


@dataclass(frozen=True)
class Customer:
    """Buys tickets at `site`, which takes payments at `sandbox`: addresses without a slash at the end."""

    site: str
    sandbox: str
    show: int

    def buy(self) -> str:
        """Buys and returns the id of the confirmed booking. Raises requests.RequestException if any step fails."""
        with requests.Session() as session:
            party = self._post(session, f"/api/shows/{self.show}/best-available/", count=PARTY)
            held = self._post(session, "/api/bookings/lock-seats/", show=self.show, seats=party["seats"])
            session.headers["Authorization"] = f"Bearer {held['token']}"
            who = {"name": "Drill", "email": f"{held['hold']}@example.test"}
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


def kill(supervisor: int, server: str) -> bool:
    """Kills every process of the server at once; False when `make run` runs none of them here."""
    pids = processes.running(supervisor, SERVERS[server])
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself since it was listed
            os.kill(pid, signal.SIGKILL)
    return bool(pids)


def recovery(customer: Customer, server: str) -> Recovery:
    """Call it right after the kill. Raises NotRecovered."""
    killed = time.monotonic()
    booking = _buy(customer, killed + PATIENCE_SECONDS)
    bought = time.monotonic()
    while not _mailed(booking):
        if time.monotonic() > killed + PATIENCE_SECONDS:
            raise NotRecovered(f"{server}: the mail of booking {booking} has not gone out")
        time.sleep(AGAIN_SECONDS)
    return Recovery(server, bought - killed, time.monotonic() - killed)


def _buy(customer: Customer, until: float) -> str:
    while True:
        try:
            return customer.buy()
        except requests.RequestException as error:
            if time.monotonic() > until:
                raise NotRecovered(f"nothing can be bought: {error}") from None
            time.sleep(AGAIN_SECONDS)


def _mailed(booking: str) -> bool:
    from checkout.models import OutboxMessage

    try:
        return OutboxMessage.objects.filter(key=f"confirmation:{booking}", done_at__isnull=False).exists()
    except Error:
        connection.close()  # PostgreSQL was killed: the next query opens a new connection
        return False
