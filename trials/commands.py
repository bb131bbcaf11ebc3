"""What `contend` and `drill` share: one show on sale, choices that can be repeated, and the same books at the end."""

import os
import secrets
import sys
from collections.abc import Sequence
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cinema.errors import DomainError
from seating.layouts import ShowFacts, show_facts
from trials import audit

MOST_SHOWN = 20  # faults; all of them are counted


class TrialCommand(BaseCommand):
    """A command beside a running `make run` that tries one show hard; exit code 1 when its books have a fault."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("show", type=int, help="the show's number; it must be on sale, and nobody else's")
        parser.add_argument("--seed", type=int, help="repeats the choices of an earlier run")

    @property
    def sandbox(self) -> str:
        """The payment sandbox's address, without a slash at the end."""
        return f"http://127.0.0.1:{os.environ.get('SANDBOX_PORT', '8001')}"

    def on_sale(self, show: int) -> ShowFacts:
        """Raises CommandError with one clear line."""
        try:
            facts = show_facts(show)
            facts.check_on_sale()
        except DomainError as error:
            raise CommandError(error.detail) from None
        return facts

    def seed(self, given: int | None) -> int:
        """The one asked for or another; says which."""
        seed = secrets.randbelow(1_000_000) if given is None else given
        self.stdout.write(f"seed {seed}")
        return seed

    def judge(self, show: int, began: datetime, faults: Sequence[str]) -> None:
        """Waits until nothing is under way, adds what is wrong with the books to `faults`, tells, and exits."""
        try:
            seconds = audit.wait_until_settled(show)
            self.stdout.write(f"everything under way had ended {seconds:.0f} s later")
            found = list(faults)
        except audit.NotSettled as error:
            found = [*faults, str(error)]
        found += audit.faults_of(show, began)
        for fault in found[:MOST_SHOWN]:
            self.stdout.write(f"  {fault}")
        self.stdout.write(f"{len(found)} things lost, doubled or forgotten.")
        if found:
            sys.exit(1)
