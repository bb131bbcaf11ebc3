"""Addresses of the sockets."""

from django.urls import path, re_path

from seating.consumers import BoxOfficeConsumer, NowhereConsumer, ShowConsumer

websocket_urlpatterns = [
    re_path(r"^ws/shows/(?P<show_id>[0-9]{1,19})/$", ShowConsumer.as_asgi()),
    path("ws/boxoffice/", BoxOfficeConsumer.as_asgi()),
    re_path(r"", NowhereConsumer.as_asgi()),
]
