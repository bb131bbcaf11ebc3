"""`python -m tests.seed`: `manage.py up` in VAR_DIR as far as its migrated database with the demo, and no further."""

import os
import sys

from config.dev import running


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    running.prepare_environment()
    import django

    django.setup()
    from config.dev.supervisor import Supervisor

    Supervisor().prepare()


if __name__ == "__main__":
    sys.exit(main())
