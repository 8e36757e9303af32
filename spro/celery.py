"""The Celery application and its queues."""

import os

from celery import Celery
from celery.schedules import crontab
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")

app = Celery("spro")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in ("mail", "documents", "imports", "calendar")]
app.conf.task_routes = {"core.tasks.deliver_outbox": {"queue": "mail"}}
app.conf.beat_schedule = {
    "heartbeat": {"task": "core.tasks.beat_heart", "schedule": 30.0, "options": {"expires": 25}},
    "outbox": {"task": "core.tasks.deliver_outbox", "schedule": 30.0, "options": {"expires": 25}},
    "mails": {"task": "core.tasks.purge_outbox", "schedule": crontab(hour=3, minute=20)},
    "unverified": {"task": "accounts.tasks.purge_unverified", "schedule": crontab(hour=3, minute=30)},
    "sessions": {"task": "core.tasks.clear_sessions", "schedule": crontab(hour=3, minute=10)},
}
app.autodiscover_tasks()
