"""Refusals as programs read them: `application/problem+json` (RFC 9457). Built here and nowhere else."""

import json
from typing import Any

from django.http import HttpResponse
from ninja import Schema

CODES = {400: "bad_request", 401: "unauthorised", 403: "forbidden", 404: "not_found", 429: "too_many_requests"}


class Problem(Schema):
    """RFC 9457; further fields depend on the code."""

    type: str
    title: str
    status: int
    code: str
    detail: str


def problem(status: int, title: str, detail: str, code: str = "", **extra: Any) -> HttpResponse:
    """The answer; `extra` fields stand beside the standard ones. Without a `code` it is the status's own."""
    code = code or CODES.get(status, "refused")
    body = {"type": f"urn:housefull:{code}", "title": title, "status": status, "code": code, "detail": detail}
    return HttpResponse(
        json.dumps({**body, **extra}, default=str), status=status, content_type="application/problem+json"
    )


def problems(*statuses: int) -> dict[Any, Any]:
    """For a route's `response=`: these statuses answer with a problem."""
    return dict.fromkeys(statuses, Problem)
