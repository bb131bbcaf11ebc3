"""What every JSON address shares: the body read, one transaction around the work, refusals in Razorpay's words."""

import base64
import binascii
import hmac
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from checkout.sandbox import faults, refunds
from checkout.sandbox.background import Background
from checkout.sandbox.errors import ApiError, NotAuthenticated, ServerFailed
from checkout.sandbox.faults import BAD_GATEWAY_HTML, BadGateway
from checkout.sandbox.store import Document, Documents, public, the_store

logger = logging.getLogger(__name__)

LARGEST_BODY = 1_000_000


@dataclass(frozen=True)
class Call:
    """A request as the handlers see it: its JSON object, its query, and one open transaction."""

    docs: Documents
    body: Document
    query: dict[str, str]
    idempotency_key: str | None = None


Handler = Callable[..., Document]

_background: Background | None = None


def start_background() -> None:
    """Opens the store and starts the threads; the command calls it once, before it serves."""
    global _background
    _background = Background(the_store())
    _background.start()


def api(**handlers: Handler) -> Callable[..., HttpResponse]:
    """Razorpay's own address: `api(GET=…, POST=…)`, each `handler(call, *path)`. Basic auth, faults, refusals."""

    def view(request: HttpRequest, *path: str) -> HttpResponse:
        return _answer(lambda: _api_body(request, handlers, path))

    return view


def switch(**handlers: Handler) -> Callable[..., HttpResponse]:
    """An address for tests: as `api`, without keys and faults, and open to scripts of any page."""

    def view(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
        else:
            response = _answer(lambda: _work(request, _handler(request, handlers), (), None))
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        return response

    return view


def json_response(body: Any, status: int = 200) -> HttpResponse:
    return finished(HttpResponse(json.dumps(body), status=status, content_type="application/json"))


def finished(response: HttpResponse) -> HttpResponse:
    # Without a length the server would close the connection after every answer.
    response["Content-Length"] = str(len(response.content))
    return response


def unknown_address(request: HttpRequest, exception: object = None) -> HttpResponse:
    return _answer(_refuse_address)


def _refuse_address() -> Document:
    raise ApiError("The requested URL was not found on the server.", status=404, reason="NA")


def _answer(work: Callable[[], Document]) -> HttpResponse:
    try:
        return json_response(public(work()))
    except ApiError as refused:
        response = json_response(refused.body, refused.status)
        if refused.status == 401:
            response["WWW-Authenticate"] = 'Basic realm="Razorpay sandbox"'
        return response
    except BadGateway:
        return finished(HttpResponse(BAD_GATEWAY_HTML, status=502))
    except Exception:
        logger.exception("the payment sandbox failed")
        return json_response(ServerFailed().body, 500)


def _api_body(request: HttpRequest, handlers: dict[str, Handler], path: tuple[str, ...]) -> Document:
    _check_keys(request)
    handler = _handler(request, handlers)
    key = request.headers.get("X-Refund-Idempotency") if request.method == "POST" else None
    with refunds.in_flight(key):
        with the_store().transaction() as docs:
            fault = faults.take(docs, f"{request.method} {request.path}")
        if fault is not None:
            faults.refuse(fault["fault"])
        if fault is not None and fault["fault"] == "slow":
            time.sleep(fault["seconds"])
        answer = _work(request, handler, path, key)
        if fault is not None and fault["fault"] == "lost_answer":
            raise BadGateway
        return answer


def _work(request: HttpRequest, handler: Handler, path: tuple[str, ...], key: str | None) -> Document:
    body = _read(request)
    with the_store().transaction() as docs:
        answer = handler(Call(docs, body, request.GET.dict(), key), *path)
    if _background is not None and request.method != "GET":
        _background.wake()
    return answer


def _handler(request: HttpRequest, handlers: dict[str, Handler]) -> Handler:
    handler = handlers.get(request.method or "")
    if handler is None:
        raise ApiError(f"The {request.method} method is not supported for this address.", status=405, reason="NA")
    return handler


def _check_keys(request: HttpRequest) -> None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    expected = f"{settings.RAZORPAY_KEY_ID}:{settings.RAZORPAY_KEY_SECRET}".encode()
    if not hmac.compare_digest(given, expected):
        raise NotAuthenticated


def _read(request: HttpRequest) -> Document:
    if request.method == "GET":
        return {}
    try:
        # Content-Length may be missing or untrue; never read more than is allowed.
        raw = request.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            raise ApiError("The request body is too large.", status=413)
        body = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError, OSError):
        raise ApiError("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise ApiError("The request body must be a JSON object.")
    return body
