"""`manage.py contend SHOW`: a hundred thousand locks and ten thousand checkouts, all for the same few seats.

Needs a running `make run`. Exit code 0: no seat had two holders or two tickets, and every paisa is accounted for.
"""

import time
from collections import Counter
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cinema.plans.halls import Hall
from trials import audit, contend
from trials.commands import TrialCommand

APART = 5  # every fifth seat, so that no choice is refused for leaving a single one


class Command(TrialCommand):
    help = "Lets processes fight for the same few seats of a show, and counts what was given twice."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--locks", type=int, default=100_000, help="lock attempts (default %(default)s)")
        parser.add_argument("--checkouts", type=int, default=10_000, help="bookings made (default %(default)s)")
        parser.add_argument("--processes", type=int, default=4, help="of four threads each (default %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        seats = self._hot_seats(self.on_sale(options["show"]).hall)
        seed, began, faults = self.seed(options["seed"]), timezone.now(), []
        for work, count in (("locks", options["locks"]), ("checkouts", options["checkouts"])):
            task = contend.Task(options["show"], seats, count, seed, self.sandbox)
            started = time.monotonic()
            found = contend.run(work, task, options["processes"])
            self._tell(work, found.outcomes, time.monotonic() - started)
            faults += audit.overlaps(found.spans)
        self.judge(options["show"], began, faults)

    def _hot_seats(self, hall: Hall) -> tuple[str, ...]:
        alone = [seat for seat in hall.ids[::APART] if seat not in hall.couples]
        return tuple(alone[: contend.HOT_SEATS])

    def _tell(self, work: str, outcomes: Counter[str], seconds: float) -> None:
        total = sum(outcomes.values())
        self.stdout.write(f"{work}: {total:,} attempts in {seconds:.0f} s ({total / seconds:,.0f}/s)")
        for name, count in outcomes.most_common():
            self.stdout.write(f"  {name:<28} {count:>9,}")
