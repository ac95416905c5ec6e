"""The Celery application: a doorbell for work that lies in the database, never its only copy."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("grid_governance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
