"""Starts the payment sandbox as the process it is, for every test that pays."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.dev.embedded import free_port
from config.dev.lifeline import EndsWithUs

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90.0
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class RunningSandbox:
    """`url` has no slash at its end: it is what RAZORPAY_BASE_URL and the SDK's `base_url` take."""

    url: str
    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def running_sandbox(
    webhook_url: str, var_dir: Path | str, port: int | None = None, env: dict[str, str] | None = None
) -> Iterator[RunningSandbox]:
    """`manage.py sandbox` on `port` (a free one), its state in `var_dir`, its webhooks sent to `webhook_url`.

    `env` is added to this process's environment. Raises RuntimeError with what it said if it does not start.
    """
    port = port or free_port()
    Path(var_dir).mkdir(parents=True, exist_ok=True)
    log = Path(var_dir) / f"sandbox-{port}-{time.monotonic_ns()}.log"
    with log.open("ab") as out:
        process = EndsWithUs(
            [sys.executable, "manage.py", "sandbox"],
            cwd=ROOT,
            env=sandbox_environment(webhook_url, var_dir, port) | (env or {}),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_listens(process, port, log)
        yield RunningSandbox(f"http://127.0.0.1:{port}", port, process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def sandbox_environment(webhook_url: str, var_dir: Path | str, port: int) -> dict[str, str]:
    return os.environ | {
        "HOST": "127.0.0.1",
        "SANDBOX_PORT": str(port),
        "SANDBOX_WEBHOOK_URL": webhook_url,
        "VAR_DIR": str(var_dir),
        "DEBUG": "true",
    }


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    # Its own word, not an open port: somebody else might hold the port.
    deadline = time.monotonic() + START_SECONDS
    while f":{port}/" not in log.read_text(errors="replace"):
        if process.poll() is not None:
            raise RuntimeError(f"the sandbox ended at once: {log.read_text(errors='replace').strip()}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"the sandbox did not listen on port {port} within {START_SECONDS:.0f} s")
        time.sleep(0.05)
