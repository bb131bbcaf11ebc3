"""Runs the whole site in one terminal: servers first, then the Procfile's processes, then everything ends.

Order: take the lock, look at the ports, start Valkey and PostgreSQL, migrate, load the demo once, run web,
worker, beat, the payment sandbox and the mail catcher. Honcho runs the processes and prefixes their lines; a
process that dies is started again, as a platform would, and a server that is killed comes back on its port.

However this process ends, by `kill -9` too, the others end with it: the servers as `embedded` says, the Procfile's
processes by a pipe that nobody else holds open. Beside each of them a process of Honcho's waits for its end.
"""

import contextlib
import fcntl
import io
import multiprocessing
import os
import shlex
import signal
import socket
import sys
import threading
import time
import traceback
import urllib.error
import urllib.request
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import honcho.manager
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresConnection
from honcho.environ import parse_procfile
from honcho.process import Process

from config.dev import running
from config.dev.embedded import Postgres, Server, ServerFailed, Valkey
from config.dev.lifeline import end_with_parent

honcho.manager.KILL_WAIT = 1.5  # seconds; with the servers' own end it stays under five on a busy machine too
DIED_AT_ONCE_SECONDS = 3.0


class CannotStart(Exception):
    """One line that says what stands in the way."""


class RestartedProcess(Process):
    """Honcho's process, started again when it is killed; one that cannot even start ends everything.

    `run` is called in a process of its own; `lifeline` are both ends of the supervisor's pipe.
    """

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        supervisor, ours = self.lifeline
        ours.close()  # a copy of what only the supervisor may hold
        threading.Thread(target=self._end_with, args=[supervisor], daemon=True).start()
        while True:
            began = time.monotonic()
            self._events = events
            self._child = self._child_ctor(self.cmd, env=self.env, cwd=self.cwd, preexec_fn=end_with_parent())
            self._send_message({"pid": self._child.pid}, type="start")
            if ignore_signals:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
            for line in iter(self._child.stdout.readline, b""):
                self._send_message(line)
            self._child.stdout.close()
            code = self._child.wait()
            if self.ending.is_set() or time.monotonic() - began < DIED_AT_ONCE_SECONDS:
                self._send_message({"returncode": code}, type="stop")
                return
            self._send_message(f"{self.name} ended (rc={code}); starting it again\n".encode())

    def _end_with(self, supervisor: Connection) -> None:
        """Waits until the supervisor is gone without a word, then ends what runs here."""
        with contextlib.suppress(EOFError, OSError):
            supervisor.recv()  # nothing is ever sent
        self.ending.set()
        for sig in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, AttributeError):
                os.killpg(self._child.pid, sig)  # Honcho gives each a session, so its children are in the group
            if sig == signal.SIGTERM:
                time.sleep(honcho.manager.KILL_WAIT)
        os._exit(1)


class Manager(honcho.manager.Manager):
    def __init__(self) -> None:
        super().__init__()
        self.ending = multiprocessing.Event()
        self._lifeline = multiprocessing.Pipe(duplex=False)
        self._process_ctor = RestartedProcess

    def add_process(
        self, name: str, cmd: str, quiet: bool = False, env: dict[str, str] | None = None, cwd: str | None = None
    ) -> Any:
        process = super().add_process(name, cmd, quiet, env, cwd)
        process.ending, process.lifeline = self.ending, self._lifeline
        return process

    def terminate(self) -> None:
        self.ending.set()
        super().terminate()


class Supervisor:
    def __init__(self) -> None:
        self.var = running.var_dir()
        self.embedded = [name for name in os.environ.get("HOUSEFULL_EMBEDDED", "").split(",") if name]
        self.servers: list[Server] = []
        self.ending = threading.Event()
        bin_dir = str(Path(sys.executable).parent)
        os.environ["PATH"] = f"{bin_dir}{os.pathsep}{os.environ.get('PATH', '')}"
        os.environ["PYTHONUNBUFFERED"] = "1"
        # Celery warns whoever is root, at length; on one's own machine that is no news.
        os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")
        os.environ["REMAP_SIGTERM"] = "SIGQUIT"  # Celery: do not finish long tasks first, they are done again

    def run(self) -> int:
        """Runs until a signal or a process's failure; answers with the exit code. Raises CannotStart."""
        for name in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, _interrupt)
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotStart(f"another `make run` already uses {self.var}. End it first.") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                self._check_ports()
                self._start_servers()
                self._prepare_database()
                running.remember_running()
                return self._run_processes()
            except KeyboardInterrupt:
                return 130
            except ServerFailed as error:
                raise CannotStart(str(error)) from None
            finally:
                self._end()

    def prepare(self) -> None:
        """Everything up to a migrated database with the demo in it; then the servers end. Raises CannotStart."""
        self.var.mkdir(parents=True, exist_ok=True)
        try:
            self._start_servers()
            self._prepare_database()
        finally:
            self._end()

    def _end(self) -> None:
        self.ending.set()
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        running.forget_running()
        for server in self.servers:
            server.tell_to_stop()
        for server in self.servers:
            server.stop()

    def _check_ports(self) -> None:
        for name in ("PORT", "SANDBOX_PORT"):
            port = int(os.environ[name])
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((os.environ["HOST"] if name == "PORT" else "127.0.0.1", port))
                except OSError as error:
                    raise CannotStart(
                        f"{name} {port} cannot be used ({error.strerror}). Choose another: {name}={port + 10} make run"
                    ) from None

    def _start_servers(self) -> None:
        if "REDIS_URL" in self.embedded:
            self.servers.append(Valkey(self.var / "valkey", urlsplit(os.environ["REDIS_URL"]).port))
        if "DATABASE_URL" in self.embedded:
            self.servers.append(Postgres(self.var / "postgres", urlsplit(os.environ["DATABASE_URL"]).port))
        for server in self.servers:
            _say(f"starting {server.name} on 127.0.0.1:{server.port}")
            server.start()
        if self.servers:
            threading.Thread(target=self._watch_servers, daemon=True).start()

    def _watch_servers(self) -> None:
        """Brings a killed server back on the same port and data."""
        while not self.ending.wait(0.5):
            for server in self.servers:
                if server.process and server.process.poll() is not None and not self.ending.is_set():
                    _say(f"{server.name} ended (rc={server.process.returncode}); starting it again")
                    try:
                        server.start()
                    except ServerFailed as error:
                        _say(str(error))

    def _prepare_database(self) -> None:
        # In this process, which has Django already: two more would take seconds to get as far.
        for command, options in (("migrate", {"interactive": False, "verbosity": 0}), ("demo", {})):
            _say(f"manage.py {command}")
            try:
                call_command(command, skip_checks=command == "demo", stdout=io.StringIO(), **options)
            except Exception as error:
                reason = traceback.format_exception_only(error)[-1].strip().splitlines()[0]
                raise CannotStart(f"`manage.py {command}` failed: {reason}") from None
        database = connections[DEFAULT_DB_ALIAS]
        database.close()
        if isinstance(database, PostgresConnection):
            database.close_pool()  # its threads must be gone before Honcho forks

    def _run_processes(self) -> int:
        manager = Manager()
        procfile = parse_procfile((running.BASE_DIR / "Procfile").read_text())
        for name, command in procfile.processes.items():
            if name != "release":
                manager.add_process(name, command, cwd=str(running.BASE_DIR))
        python = shlex.quote(sys.executable)
        manager.add_process("sandbox", f"HOST=127.0.0.1 exec {python} manage.py sandbox", cwd=str(running.BASE_DIR))
        if "EMAIL_URL" in self.embedded:
            manager.add_process("mail", f"exec {self._mail_catcher(python)}", cwd=str(running.BASE_DIR))
        threading.Thread(target=self._greet, daemon=True).start()
        manager.loop()
        # A signal is how one ends `make run`: only a process's own failure is one of ours.
        return 0 if manager.returncode in {130, 143, None} else 1

    def _mail_catcher(self, python: str) -> str:
        address = urlsplit(os.environ["EMAIL_URL"])
        maildir = shlex.quote(str(self.var / "mail"))
        listen = f"-l {address.hostname}:{address.port}"
        return f"{python} -m aiosmtpd --nosetuid {listen} -c aiosmtpd.handlers.Mailbox {maildir}"

    def _greet(self) -> None:
        address = running.site_address()
        while not self.ending.wait(0.3):
            try:
                with urllib.request.urlopen(f"{address}/readyz", timeout=2):  # noqa: S310 - our own address
                    break
            except (urllib.error.URLError, OSError):
                continue
        if self.ending.is_set():
            return
        _say(
            f"""Housefull is running.

    {address}/                 choose a movie and a show; open the same show in a second window
    {address}/boxoffice/       every show of today, live (staff)
    {address}/api/docs         the HTTP API
    {address}/dev/mail/        the mails it sent

    customer@demo.test  staff@demo.test     password: demo-cinema
    one account for each role, with the same password: usher@demo.test, cashier@, supervisor@, manager@,
    programmer@, accountant@ (all at one theatre), administrator@demo.test
    a coupon for the checkout: WELCOME10
    pay with success@razorpay or failure@razorpay; the payment sandbox is at http://127.0.0.1:{os.environ["SANDBOX_PORT"]}/

    Ctrl-C ends everything."""
        )


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(f"housefull: {text}", flush=True)
