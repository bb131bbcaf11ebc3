"""Refusals that a reader can act on. Every app's errors come from here, so that edges translate them once."""

from typing import Any


class DomainError(Exception):
    """An expected refusal: `code`, `status` and `title` are the contract's, `detail` says what to do.

    `extra` are further fields of the answer, such as the seats concerned.
    """

    code = "refused"
    status = 409
    title = "Refused"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


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
    """A show that cannot be planned like this; `field` names what is wrong with it."""

    code = "unusable_show"
    status = 422
    title = "Unusable show"


class ShowsOverlap(DomainError):
    """The screen is taken; `show` is the id of the show that has it, where that is known."""

    code = "shows_overlap"
    title = "Shows overlap"


class WrongState(DomainError):
    """The show's state does not allow this; `state` is the state it is in."""

    code = "wrong_state"
    title = "Not in this state"
