"""`manage.py drill SHOW`: a sale, and `kill -9` of Valkey, PostgreSQL, worker and web in the middle of it.

Needs a running `make run` on this machine, whose servers it kills. Exit code 0: everything recovered by itself, the
stampede's proof holds, and afterwards the books agree with the tickets, the claims and the gateway.
"""

import os
import random
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cinema.errors import DomainError
from config import audit, development, drill
from seating.layouts import show_facts

OPENING_SECONDS = 8.0  # before the first kill, for viewers and buyers to be there
RECOVERY_SECONDS = 6.0  # of the sale for each kill beside the pause; a longer one only shortens what follows the last


class Command(BaseCommand):
    help = "Kills the servers of `make run` during a sale and checks that nothing was lost, doubled or forgotten."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("show", type=int, help="the show's number; it must be on sale")
        parser.add_argument("--viewers", type=int, default=300, help="sockets that watch (default %(default)s)")
        parser.add_argument("--buyers", type=int, default=15, help="guests who hold and pay (default %(default)s)")
        parser.add_argument("--rounds", type=int, default=2, help="kills of each server (default %(default)s)")
        parser.add_argument("--pause", type=float, default=15.0, help="seconds between two kills (default %(default)s)")
        parser.add_argument("--seed", type=int, help="repeats the order of an earlier drill")

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor, show = self._supervisor(), options["show"]
        try:
            show_facts(show).check_on_sale()
        except DomainError as wrong:
            raise CommandError(wrong.detail) from None
        seed = options["seed"] or random.randrange(1, 1_000_000)  # noqa: S311 - not a secret
        self.stdout.write(f"seed {seed}")
        victims = list(drill.VICTIMS) * options["rounds"]
        random.Random(seed).shuffle(victims)  # noqa: S311 - as above
        sandbox = f"http://127.0.0.1:{os.environ['SANDBOX_PORT']}"
        desk = drill.Desk(development.site_address(), sandbox, show)
        seconds = OPENING_SECONDS + len(victims) * (options["pause"] + RECOVERY_SECONDS)
        began = timezone.now()
        sale = self._sale(desk, options["viewers"], options["buyers"], seconds)
        faults: list[str] = []
        try:
            time.sleep(OPENING_SECONDS)
            for victim in victims:
                faults += self._kill(desk, supervisor, victim)
                time.sleep(options["pause"])
            said, _ = sale.communicate(timeout=seconds + drill.PATIENCE_SECONDS)
        finally:
            sale.kill()
            sale.wait()
        self.stdout.write(said)
        if sale.returncode:
            faults.append("the stampede's proof does not hold")
        self._judge(show, began, faults)

    def _supervisor(self) -> int:
        pid = development.running_pid()
        if pid is None or not sys.platform.startswith("linux") or not settings.DEBUG:
            raise CommandError("The drill kills the servers of a `make run` on this machine (Linux). Start one first.")
        return pid

    def _sale(self, desk: drill.Desk, viewers: int, buyers: int, seconds: float) -> subprocess.Popen[str]:
        options = {"url": desk.site, "sandbox": desk.sandbox, "viewers": viewers, "buyers": buyers}
        words = [f"--{name}={value}" for name, value in options.items()]
        return subprocess.Popen(
            [sys.executable, "manage.py", "stampede", str(desk.show), *words, f"--seconds={int(seconds)}"],
            cwd=development.BASE_DIR,
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
        except drill.NotRecovered as wrong:
            return [str(wrong)]
        self.stdout.write(
            f"{victim:<11} killed: tickets could be bought after {found.bought:5.1f} s, mails went out after "
            f"{found.mailed:5.1f} s"
        )
        return []

    def _judge(self, show: int, began: datetime, faults: list[str]) -> None:
        try:
            self.stdout.write(f"everything under way had ended {audit.wait_until_settled(show):.0f} s after the sale")
        except audit.NotSettled as wrong:
            faults.append(str(wrong))
        faults += audit.judge(show, began) + audit.seats_without_ticket(show) + audit.gateway_faults(show, began)
        for fault in faults[:20]:
            self.stdout.write(f"  {fault}")
        self.stdout.write(f"{len(faults)} things lost, doubled or forgotten.")
        if faults:
            sys.exit(1)
