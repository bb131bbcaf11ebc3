"""`manage.py contend SHOW`: a hundred thousand locks and ten thousand checkouts for the same few seats.

Needs a running `make run`. Exit code 0: no seat had two holders or two tickets, and the money adds up.
"""

import time
from collections import Counter
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from cinema.plans.halls import Hall
from trials import audit, contend
from trials.arguments import whole
from trials.commands import TrialCommand

EVERY = 5  # every fifth seat, so that no choice is refused because it leaves a single seat
MOST_ATTEMPTS, MOST_PROCESSES = 100_000_000, 256


class Command(TrialCommand):
    help = "Several processes compete for the same few seats of a show; counts what was given twice."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        for name, number, default, what in (
            ("--locks", whole(0, MOST_ATTEMPTS), 100_000, "attempts to lock seats"),
            ("--checkouts", whole(0, MOST_ATTEMPTS), 10_000, "bookings made"),
            ("--processes", whole(1, MOST_PROCESSES), 4, "processes of four threads each"),
        ):
            parser.add_argument(name, type=number, default=default, help=f"{what} (default %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        seats = self._hot_seats(self.on_sale(options["show"]).hall)
        seed, began, faults = self.seed(options["seed"]), timezone.now(), []
        for work, count in (("locks", options["locks"]), ("checkouts", options["checkouts"])):
            task = contend.Task(options["show"], seats, count, seed, self.sandbox)
            started = time.monotonic()
            found = contend.run(work, task, options["processes"])
            self._print(work, found.outcomes, time.monotonic() - started)
            faults += audit.overlaps(found.spans)
        self.judge(options["show"], began, faults)

    def _hot_seats(self, hall: Hall) -> tuple[str, ...]:
        alone = [seat for seat in hall.ids[::EVERY] if seat not in hall.couples]
        return tuple(alone[: contend.HOT_SEATS])

    def _print(self, work: str, outcomes: Counter[str], seconds: float) -> None:
        total = sum(outcomes.values())
        self.stdout.write(f"{work}: {total:,} attempts in {seconds:.0f} s ({total / seconds:,.0f}/s)")
        for name, count in outcomes.most_common():
            self.stdout.write(f"  {name:<28} {count:>9,}")
