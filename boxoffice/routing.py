"""URLs of the staff sockets."""

from django.urls import path

from boxoffice.consumers import BoxOfficeConsumer

websocket_urlpatterns = [path("ws/boxoffice/", BoxOfficeConsumer.as_asgi())]
