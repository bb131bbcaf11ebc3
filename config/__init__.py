"""Settings, URLs, servers and the API object: the top of the house, which may import everything below."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
