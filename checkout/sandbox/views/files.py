"""The payment sheet's script and stylesheet, and a page that says what this server is."""

from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from checkout.sandbox.views.edge import finished

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def asset(name: str, content_type: str) -> Callable[[HttpRequest], HttpResponse]:
    """Serves one file of `assets`, read anew each time and never cached: it is a development tool."""

    def view(request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return finished(HttpResponse(status=405, headers={"Allow": "GET, HEAD"}))
        response = HttpResponse((ASSETS / name).read_bytes(), content_type=f"{content_type}; charset=utf-8")
        response["Cache-Control"] = "no-cache"
        response["X-Content-Type-Options"] = "nosniff"
        return finished(response)

    return view


index = asset("index.html", "text/html")
checkout_js = asset("checkout.js", "text/javascript")
checkout_css = asset("checkout.css", "text/css")
