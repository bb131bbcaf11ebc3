"""The cinema for staff: plans come in through the importer, shows through the services that keep their rules.

A form first rehearses what it is about to do, so that a refusal appears beside its field; the service then
does it in the same transaction. What is refused only then (somebody was quicker) is said on the page as well.
"""

from cinema.admin import movies, places, shows

__all__ = ["movies", "places", "shows"]
