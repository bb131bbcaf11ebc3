"""`python -m config.server`: the web process."""

import sys

import django

django.setup()  # what follows needs the models

from config.server.live_server import LiveCommandLine, open_many_files  # noqa: E402

open_many_files()
LiveCommandLine().run(sys.argv[1:])
