"""`collectstatic` without files that no page uses: the Bootstrap package alone has 100 MB of sources."""

from typing import Any

from django.contrib.staticfiles.management.commands.collectstatic import Command as Collect

UNUSED = [
    "*.scss",
    "*.less",
    "*.map",
    "*.ts",
    "bootstrap*.esm*",
    "*.rtl*",
    "metadata",
    "svgs",
    "scss",
    "less",
    "sprites*",
]


class Command(Collect):
    def set_options(self, **options: Any) -> None:
        super().set_options(**options)
        self.ignore_patterns = sorted({*self.ignore_patterns, *UNUSED})
