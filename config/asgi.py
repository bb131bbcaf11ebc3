"""The ASGI application: Django for HTTP, consumers for the sockets of the seat map and the dashboard."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_asgi_application()  # loads the apps, so it must come before the imports below

from boxoffice.routing import websocket_urlpatterns as boxoffice_sockets  # noqa: E402
from config.origins import SameOriginOnly  # noqa: E402
from seating.routing import nowhere  # noqa: E402
from seating.routing import websocket_urlpatterns as show_sockets  # noqa: E402

application = ProtocolTypeRouter(
    {"http": django_application, "websocket": SameOriginOnly(URLRouter([*show_sockets, *boxoffice_sockets, nowhere]))}
)
