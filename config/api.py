"""The HTTP API: one object that carries every app's router and translates every refusal, once.

Errors are `application/problem+json` (RFC 9457): `{type, title, status, code, detail, …}`.
"""

import math
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema

from boxoffice.api import router as boxoffice_router
from checkout.api import router as checkout_router
from cinema.api import router as cinema_router
from cinema.errors import DomainError
from cinema.problems import problem
from seating.api import router as seating_router
from seating.auth import VISITOR, complete_security

log = structlog.get_logger(__name__)


class BoxOfficeAPI(NinjaAPI):
    """Closed by default: an operation is for visitors, with the CSRF check that cookies need, unless it says
    otherwise. What is open to everybody says `auth=None`."""

    def get_openapi_schema(self, **wanted: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**wanted)
        complete_security(document)
        return document


api = BoxOfficeAPI(
    title="Housefull",
    version="1",
    description="A cinema's live box office. Amounts are whole paise, times are UTC.",
    urls_namespace="api",
    auth=VISITOR,
)
api.add_router("", cinema_router)
api.add_router("", seating_router)
api.add_router("", checkout_router)
api.add_router("", boxoffice_router)


@api.exception_handler(DomainError)
def _domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    response = problem(error.status, error.title, error.detail, error.code, **error.extra)
    after = error.retry_after or (2 if error.status == 503 else None)
    if after is not None:
        response["Retry-After"] = str(after)
    return response


@api.exception_handler(Throttled)
def _too_many_requests(request: HttpRequest, error: Throttled) -> HttpResponse:
    """Ninja adds Retry-After, in the same whole seconds."""
    seconds = math.ceil(error.wait or 1)
    detail = f"Too many requests of this kind came from your network. Wait {seconds} seconds, then try again."
    return problem(429, "Too many requests", detail, "too_many_requests", retry_after=seconds)


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Our own server has refused such a body before; this is for any other."""
    return problem(413, "Body too large", "The request's body is too large.", "body_too_large")


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("database_away", reason=str(error).strip().splitlines()[:1])
    detail = "The booking service cannot be reached just now. Nothing was half done; try again in a moment."
    response = problem(503, "Not available just now", detail, "database_unavailable")
    response["Retry-After"] = "2"
    return response


@api.exception_handler(ValidationError)
def _invalid_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in error.errors]
    first = f"{errors[0]['field']}: {errors[0]['message']}" if errors else "The request cannot be read."
    return problem(422, "Invalid input", first, "invalid_input", errors=errors)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, "Not found", str(error) or "There is nothing at this address.")


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "Refused", str(error))
