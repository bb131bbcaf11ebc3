"""Daphne, extended for the live map. `python -m config.server` takes daphne's own options; `runserver` uses it too."""
