"""`manage.py up`: the whole site in one terminal; see `config.dev.supervisor`."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.dev.supervisor import CannotStart, Supervisor


class Command(BaseCommand):
    help = "Runs servers, web, worker, beat and the payment sandbox until Ctrl-C."
    requires_system_checks: list[Any] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = Supervisor().run()
        except CannotStart as error:
            sys.exit(f"housefull: {error}")
        # Everything has ended. Python would now take every module apart, for seconds on a busy machine.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
