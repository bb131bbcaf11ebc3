"""What tests of promises in seconds measure against."""

import os
import subprocess
import sys
import time

from tests.machine import Machine, watched

BURN = "import time; until = time.monotonic() + 60\nwhile time.monotonic() < until: pass"


def test_nothing_is_allowed_beyond_the_promise_before_the_machine_was_seen_slow():
    assert Machine().allows(0.3) == 0.3


def test_while_others_want_the_processor_more_is_allowed():
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    burning = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(6 * processors)]
    try:
        with watched() as machine:
            deadline = time.monotonic() + 30
            while machine.slowest < 2 and time.monotonic() < deadline:
                time.sleep(0.05)
    finally:
        for process in burning:
            process.kill()
            process.wait()
    assert machine.allows(0.3) >= 0.6
