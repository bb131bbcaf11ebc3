"""`manage.py import_seating_plan FILE --theatre SLUG --screen NAME`: imports a screen's seats from a pretix file."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cinema import services
from cinema.errors import DomainError
from cinema.models import Screen, Theatre
from cinema.plans import LARGEST_FILE


class Command(BaseCommand):
    help = "Imports a seating plan in pretix's JSON format as the newest version of a screen's seats."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the plan file, as saved by seats.pretix.eu")
        parser.add_argument("--theatre", required=True, metavar="SLUG", help="the theatre's slug")
        parser.add_argument("--screen", required=True, metavar="NAME", help="the screen; created if it does not exist")

    def handle(self, *args: Any, **options: Any) -> None:
        data = _read(options["file"])
        theatre = Theatre.objects.filter(slug=options["theatre"]).first()
        if theatre is None:
            known = ", ".join(Theatre.objects.values_list("slug", flat=True)[:20]) or "none yet"
            raise CommandError(f"There is no theatre {options['theatre']!r}. Known: {known}.")
        name = " ".join(options["screen"].split())
        if not name or not name.isprintable() or len(name) > 60:
            raise CommandError("Give the screen a name of 1 to 60 plain characters.")
        try:
            with transaction.atomic():
                screen, created = Screen.objects.get_or_create(theatre=theatre, name=name)
                before = screen.plans.count()
                plan = services.import_plan(data, screen)
        except DomainError as error:
            raise CommandError(f"{options['file']}: {error.detail}") from None
        if created:
            self.stdout.write(f"Created the screen {screen}.")
        if screen.plans.count() == before:
            self.stdout.write(f"{screen} already has this plan: version {plan.version}.")
        else:
            self.stdout.write(f"{screen}: {plan.name}, {len(plan.layout['seats'])} seats, version {plan.version}.")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise CommandError(f"The file's name cannot be used: {error}.") from None
