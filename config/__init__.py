"""Settings, urls, API root, Celery app. Nobody imports this package but the servers."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
