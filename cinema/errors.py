"""Refusals that a caller can act on. The errors of all apps derive from these, so each edge translates them once."""

from typing import Any


class DomainError(Exception):
    """An expected refusal. `code`, `status` and `title` are part of the API; `detail` says what to do.

    `extra` holds further fields of the response, such as the affected seats. `retry_after`: in so many seconds it is
    worth asking again; a field of the response, and its header.
    """

    code = "refused"
    status = 409
    title = "Refused"
    retry_after: int | None = None

    def __init__(self, detail: str, *, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra
        if retry_after is not None:
            self.retry_after = extra["retry_after"] = retry_after


class NotFound(DomainError):
    code = "not_found"
    status = 404
    title = "Not found"


class UnusablePlan(DomainError):
    """A seating plan that cannot be stored; `place` names where in the file."""

    code = "unusable_plan"
    status = 422
    title = "Unusable seating plan"


class UnusableShow(DomainError):
    """A show that cannot be planned like this; `field` names the invalid field."""

    code = "unusable_show"
    status = 422
    title = "Unusable show"


class ShowsOverlap(DomainError):
    """The screen is occupied; `show` is the id of the other show, if it is known."""

    code = "shows_overlap"
    title = "Shows overlap"


class WrongState(DomainError):
    """The show's state does not allow this; `state` is the state it is in."""

    code = "wrong_state"
    title = "Not possible in this state"
