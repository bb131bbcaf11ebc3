#!/usr/bin/env python
"""Django's command line. For an invalid environment value it prints one line that names the variable, and exits."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from config.dev import running

    try:
        if sys.argv[1:2] == ["up"]:
            running.prepare_environment()
        else:
            running.join_running(*sys.argv[1:2])
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"housefull: {error}")


if __name__ == "__main__":
    main()
