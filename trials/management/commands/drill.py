"""`manage.py drill SHOW`: kills Valkey, PostgreSQL, worker and web with `kill -9` in the middle of a sale.

Needs a running `make run` on this machine, whose servers it kills. Exit code 0: everything recovered by itself, the
stampede's proof holds, and the audit of tickets, claims and gateway finds no fault.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from config.dev import running
from trials import drill
from trials.arguments import seconds, whole
from trials.commands import TrialCommand
from trials.stampede.plan import MOST_BUYERS, MOST_VIEWERS

OPENING_SECONDS = 8.0  # of the sale, before the first kill
RECOVERY_SECONDS = 6.0  # planned for each kill, besides the pause; a longer recovery shortens only the end of the sale
LONGEST_PAUSE_SECONDS = 3600


class Command(TrialCommand):
    help = "Kills the servers of `make run` during a sale and checks that nothing was lost or given twice."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        for name, number, default, what in (
            ("--viewers", whole(1, MOST_VIEWERS), 300, "sockets that watch"),
            ("--buyers", whole(0, MOST_BUYERS), 15, "guests who hold and pay"),
            ("--rounds", whole(0, 100), 2, "kills of each server"),
            ("--pause", seconds(LONGEST_PAUSE_SECONDS), 15.0, "seconds between two kills"),
        ):
            parser.add_argument(name, type=number, default=default, help=f"{what} (default %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor, show = self._supervisor(), self.on_sale(options["show"]).id
        servers = list(drill.SERVERS) * options["rounds"]
        random.Random(self.seed(options["seed"])).shuffle(servers)  # noqa: S311 - a seed makes the order repeatable
        customer = drill.Customer(running.site_address(), self.sandbox, show)
        lasting = OPENING_SECONDS + len(servers) * (options["pause"] + RECOVERY_SECONDS)
        began, faults = timezone.now(), []
        with tempfile.TemporaryDirectory() as directory:
            log = Path(directory) / "stampede.log"
            sale = self._start_sale(customer, options["viewers"], options["buyers"], lasting, log)
            try:
                for server in servers if self._has_begun(sale, log) else []:
                    faults += self._kill(customer, supervisor, server)
                    time.sleep(options["pause"])
                faults += self._end(sale, lasting + drill.PATIENCE_SECONDS, log)
            finally:
                sale.kill()
                sale.wait()
        self.judge(show, began, faults)

    def _supervisor(self) -> int:
        pid = running.running_pid()
        if pid is None or not sys.platform.startswith("linux") or not settings.DEBUG:
            raise CommandError("The drill kills the servers of a `make run` on this machine (Linux). Start one first.")
        return pid

    def _start_sale(
        self, customer: drill.Customer, viewers: int, buyers: int, lasting: float, log: Path
    ) -> subprocess.Popen[str]:
        options = {"url": customer.site, "sandbox": customer.sandbox, "viewers": viewers, "buyers": buyers}
        arguments = [f"--{name}={value}" for name, value in options.items()]
        with log.open("w") as errors:  # not a pipe: it would fill up, and the stampede would wait
            return subprocess.Popen(
                [sys.executable, "manage.py", "stampede", str(customer.show), *arguments, f"--seconds={int(lasting)}"],
                cwd=running.BASE_DIR,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def _has_begun(self, sale: subprocess.Popen[str], log: Path) -> bool:
        """Waits for the first kill's time; False when the stampede has ended before. Its progress shows the sale."""
        deadline = time.monotonic() + drill.PATIENCE_SECONDS
        while "frames/s" not in log.read_text() and sale.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(OPENING_SECONDS if sale.poll() is None else 0)
        return sale.poll() is None

    def _kill(self, customer: drill.Customer, supervisor: int, server: str) -> list[str]:
        if not drill.kill(supervisor, server):
            self.stdout.write(f"{server:<11} is not run by `make run` here: not killed")
            return []
        try:
            found = drill.recovery(customer, server)
        except drill.NotRecovered as error:
            return [str(error)]
        self.stdout.write(
            f"{server:<11} killed: tickets could be bought after {found.bought:5.1f} s, mails went out after "
            f"{found.mailed:5.1f} s"
        )
        return []

    def _end(self, sale: subprocess.Popen[str], patience: float, log: Path) -> list[str]:
        try:
            output, _ = sale.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            return ["the stampede does not end"]
        self.stdout.write(output)
        if sale.returncode and not output:
            return [
                f"the stampede ended without a proof: {(log.read_text().strip().splitlines() or ['no output'])[-1]}"
            ]
        return ["the stampede's proof does not hold"] if sale.returncode else []
