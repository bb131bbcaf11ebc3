"""`manage.py cancel_show SHOW [--dry-run] [--reason TEXT]`: the cinema cancels a show, and everything goes back.

Works without a worker: what is left is given back here, booking by booking, beside whoever else is at it. Run again
after an interruption it goes on where it stopped.
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
    help = "Cancels a show: its sale ends, every booking is given back whole, and the customers are told by mail."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("show", type=int, help="the show's number")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be given back")
        parser.add_argument("--reason", default="", metavar="TEXT", help="goes into the customers' mails")

    def handle(self, *args: Any, **options: Any) -> None:
        show_id = options["show"]
        try:
            self._tell_plan(plan_cancellation(show_id))
            if options["dry_run"]:
                self.stdout.write("Nothing was changed.")
                return
            begin_cancellation(show_id, by="command", reason=options["reason"])
        except DomainError as error:
            raise CommandError(error.detail) from None
        while give_back_cancelled_shows():
            self._tell_progress(show_id)
        self._tell_progress(show_id)
        self.stdout.write("Refunds and mails go out with the outbox: /boxoffice/ shows how far they are.")

    def _tell_plan(self, plan: CancellationPlan) -> None:
        self.stdout.write(f"{plan.show}")
        for booking in plan.bookings:
            back = rupees(booking.refund) if booking.status == "confirmed" else "not paid yet"
            self.stdout.write(f"  {booking.reference}  {booking.name}: {', '.join(booking.seats)}  {back}")
        self.stdout.write(
            f"{len(plan.paid)} paid bookings with {plan.seats} seats, {rupees(plan.refund)} ({plan.refund} paise) to "
            f"give back; {len(plan.pending)} pending bookings; {plan.waiting} parties on the waitlist."
        )

    def _tell_progress(self, show_id: int) -> None:
        now = cancellation_progress(show_id)
        if now is not None:
            done = now["bookings"] + now["given_up"]
            self.stdout.write(f"{done} of {now['total']} bookings given back, {rupees(now['refund'])} decided.")
