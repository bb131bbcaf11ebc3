"""`manage.py cancel_show SHOW [--dry-run] [--reason TEXT]`: cancels a show and refunds its bookings.

It needs no worker: the command cancels the remaining bookings itself, one by one, and may run beside a worker that
does the same. After an interruption, run it again: it continues where it stopped.
"""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from boxoffice.cancellations import cancellation_progress
from checkout.cancellations.shows import (
    CancellationPlan,
    begin_cancellation,
    give_back_cancelled_shows,
    plan_cancellation,
)
from checkout.money.paise import rupees
from cinema.errors import DomainError

LARGEST_ID = 2**63 - 1


class Command(BaseCommand):
    help = "Cancels a show: ends its sale, refunds every booking in full and informs the customers by mail."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("show", type=int, help="the show's id")
        parser.add_argument("--dry-run", action="store_true", help="only print what would be refunded")
        parser.add_argument("--reason", default="", metavar="TEXT", help="the reason, for the customers' mails")

    def handle(self, *args: Any, **options: Any) -> None:
        show_id = options["show"]
        try:
            self._print_plan(plan_cancellation(show_id))
            if options["dry_run"]:
                self.stdout.write("Nothing was changed.")
                return
            begin_cancellation(show_id, by="command", reason=options["reason"])
        except DomainError as error:
            raise CommandError(error.detail) from None
        while give_back_cancelled_shows():
            self._print_progress(show_id)
        self._print_progress(show_id)
        self.stdout.write("The outbox sends the refunds and mails: /boxoffice/ shows the progress.")

    def _print_plan(self, plan: CancellationPlan) -> None:
        self.stdout.write(f"{plan.show}")
        for booking in plan.bookings:
            refund = rupees(booking.refund) if booking.status == "confirmed" else "not paid yet"
            self.stdout.write(f"  {booking.reference}  {booking.name}: {', '.join(booking.seats)}  {refund}")
        self.stdout.write(
            f"{len(plan.paid)} paid bookings with {plan.seats} seats, {rupees(plan.refund)} ({plan.refund} paise) to "
            f"refund; {len(plan.pending)} pending bookings; {plan.waiting} groups on the waitlist."
        )

    def _print_progress(self, show_id: int) -> None:
        progress = cancellation_progress(show_id)
        if progress is not None:
            done = progress["bookings"] + progress["given_up"]
            refund = rupees(progress["refund"])
            self.stdout.write(f"{done} of {progress['total']} bookings cancelled, {refund} to refund.")
