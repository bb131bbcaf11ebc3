"""`manage.py sandbox`: the stand-in for Razorpay, in a process of its own; see `checkout.sandbox`."""

import logging
import os
import sqlite3
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Serves Razorpay's API, payment sheet and webhooks on HOST and SANDBOX_PORT. Development only."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("DEBUG is false: the payment sandbox runs in development only.")
        if not settings.RAZORPAY_SANDBOX:
            raise CommandError("RAZORPAY_KEY_ID is not the sandbox's: unset it to pay without money.")
        # This process is the gateway and nothing else: none of the site's addresses or middleware.
        settings.ROOT_URLCONF = "checkout.sandbox.urls"
        settings.MIDDLEWARE = []
        logging.getLogger("django.request").setLevel(logging.ERROR)  # refusals are the callers' business

        from checkout.sandbox import server
        from checkout.sandbox.views import edge

        host, port = os.environ.get("HOST") or "127.0.0.1", settings.SANDBOX_PORT
        try:
            listening = server.bind(host, port)
        except OSError as error:
            raise CommandError(
                f"the payment sandbox cannot listen on {host}:{port} ({error.strerror}). "
                "Choose another port with SANDBOX_PORT."
            ) from None
        try:
            edge.start_background()
        except (OSError, sqlite3.Error) as error:
            listening.server_close()
            raise CommandError(f"the payment sandbox cannot keep its state in {settings.VAR_DIR}: {error}") from None
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(f"payment sandbox on http://{shown}:{port}/")
        self.stdout.flush()
        server.serve(listening)
