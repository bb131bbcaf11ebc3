"""Refuses sockets that another site's page opens: such a page would speak with our visitor's cookies.

Browsers always send `Origin` with a socket; programs usually do not, and carry nobody's cookies, so a missing
one is let in. Channels' own validators either compare host names only or refuse every program.
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
    """Same host and port as the request was sent to, or one of CSRF_TRUSTED_ORIGINS in full."""
    parts = urlsplit(origin)
    same_host = bool(host) and parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()
    return same_host or origin.rstrip("/") in {known.rstrip("/") for known in settings.CSRF_TRUSTED_ORIGINS}
