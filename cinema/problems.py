"""Refusals as programs read them: `application/problem+json` (RFC 9457)."""

from typing import Any

from ninja import Schema


class Problem(Schema):
    """RFC 9457; further fields depend on the code."""

    type: str
    title: str
    status: int
    code: str
    detail: str


def problems(*statuses: int) -> dict[Any, Any]:
    """For a route's `response=`: these statuses answer with a problem."""
    return dict.fromkeys(statuses, Problem)
