"""What `contend` and `drill` share: one show on sale, random choices that a seed repeats, and the audit at the end."""

import os
import secrets
import sys
from collections.abc import Sequence
from datetime import datetime

from django.core.management.base import CommandError, CommandParser

from cinema.errors import DomainError
from seating.facts import ShowFacts, show_facts
from trials import audit
from trials.arguments import LARGEST_ID, OneLineErrors, whole

MOST_SHOWN = 20  # faults; all of them are counted


class TrialCommand(OneLineErrors):
    """A command that puts one show of a running `make run` under load; exit code 1 when the audit finds a fault."""

    def add_arguments(self, parser: CommandParser) -> None:
        text = "the show's id; it must be on sale, and nobody else may use it"
        parser.add_argument("show", metavar="SHOW", type=whole(1, LARGEST_ID), help=text)
        parser.add_argument("--seed", type=whole(0, LARGEST_ID), help="repeats the random choices of an earlier run")

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
        """The seed that was given, or a new one; prints it."""
        seed = secrets.randbelow(1_000_000) if given is None else given
        self.stdout.write(f"seed {seed}")
        return seed

    def judge(self, show: int, began: datetime, faults: Sequence[str]) -> None:
        """Waits until nothing is in progress, audits the show, prints all faults, and exits with 1 if there are any."""
        try:
            seconds = audit.wait_until_settled(show)
            self.stdout.write(f"nothing was in progress any more {seconds:.0f} s later")
            found = list(faults)
        except audit.NotSettled as error:
            found = [*faults, str(error)]
        found += audit.faults_of(show, began)
        for fault in found[:MOST_SHOWN]:
            self.stdout.write(f"  {fault}")
        self.stdout.write(f"{len(found)} things lost, doubled or forgotten.")
        if found:
            sys.exit(1)
