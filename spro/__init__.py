"""The project: settings, URLs, Celery, and the roof that puts the rooms together."""

from spro.celery import app as celery_app

__all__ = ["celery_app"]
