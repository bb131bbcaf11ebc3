"""Addresses of the live map's sockets; `nowhere` answers at every other address."""

from django.urls import re_path

from seating.consumers import NowhereConsumer, ShowConsumer

websocket_urlpatterns = [
    re_path(r"^ws/shows/(?P<show_id>[0-9]{1,19})/$", ShowConsumer.as_asgi()),
]
nowhere = re_path(r"", NowhereConsumer.as_asgi())
