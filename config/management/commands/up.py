"""`manage.py up`: the whole site in one terminal; see `config.supervisor`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.supervisor import CannotStart, Supervisor


class Command(BaseCommand):
    help = "Runs servers, web, worker, beat and the payment sandbox until Ctrl-C."
    requires_system_checks: list = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sys.exit(Supervisor().run())
        except CannotStart as wrong:
            sys.exit(f"housefull: {wrong}")
