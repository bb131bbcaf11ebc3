"""`manage.py contend SHOW`: a hundred thousand locks and ten thousand checkouts, all for the same few seats.

Needs a running `make run`. Exit code 0: no seat had two holders or two tickets, and every paisa is accounted for.
"""

import os
import random
import sys
import time
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cinema.errors import DomainError
from config import audit, contention
from seating.layouts import show_facts

APART = 5  # every fifth seat, so that no choice is refused for leaving a single one


class Command(BaseCommand):
    help = "Lets processes fight for the same few seats of a show, and counts what was given twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("show", type=int, help="the show's number; it must be on sale, and nobody else's")
        parser.add_argument("--locks", type=int, default=100_000, help="lock attempts (default %(default)s)")
        parser.add_argument("--checkouts", type=int, default=10_000, help="bookings made (default %(default)s)")
        parser.add_argument("--processes", type=int, default=4, help="of four threads each (default %(default)s)")
        parser.add_argument("--seed", type=int, help="repeats the choices of an earlier run")

    def handle(self, *args: Any, **options: Any) -> None:
        seed = options["seed"] or random.randrange(1, 1_000_000)  # noqa: S311 - not a secret
        self.stdout.write(f"seed {seed}")
        seats = self._hot_seats(options["show"])
        sandbox = f"http://127.0.0.1:{os.environ.get('SANDBOX_PORT', '8001')}"
        began, faults = timezone.now(), []
        for work, count in (("locks", options["locks"]), ("checkouts", options["checkouts"])):
            task = contention.Task(options["show"], seats, count, seed, sandbox)
            started = time.monotonic()
            found = contention.run(work, task, options["processes"])
            self._tell(work, found.outcomes, time.monotonic() - started)
            faults += audit.overlaps(found.spans)
        self.stdout.write("waiting until mails, refunds and webhooks are through")
        try:
            audit.wait_until_settled(options["show"])
        except audit.NotSettled as wrong:
            faults.append(str(wrong))
        faults += audit.judge(options["show"], began) + audit.gateway_faults(options["show"], began)
        for fault in faults[:20]:
            self.stdout.write(f"  {fault}")
        self.stdout.write(f"{len(faults)} doubles or amounts that do not add up.")
        if faults:
            sys.exit(1)

    def _hot_seats(self, show: int) -> tuple[str, ...]:
        try:
            facts = show_facts(show)
            facts.check_on_sale()
        except DomainError as wrong:
            raise CommandError(wrong.detail) from None
        places = facts.layout.ids[::APART]
        alone = [seat for seat in places if seat not in facts.layout.couples]
        return tuple(alone[: contention.HOT_SEATS])

    def _tell(self, work: str, outcomes: Counter[str], seconds: float) -> None:
        total = sum(outcomes.values())
        self.stdout.write(f"{work}: {total:,} attempts in {seconds:.0f} s ({total / seconds:,.0f}/s)")
        for name, count in outcomes.most_common():
            self.stdout.write(f"  {name:<28} {count:>9,}")
