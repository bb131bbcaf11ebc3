"""The demo cinema: invented theatres, movies and posters, and shows from now until seven days ahead.

`movies` and `theatres` say what there is, `halls` draws the seating plans, `programme` makes the shows. Everything is
stored by the services that staff use.
"""

from datetime import date


def load_demo(today: date | None = None) -> int:
    """Loads what is missing and returns the number of new shows. It is safe to run again, even every day.

    `today` is the first day in each theatre's time zone (default: now). A day on which a screen has any show is not
    changed, and neither is a city, theatre, screen, plan or movie that exists already.
    """
    from cinema.demo.programme import load

    return load(today)
