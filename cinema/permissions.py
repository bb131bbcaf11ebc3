"""Where somebody may do something. Permissions are Django's: a string, asked with a theatre's id as the object.

Nothing below the box office knows roles or posts; it asks `user.has_perm(permission, theatre_id)`, and the
authentication backends answer. Without a theatre the question is: anywhere at all?
"""

from typing import Any

from cinema.models import Show, Theatre


def may(user: Any, permission: str, theatre_id: int | None) -> bool:
    """Django's own question, with a theatre's id as its object; None asks whether anywhere."""
    return bool(user.has_perm(permission, theatre_id))


def theatres_where(user: Any, permission: str) -> list[int]:
    """Ids of the theatres where this person has the permission."""
    return [pk for pk in Theatre.objects.values_list("pk", flat=True) if may(user, permission, pk)]


def theatre_of_show(show_id: int) -> int | None:
    """None where there is no such show."""
    return Show.objects.filter(pk=show_id).values_list("screen__theatre", flat=True).first()
