"""What tests of promises in seconds measure against."""

import os
import subprocess
import sys
import time

from tests.machine import TOGETHER, Machine, watched

BURN = "import time; until = time.monotonic() + 60\nwhile time.monotonic() < until: pass"


def slowest_within(seconds):
    with watched() as machine:
        time.sleep(seconds)
    return machine.slowest


def test_nothing_is_allowed_beyond_the_promise_before_the_machine_was_seen_slow():
    assert Machine().allows(0.3) == 0.3


def test_a_machine_that_others_use_is_allowed_more_and_waiting_alone_is_no_excuse():
    """Compared with itself: how busy this one is already, nobody knows."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    idle = slowest_within(1)
    burning = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(6 * processors)]
    try:
        busy = slowest_within(0.06 * TOGETHER * 8)
    finally:
        for process in burning:
            process.kill()
            process.wait()
    assert busy > max(2.0, min(idle, 2.0) * 1.2)
