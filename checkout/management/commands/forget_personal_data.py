"""`manage.py forget_personal_data`: what the nightly task erases, now, or one person on request."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from checkout.privacy.erase import Erased, erase_person
from checkout.privacy.retention import due_bookings, due_messages, due_waits, due_webhooks, forget_personal_data


class Command(BaseCommand):
    help = "Erases the names, addresses and telephone numbers that were kept long enough, or those of one guest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--email", help="erase now what guests with this address left; accounts are deleted by their owners"
        )
        parser.add_argument("--dry-run", action="store_true", help="only count what is due")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            now = timezone.now()
            due = [kind(now).count() for kind in (due_bookings, due_waits, due_webhooks, due_messages)]
            self.stdout.write("Older than is kept: " + _words(Erased(*due)))
        elif options["email"]:
            self.stdout.write("Erased: " + _words(erase_person([], [options["email"]])))
        else:
            self.stdout.write("Erased: " + _words(forget_personal_data()))


def _words(erased: Erased) -> str:
    return (
        f"{erased.bookings} bookings, {erased.waitlist} waits, {erased.webhooks} messages of the gateway, "
        f"{erased.messages} notes of mails."
    )
