"""`manage.py end_guest_tokens GUEST`: ends every copy of a guest's token, for a lost telephone or a stolen token.

With `--everybody` all guests' tokens end. Seats and bookings stay; a booking's mail still opens it.
"""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from seating.generations import EVERYBODY, FRESH_SECONDS, end_tokens
from seating.identity import is_guest


class Command(BaseCommand):
    help = "Ends every copy of a guest's token, or of all guests' tokens."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("guest", nargs="?", help="guest_…, as a booking's owner is written in the admin")
        parser.add_argument("--everybody", action="store_true", help="the tokens of all guests")

    def handle(self, *args: Any, **options: Any) -> None:
        guest = options["guest"]
        if bool(guest) == options["everybody"]:
            raise CommandError("Name one guest, or give --everybody.")
        if guest and not is_guest(guest):
            raise CommandError(f"{guest} is no guest: their name begins with guest_.")
        end_tokens(guest or EVERYBODY)
        self.stdout.write(f"Ended. Every process knows it within {FRESH_SECONDS:.0f} seconds.")
