"""`manage.py drill SHOW`: a sale, and `kill -9` of Valkey, PostgreSQL, worker and web in the middle of it.

Needs a running `make run` on this machine, whose servers it kills. Exit code 0: everything recovered by itself, the
stampede's proof holds, and afterwards the books agree with the tickets, the claims and the gateway.
"""

import random
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from config.dev import running
from trials import drill
from trials.commands import TrialCommand

OPENING_SECONDS = 8.0  # before the first kill, for viewers and buyers to be there
RECOVERY_SECONDS = 6.0  # of the sale for each kill beside the pause; a longer one only shortens what follows the last


class Command(TrialCommand):
    help = "Kills the servers of `make run` during a sale and checks that nothing was lost, doubled or forgotten."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--viewers", type=int, default=300, help="sockets that watch (default %(default)s)")
        parser.add_argument("--buyers", type=int, default=15, help="guests who hold and pay (default %(default)s)")
        parser.add_argument("--rounds", type=int, default=2, help="kills of each server (default %(default)s)")
        parser.add_argument("--pause", type=float, default=15.0, help="seconds between two kills (default %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor, show = self._supervisor(), self.on_sale(options["show"]).id
        victims = list(drill.VICTIMS) * options["rounds"]
        random.Random(self.seed(options["seed"])).shuffle(victims)  # noqa: S311 - a seed makes the order repeatable
        desk = drill.Desk(running.site_address(), self.sandbox, show)
        seconds = OPENING_SECONDS + len(victims) * (options["pause"] + RECOVERY_SECONDS)
        began, faults = timezone.now(), []
        sale = self._sale(desk, options["viewers"], options["buyers"], seconds)
        try:
            time.sleep(OPENING_SECONDS)
            for victim in victims:
                faults += self._kill(desk, supervisor, victim)
                time.sleep(options["pause"])
            faults += self._end(sale, seconds + drill.PATIENCE_SECONDS)
        finally:
            sale.kill()
            sale.wait()
        self.judge(show, began, faults)

    def _supervisor(self) -> int:
        pid = running.running_pid()
        if pid is None or not sys.platform.startswith("linux") or not settings.DEBUG:
            raise CommandError("The drill kills the servers of a `make run` on this machine (Linux). Start one first.")
        return pid

    def _sale(self, desk: drill.Desk, viewers: int, buyers: int, seconds: float) -> subprocess.Popen[str]:
        options = {"url": desk.site, "sandbox": desk.sandbox, "viewers": viewers, "buyers": buyers}
        words = [f"--{name}={value}" for name, value in options.items()]
        return subprocess.Popen(
            [sys.executable, "manage.py", "stampede", str(desk.show), *words, f"--seconds={int(seconds)}"],
            cwd=running.BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _kill(self, desk: drill.Desk, supervisor: int, victim: str) -> list[str]:
        if not drill.kill(supervisor, victim):
            self.stdout.write(f"{victim:<11} is not run by `make run` here: left alone")
            return []
        try:
            found = drill.recovery(desk, victim)
        except drill.NotRecovered as error:
            return [str(error)]
        self.stdout.write(
            f"{victim:<11} killed: tickets could be bought after {found.bought:5.1f} s, mails went out after "
            f"{found.mailed:5.1f} s"
        )
        return []

    def _end(self, sale: subprocess.Popen[str], patience: float) -> list[str]:
        try:
            said, _ = sale.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            return ["the stampede does not end"]
        self.stdout.write(said)
        return ["the stampede's proof does not hold"] if sale.returncode else []
