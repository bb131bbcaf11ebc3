"""Frees what Redis may have granted without anybody having heard of it.

One thread of the process tries until Redis answers. If the process ends first, the hold runs out by itself.
"""

import queue
import threading
import time

import structlog
from django.conf import settings

from seating import store
from seating.errors import HoldsUnavailable

log = structlog.get_logger(__name__)
AGAIN_SECONDS = 0.25

_waiting: queue.SimpleQueue[tuple[float, store.Command]] = queue.SimpleQueue()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def take_back_soon(command: store.Command) -> None:
    """Runs this release as soon as Redis answers. Returns at once."""
    global _thread
    _waiting.put((time.monotonic() + settings.SEAT_HOLD_SECONDS, command))
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_work, name="take back holds", daemon=True)
            _thread.start()


def _work() -> None:
    while True:
        give_up_at, command = _waiting.get()
        while time.monotonic() < give_up_at and not _done(command):
            time.sleep(AGAIN_SECONDS)


def _done(command: store.Command) -> bool:
    try:
        freed = store.run(command)[2:]
    except store.Unbuilt:
        return True  # Redis has lost the show, and the hold with it
    except HoldsUnavailable:
        return False
    if freed:
        log.info("unheard_hold_freed", show=command.show, seats=freed)
    return True
