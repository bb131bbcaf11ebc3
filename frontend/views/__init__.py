"""The pages. This module has the error pages.

`with_error_pages` shows the same error pages in development, where Django would show its debug page for a movie or
booking that does not exist. Requests below `/api/` get `application/problem+json` instead of a page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template import loader

from cinema.errors import DomainError
from cinema.problems import problem

View = Callable[..., HttpResponseBase]


def with_error_pages(view: View) -> View:
    """A view whose refusals become pages: Http404, PermissionDenied and every domain error."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Http404 as error:
            return not_found(request, error)
        except PermissionDenied as error:
            return permission_denied(request, error)
        except DomainError as error:
            return not_found(request, error) if error.status == 404 else refused_page(request, error)

    return page


def refused_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    response = render(request, "frontend/refused.html", {"error": error}, status=error.status)
    if error.status == 503:
        response["Retry-After"] = "5"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(404, "Not found", "There is nothing at this address. See /api/docs.")
    return render(request, "404.html", status=404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(403, "Forbidden", "You may not do this.")
    return render(request, "403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Renders without context, because the request itself may be unreadable."""
    return HttpResponse(loader.get_template("400.html").render(), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Renders without context, because the error may break a context processor too."""
    if request.path.startswith("/api/"):
        return problem(500, "Server error", "Something broke on our side. Try again in a moment.", "server_error")
    return HttpResponse(loader.get_template("500.html").render(), status=500)
