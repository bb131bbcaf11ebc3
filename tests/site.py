"""The whole site for tests: `manage.py up` in a directory of its own, on ports of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from config.dev.embedded import free_port

ROOT = Path(__file__).parent.parent
START_SECONDS = 240.0  # a busy machine is no failure
STOP_SECONDS = 10.0
# What the test run itself set, or a developer's shell; a site of its own starts from nothing.
NOT_INHERITED = (
    "DATABASE_URL",
    "REDIS_URL",
    "DEBUG",
    "EMAIL_URL",
    "PORT",
    "SANDBOX_PORT",
    "LOG_LEVEL",
    "VAR_DIR",
)


@dataclass
class Site:
    url: str
    sandbox_url: str
    var: Path
    process: subprocess.Popen
    output: Path

    @property
    def ws(self) -> str:
        return self.url.replace("http://", "ws://")

    def environment(self) -> dict[str, str]:
        """For a second `manage.py` beside the running site."""
        return {**bare_environment(), "VAR_DIR": str(self.var)}

    def manage(self, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)


def bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}


@contextlib.contextmanager
def running_site(**environment: str) -> Iterator[Site]:
    """Starts `manage.py up`, waits until /readyz is green, and ends it with SIGTERM."""
    place = Path(tempfile.mkdtemp(prefix="housefull-site-"))
    place.chmod(0o755)
    port, sandbox_port = free_port(), free_port()
    env = {
        **bare_environment(),
        "VAR_DIR": str(place / "var"),
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        **environment,
    }
    output = place / "output.log"
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    site = Site(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", place / "var", process, output)
    try:
        _wait_until_ready(site)
        yield site
    finally:
        stop(process)
        shutil.rmtree(place, ignore_errors=True)


def _wait_until_ready(site: Site) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if site.process.poll() is not None:
            break
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{site.url}/readyz", timeout=5).status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError(f"the site did not become ready:\n{site.output.read_text()[-4000:]}")


def stop(process: subprocess.Popen) -> float:
    """SIGTERM, as a platform would; answers with the seconds it took."""
    began = time.monotonic()
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError("the site did not end on SIGTERM") from None
    return time.monotonic() - began
