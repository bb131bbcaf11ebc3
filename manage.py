#!/usr/bin/env python
"""Django's command line. A wrong environment value ends it with one line that names the value."""

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
