"""The cinema's admin: plans are stored by the importer, shows by the services that check their rules.

A form first runs its service and rolls back, so that a refusal appears beside its field. Saving then runs the service
again. A refusal that only occurs then, because another request was faster, is shown as a message on the page.
"""

from cinema.admin import movies, places, shows

__all__ = ["movies", "places", "shows"]
