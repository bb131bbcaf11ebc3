"""Health checks for operators and load balancers: is the process alive, and is it ready to serve?"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from frontend.readiness import GOOD, READINESS
from seating.lifecycle import is_stopping


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the process, database, Redis, migrations and pages are good, else 503; `checks` says which one is not."""
    process = "stopping: its sockets are being closed" if is_stopping() else GOOD  # known at once, so never kept
    checks = {"process": process, **READINESS.answers()}
    ready = all(result == GOOD for result in checks.values())
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)
