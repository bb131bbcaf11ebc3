"""`kill -9` of a running site, and of a test run that has one: within seconds nothing that it started runs any more."""

import os
import signal
import subprocess
import sys
import time

import pytest

from config.dev.processes import command_of, descendants
from tests.browser.conftest import CHROMIUM
from tests.live.test_up import lives
from tests.site import ROOT, START_SECONDS, bare_environment, running_site

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
SECONDS = 6.0
TEST_RUN = """
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.sandbox_process import running_sandbox
from tests.site import shared_site


def test_that_never_ends(tmp_path, transactional_db):
    shared_site("site")
    with running_sandbox("http://127.0.0.1:9/", tmp_path):
        if CHROMIUM:
            playwright = sync_playwright().start()
            playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS).new_page()
        Path({ready!r}).touch()
        time.sleep(600)
"""


def all_end(pids, seconds):
    """The command lines of those that still run after so long."""
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if lives(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [command_of(pid) for pid in left]


def test_a_site_that_is_killed_leaves_nothing(machine):
    with running_site() as site:
        started = descendants(site.process.pid)
        assert len(started) >= 8
        site.process.kill()
        site.process.wait()
        began = time.monotonic()
        assert all_end(started, 60) == []
        assert time.monotonic() - began < machine.allows(SECONDS)


def test_a_test_run_that_is_killed_leaves_nothing(tmp_path, machine):
    ready, nested = tmp_path / "ready", tmp_path / "test_nested.py"
    nested.write_text(TEST_RUN.format(ready=str(ready)))
    ours = {name: value for name, value in bare_environment().items() if not name.startswith(("HOUSEFULL_", "PYTEST_"))}
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir", str(ROOT), "-n", "1", str(nested)],
        cwd=ROOT,
        env=ours | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists() and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert ready.exists(), run.communicate(timeout=5)[0]
        started = descendants(run.pid)
        commands = " ".join(map(command_of, started))
        for part in ("valkey-server", "/postgres -D", "manage.py up", "manage.py sandbox", "config.server", " worker "):
            assert part in commands
        assert not CHROMIUM or "--headless" in commands
    finally:
        os.kill(run.pid, signal.SIGKILL)
        run.stdout.close()
        run.wait()
    began = time.monotonic()
    assert all_end(started, 60) == []
    assert time.monotonic() - began < machine.allows(SECONDS)
