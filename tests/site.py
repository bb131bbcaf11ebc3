"""The whole site for tests: `manage.py up` in a directory of its own, on ports of its own.

A site costs seconds to start and some of the processor for as long as it runs. So the database of the first, migrated
and with its demo, is kept before anything runs on it, and every other site begins with a copy; and a site that tests
share starts with the first that asks for it and ends with the last.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from config.dev.embedded import free_port
from config.dev.lifeline import EndsWithUs, end_with_parent
from tests.servers import alone

ROOT = Path(__file__).parent.parent
START_SECONDS = 240.0  # a busy machine is no failure
STOP_SECONDS = 60.0
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
            preexec_fn=end_with_parent(signal.SIGKILL),
        )

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)


def bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}


@contextlib.contextmanager
def running_site(*, from_nothing: bool = False, **environment: str) -> Iterator[Site]:
    """Starts `manage.py up`, waits until /readyz is green, and ends it with SIGTERM.

    `from_nothing`: in an empty directory, as for whoever types `make run` for the first time.
    """
    place = Path(tempfile.mkdtemp(prefix="housefull-site-"))
    place.chmod(0o755)
    if not from_nothing:
        _begin_with_demo(place / "var")
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
        process = EndsWithUs(
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


_shared: dict[str, tuple[Site, contextlib.ExitStack]] = {}


def shared_site(name: str, **environment: str) -> Site:
    """The site of this name, started with `environment` unless it runs; `end_shared_sites` ends it."""
    if name not in _shared:
        with contextlib.ExitStack() as stack:
            site = stack.enter_context(running_site(**environment))
            _shared[name] = site, stack.pop_all()
    return _shared[name][0]


def end_shared_sites(names: Iterable[str]) -> None:
    for name in names:
        if name in _shared:
            _shared.pop(name)[1].close()


def _begin_with_demo(var: Path) -> None:
    """Copies what the first `up` of this run had before its processes started; whoever comes first makes it."""
    with alone("demo") as seed:
        if not seed.exists():
            making = seed.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)  # of one that did not get far
            making.mkdir(mode=0o755)
            subprocess.run(
                [sys.executable, "-m", "tests.seed"],
                cwd=ROOT,
                env={**bare_environment(), "VAR_DIR": str(making)},
                check=True,
                timeout=START_SECONDS,
                preexec_fn=end_with_parent(),
            )
            making.rename(seed)
    if (seed / "postgres").is_symlink():
        return  # it lies elsewhere, because its account may not come here: then each begins from nothing
    # `cp` keeps owners: PostgreSQL's files belong to its account.
    subprocess.run(["cp", "-a", str(seed), str(var)], check=True)


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
