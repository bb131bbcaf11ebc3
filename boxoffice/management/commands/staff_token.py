"""`manage.py staff_token EMAIL --role ROLE --theatre SLUG --days N`: makes a staff token and prints it, once."""

import argparse
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from boxoffice.roles import AT_ALL_THEATRES, Role
from boxoffice.tokens import make_token
from cinema.deeds import COMMAND
from cinema.errors import DomainError
from cinema.models import Theatre

ALL = "all"


class Command(BaseCommand):
    help = "Makes a token with which a program or device works as staff. It is printed once and cannot be read again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email", help="the account that answers for the token; the token ends with it")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--theatre", default=ALL, metavar="SLUG", help="one theatre, or all (the default)")
        parser.add_argument("--days", type=int, default=30, help="how long it is good, at most 366 (default 30)")
        parser.add_argument("--name", default="", help="what will use it: 'the scanner at the north gate'")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}.")
        try:
            theatre = self._theatre(options["theatre"])
            token, secret = make_token(
                user, options["role"], theatre, options["days"], options["name"][:80], by=COMMAND
            )
        except DomainError as error:
            raise CommandError(error.detail) from None
        self.stdout.write(secret)
        if theatre is not None and options["role"] in AT_ALL_THEATRES:
            self.stderr.write("An administrator's token is for all theatres.")
        self.stderr.write(f"{token.title}, until {token.expires_at:%Y-%m-%d %H:%M} UTC. It is not shown again.")

    def _theatre(self, slug: str) -> Theatre | None:
        if slug == ALL:
            return None
        theatre = Theatre.objects.filter(slug=slug).first()
        if theatre is None:
            known = ", ".join(Theatre.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no theatre {slug}. There are: {known}.")
        return theatre
