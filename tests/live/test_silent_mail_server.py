"""A mail server that accepts and says nothing: holds end in time all the same, and refunds go out."""

import asyncio
import os
import signal
import socket
import threading
import time
from datetime import datetime

import pytest

from config.dev.processes import running
from tests.live.conftest import RunningShow, shows_on_sale
from tests.live.customer import Customer
from tests.live_client import LiveClient
from tests.site import running_site

HOLD_SECONDS = "4"
LATE_SECONDS = 1.5  # after its deadline a hold is free at the latest
BUYERS = 4  # more than any worker has processes
FREE, HELD = "a", "h"


class SilentMailServer:
    """Accepts every connection, and never says the greeting that SMTP begins with."""

    def __init__(self):
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._listening.getsockname()[1]
        self.callers = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                self.callers.append(self._listening.accept()[0])
            except OSError:
                return

    def close(self):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for caller in self.callers:
            caller.close()


@pytest.fixture(scope="module")
def mail_server():
    server = SilentMailServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def silent_site(mail_server):
    with running_site(EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}", SEAT_HOLD_SECONDS=HOLD_SECONDS) as site:
        yield site


@pytest.fixture(scope="module")
def show(silent_site):
    return RunningShow(silent_site, next(shows_on_sale(silent_site)))


@pytest.fixture(scope="module")
def bookings(show, mail_server):
    """Four bookings just paid, whose mails are all stuck at the mail server."""
    paid = []
    for number in range(BUYERS):
        buyer = Customer(show)
        booking, order = buyer.up_to_payment([show.seats[number]])
        confirmed = buyer.http.post("/api/payments/verify/", json=buyer.pay(order, "success"))
        assert confirmed.json()["status"] == "confirmed", confirmed.text
        paid.append((buyer, booking))
    deadline = time.monotonic() + 60
    while not mail_server.callers and time.monotonic() < deadline:
        time.sleep(0.1)
    assert mail_server.callers
    yield paid
    for buyer, _ in paid:
        buyer.http.close()


async def seconds_late(show, seat):
    """Holds the seat over HTTP; seconds from its deadline until a viewer, who asks for nothing, sees it free."""
    viewer = await LiveClient.open(show.socket, show.layout)
    customer = Customer(show)
    try:
        await viewer.next_of("snapshot", seconds=30)
        held = await asyncio.to_thread(customer.lock, [seat])
        await viewer.until(lambda: viewer.state_of(seat) == HELD, 30)
        await viewer.until(lambda: viewer.state_of(seat) == FREE, 60)
        return time.time() - datetime.fromisoformat(held["expires_at"]).timestamp()
    finally:
        await viewer.end()
        customer.http.close()


async def test_holds_end_in_time(show, bookings, machine):
    late = [await seconds_late(show, show.seats[-1 - number]) for number in range(3)]
    assert max(late) < machine.allows(LATE_SECONDS)


def test_a_refund_does_not_wait_for_mails(bookings, machine):
    buyer, booking = bookings[0]
    plan = buyer.http.post(f"/api/bookings/{booking['id']}/cancel/", json={}).json()
    began = time.monotonic()
    while buyer.booking(booking)["payment"]["refunded"] != plan["refund"] and time.monotonic() - began < 60:
        time.sleep(0.1)
    assert time.monotonic() - began < machine.allows(10)


async def test_it_is_their_own_worker_that_ends_them(show, bookings):
    """With that one stopped and the other two at work, nobody ends a hold."""
    workers = running(show.site.process.pid, "-Q seats")
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(float(HOLD_SECONDS) + 4 * LATE_SECONDS):
                await seconds_late(show, show.seats[-5])
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGCONT)
