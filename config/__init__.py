"""Settings, URLs, servers and the API object: the top layer, which may import all apps."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
