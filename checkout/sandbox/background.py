"""The sandbox's own threads: one wakes for what is due, a few deliver webhooks. Daemons all: the process ends at once.

Nothing is lost with them: what is due is in the store, and a delivery that was cut off comes due again.
"""

import logging
import queue
import threading
import time

import requests

from checkout.sandbox import timers, webhooks
from checkout.sandbox.store import Document, Store

logger = logging.getLogger(__name__)

COURIERS = 6
TIMEOUT_SECONDS = 5.0  # Razorpay's patience with a webhook's receiver
LONGEST_NAP_SECONDS = 30.0
ALL_BUSY_NAP_SECONDS = 0.25
KEEP_SECONDS = 3 * 86_400


class Background:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._wake = threading.Event()
        self._bag: queue.SimpleQueue[Document] = queue.SimpleQueue()
        self._idle = COURIERS
        self._idle_lock = threading.Lock()

    def start(self) -> None:
        with self._store.transaction() as docs:
            docs.forget("delivery", docs.now() - KEEP_SECONDS)
        threading.Thread(target=self._run, name="due", daemon=True).start()
        for number in range(COURIERS):
            threading.Thread(target=self._deliver, name=f"courier-{number}", daemon=True).start()

    def wake(self) -> None:
        """Something may be due now: look."""
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                nap = self._once()
            except Exception:
                logger.exception("the payment sandbox could not do what was due; trying again")
                nap = 1.0
            self._wake.wait(nap)

    def _once(self) -> float:
        """Does what is due and answers how many seconds there is nothing to do."""
        with self._store.transaction() as docs:
            timers.run_due(docs)
            # Never more than there are idle couriers: what waits in the bag could outlast its lease.
            taken = webhooks.take_due(docs, limit=self._idle)
            first_due, now = docs.first_due(), docs.now()
        self._count_idle(-len(taken))
        for delivery in taken:
            self._bag.put(delivery)
        if first_due is None:
            return LONGEST_NAP_SECONDS
        soonest = ALL_BUSY_NAP_SECONDS if self._idle == 0 else 0.0
        return min(max(first_due - now, soonest), LONGEST_NAP_SECONDS)

    def _count_idle(self, change: int) -> None:
        with self._idle_lock:
            self._idle += change

    def _deliver(self) -> None:
        session = requests.Session()
        session.trust_env = False  # a proxy of the environment could not reach this machine
        while True:
            delivery = self._bag.get()
            try:
                outcome = _send(session, delivery)
                with self._store.transaction() as docs:
                    webhooks.record(docs, delivery, outcome)
            except Exception:
                logger.exception("a webhook's delivery could not be recorded; it will be sent again")
            self._count_idle(1)
            self.wake()


def _send(session: requests.Session, delivery: Document) -> Document:
    """One attempt; answers `{status, seconds}` or `{error, seconds}`."""
    began = time.monotonic()
    try:
        with session.post(
            webhooks.receiver_url(),
            data=delivery["body"].encode(),
            headers={
                "Content-Type": "application/json",
                "User-Agent": "Razorpay-Webhook/v1",
                "X-Razorpay-Signature": delivery["signature"],
                "x-razorpay-event-id": delivery["event_id"],
            },
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,  # only the status matters: an endless body must not hold the courier
        ) as answer:
            outcome: Document = {"status": answer.status_code}
    except requests.RequestException as error:
        outcome = {"error": type(error).__name__}
    return {**outcome, "seconds": round(time.monotonic() - began, 3)}
