"""The HTTP API: one object that carries every app's router and translates every refusal, once.

Errors are `application/problem+json` (RFC 9457): `{type, title, status, code, detail, …}`.
"""

import json
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from checkout.api import router as checkout_router
from cinema.api import router as cinema_router
from cinema.errors import DomainError
from seating.api import router as seating_router

log = structlog.get_logger(__name__)

api = NinjaAPI(
    title="Housefull",
    version="1",
    description="A cinema's live box office. Amounts are whole paise, times are UTC.",
    urls_namespace="api",
)
api.add_router("", cinema_router)
api.add_router("", seating_router)
api.add_router("", checkout_router)


def problem(status: int, code: str, title: str, detail: str, **extra: Any) -> HttpResponse:
    """An RFC 9457 answer; `extra` fields stand beside the standard ones."""
    body = {"type": f"urn:housefull:{code}", "title": title, "status": status, "code": code, "detail": detail}
    return HttpResponse(
        json.dumps({**body, **extra}, default=str), status=status, content_type="application/problem+json"
    )


@api.exception_handler(DomainError)
def _domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    response = problem(error.status, error.code, error.title, error.detail, **error.extra)
    after = getattr(error, "retry_after", 2 if error.status == 503 else None)
    if after is not None:
        response["Retry-After"] = str(after)
    return response


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("database_away", reason=str(error).strip().splitlines()[:1])
    detail = "The booking service cannot be reached just now. Nothing was half done; try again in a moment."
    response = problem(503, "database_unavailable", "Not available just now", detail)
    response["Retry-After"] = "2"
    return response


@api.exception_handler(ValidationError)
def _invalid_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in error.errors]
    first = f"{errors[0]['field']}: {errors[0]['message']}" if errors else "The request cannot be read."
    return problem(422, "invalid_input", "Invalid input", first, errors=errors)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, "not_found", "Not found", str(error) or "There is nothing at this address.")


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = {
        400: "bad_request",
        401: "unauthorised",
        403: "forbidden",
        404: "not_found",
        429: "too_many_requests",
    }
    return problem(error.status_code, code.get(error.status_code, "refused"), "Refused", str(error))
