"""The demo cinema: invented theatres, films and posters, and shows from now until seven days ahead.

`films` and `houses` say what there is, `halls` drew the plan files, `posters` draws the posters, `programme`
makes the shows. Everything is stored through the services that staff use.
"""

from datetime import date


def load_demo(today: date | None = None) -> int:
    """Loads what is missing, answers with the number of new shows. Safe to run again, every day if you like.

    `today` is the first day, by each theatre's own calendar (default: now). A day on which a screen has any
    show is left alone, as is every city, theatre, screen, plan and film that is there already.
    """
    from cinema.demo.programme import load

    return load(today)
