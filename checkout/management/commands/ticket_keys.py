"""`manage.py ticket_keys`: the public keys that a gate needs to verify tickets without a network."""

import base64
from typing import Any

from django.core.management.base import BaseCommand

from checkout.tickets import codes


class Command(BaseCommand):
    help = (
        "Prints the public keys that verify tickets: a line each, with the key's id, its base64 and whether it signs."
    )
    requires_system_checks = []  # needs neither database nor Redis

    def handle(self, *args: Any, **options: Any) -> None:
        for public in codes.public_keys():
            use = "signs and verifies" if public == codes.public_key() else "verifies only"
            self.stdout.write(f"{codes.key_id(public).hex()}  {base64.b64encode(public).decode()}  {use}")
