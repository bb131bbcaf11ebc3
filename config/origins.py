"""Refuses sockets that a page of another site opens: such a page would use the cookies of our visitor.

Browsers always send `Origin` when they open a socket. Programs usually do not, and have no visitor's cookies, so a
missing `Origin` is accepted. Channels' own validators either compare only host names or refuse all programs.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings


class SameOriginOnly:
    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is None or _is_ours(origin.decode("latin-1"), headers.get(b"host", b"").decode("latin-1")):
            await self.application(scope, receive, send)
        else:
            await WebsocketDenier.as_asgi()(scope, receive, send)


def _is_ours(origin: str, host: str) -> bool:
    """True for the host and port of the request, and for an exact entry of CSRF_TRUSTED_ORIGINS."""
    parts = urlsplit(origin)
    same_host = bool(host) and parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()
    return same_host or origin.rstrip("/") in {trusted.rstrip("/") for trusted in settings.CSRF_TRUSTED_ORIGINS}
