"""`manage.py up`: what it says when it cannot start, and that nothing is left behind when it ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from config.dev.embedded import free_port
from config.dev.processes import descendants, running
from tests.site import ROOT, bare_environment, running_site, stop


def up(tmp_path, **environment):
    tmp_path.chmod(0o755)
    env = {**bare_environment(), "VAR_DIR": str(tmp_path / "var"), "PORT": str(free_port()), **environment}
    return subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )


def lives(pid):
    """Whether the process still runs; one that has ended and only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_within_five_seconds(sig, machine):
    with running_site(from_nothing=sig == signal.SIGTERM) as site:
        children = descendants(site.process.pid)
        assert len(children) >= 8  # Valkey, PostgreSQL, web, worker, beat, sandbox, mail and their own
        began = time.monotonic()
        site.process.send_signal(sig)
        assert site.process.wait(60) in {0, 130}
        while (left := [pid for pid in children if lives(pid)]) and time.monotonic() - began < machine.allows(5):
            time.sleep(0.05)
        assert not left
        assert time.monotonic() - began < machine.allows(5)
        assert not (site.var / "run.json").exists()


def test_a_taken_port_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = up(tmp_path, PORT=str(port))
    assert ended.returncode == 1
    assert ended.stderr.strip().count("\n") == 0
    assert f"PORT {port}" in ended.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("SEAT_HOLD_SECONDS", "-5"),
        ("SEAT_HOLD_SECONDS", "five"),
        ("MAX_SEATS_PER_BOOKING", "0"),
        ("DEBUG", "maybe"),
        ("DATABASE_URL", "mysql://x/y"),
        ("REDIS_URL", "http://127.0.0.1/0"),
        ("CACHE_URL", "redis://127.0.0.1:1/1"),
        ("RAZORPAY_BASE_URL", "ftp://x"),
        ("EMAIL_URL", "pigeon://loft"),
        ("TICKET_SIGNING_KEY", "short"),
        ("TICKET_OLD_PUBLIC_KEYS", "short"),
        ("CSRF_TRUSTED_ORIGINS", "box.example"),
    ],
)
def test_a_broken_value_names_itself_in_one_line(tmp_path, name, value):
    more = {"REDIS_URL": "redis://127.0.0.1:1/0"} if name == "CACHE_URL" else {}
    ended = up(tmp_path, **{name: value, **more})
    assert ended.returncode == 1
    assert name in ended.stderr
    assert ended.stderr.strip().count("\n") == 0
    assert not (tmp_path / "var" / "run.json").exists()


def test_a_second_up_in_the_same_place_is_refused(site, tmp_path):
    ended = up(tmp_path, VAR_DIR=str(site.var))
    assert ended.returncode == 1
    assert "already uses" in ended.stderr


def test_a_second_terminal_finds_the_running_site(site):
    done = site.manage("demo")
    assert done.returncode == 0, done.stderr
    assert "customer@demo.test" in done.stdout


def test_without_a_running_site_other_commands_say_what_to_do(tmp_path):
    env = {**bare_environment(), "VAR_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "manage.py", "demo"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "make run" in ended.stderr


@pytest.mark.parametrize("victim", ["valkey-server", "postgres", "config.server"])
def test_a_killed_process_comes_back(victim, tmp_path, machine):
    with running_site() as site:
        pid = pid_of(site, victim)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            time.sleep(0.5)
            with contextlib.suppress(IndexError, OSError, httpx.HTTPError):
                if pid_of(site, victim) != pid and httpx.get(f"{site.url}/readyz").status_code == 200:
                    break
        else:
            pytest.fail(site.output.read_text()[-3000:])
        assert stop(site.process) < machine.allows(5)


def pid_of(site, victim):
    return running(site.process.pid, victim)[0]
