"""`manage.py verify_ticket CODE [--public-key KEY]…`: whether we issued this ticket, by the public keys alone.

Asks no database, no Redis and no network, so it says nothing of tickets that were cancelled, replaced or used.
"""

import argparse
import base64
import sys
from typing import Any

from django.core.management.base import BaseCommand

from checkout.errors import BadTicket
from checkout.tickets import codes


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise argparse.ArgumentTypeError("give 32 bytes in base64, as `manage.py ticket_keys` prints them")
    return key


class Command(BaseCommand):
    help = "Says in one line whether a ticket's code is genuine, and ends with 0 if it is and with 1 if it is not."
    requires_system_checks = []  # needs neither database nor Redis

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("code", help="what the QR holds; - reads it from standard input")
        parser.add_argument(
            "--public-key",
            action="append",
            type=_key,
            metavar="KEY",
            help="a key that verifies, in base64; may be given more than once. Without it: this site's own keys",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        code = sys.stdin.readline() if options["code"] == "-" else options["code"]
        keys = options["public_key"] or codes.public_keys()
        try:
            payload = codes.verify(code, *keys)
        except BadTicket as error:
            self.stdout.write(f"REFUSED: {error.detail}")
            sys.exit(1)
        key = f", key {payload.key}" if payload.key else ""
        self.stdout.write(
            f"GENUINE: show {payload.show}, seat {payload.seat}, ticket {payload.ticket}, "
            f"edition {payload.edition} (version {payload.version}{key})"
        )
