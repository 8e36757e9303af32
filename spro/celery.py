"""The Celery application and its queues."""

import os

from celery import Celery
from celery.schedules import crontab
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")

app = Celery("spro")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in ("mail", "documents", "imports", "calendar")]
app.conf.task_routes = {
    "bilans.tasks.produce_one": {"queue": "documents"},
    "bilans.tasks.publish_synthesis": {"queue": "documents"},
    "core.tasks.deliver_outbox": {"queue": "mail"},
    "core.tasks.work_on_import": {"queue": "imports"},
    "events.tasks.read_one_source": {"queue": "imports"},
    "psad.tasks.work_on_list": {"queue": "imports"},
    "psad.tasks.publish_figures": {"queue": "calendar"},
    "recognition.tasks.draw_letters": {"queue": "documents"},
    "recognition.tasks.recognition_day": {"queue": "calendar"},
    "bilans.tasks.bilans_day": {"queue": "calendar"},
}
app.conf.beat_schedule = {
    "heartbeat": {"task": "core.tasks.beat_heart", "schedule": 30.0, "options": {"expires": 25}},
    "outbox": {"task": "core.tasks.deliver_outbox", "schedule": 30.0, "options": {"expires": 25}},
    "imports": {"task": "core.tasks.resume_imports", "schedule": 60.0, "options": {"expires": 50}},
    "imports-kept": {"task": "core.tasks.purge_imports", "schedule": crontab(hour=3, minute=40)},
    # Each source has its own hour; this only looks whose has come.
    "agendas": {"task": "events.tasks.read_sources", "schedule": 60.0, "options": {"expires": 50}},
    "agenda-archive": {"task": "events.tasks.archive", "schedule": crontab(hour=3, minute=0)},
    "agendas-kept": {"task": "events.tasks.forget_readings", "schedule": crontab(hour=3, minute=25)},
    # Of people. Each is caught up by the next run: what is due is read from the rows, not from the hour.
    "seats": {"task": "events.tasks.free_seats", "schedule": 120.0, "options": {"expires": 110}},
    "reminders": {"task": "events.tasks.remind_registered", "schedule": crontab(hour="9-20", minute=10)},
    "alerts": {"task": "events.tasks.send_alerts", "schedule": crontab(hour="7-20", minute=15)},
    "alerts-kept": {"task": "events.tasks.follow_alerts", "schedule": crontab(hour=6, minute=30)},
    "outcomes": {"task": "events.tasks.ask_outcomes", "schedule": crontab(hour=10, minute=0)},
    "proposals-kept": {"task": "events.tasks.forget_proposals", "schedule": crontab(hour=3, minute=57)},
    "event-pictures": {"task": "events.tasks.sweep_pictures", "schedule": crontab(hour=4, minute=10)},
    "registrations-kept": {"task": "events.tasks.forget_registrations", "schedule": crontab(hour=3, minute=55)},
    "pages": {"task": "spro.tasks.follow_pages", "schedule": 60.0, "options": {"expires": 50}},
    "open-data": {"task": "spro.tasks.follow_data", "schedule": 300.0, "options": {"expires": 250}},
    "mails": {"task": "core.tasks.purge_outbox", "schedule": crontab(hour=3, minute=20)},
    "unverified": {"task": "accounts.tasks.purge_unverified", "schedule": crontab(hour=3, minute=30)},
    "dormant": {"task": "accounts.tasks.forget_dormant", "schedule": crontab(hour=4, minute=0)},
    "checks-kept": {"task": "territories.tasks.forget_checks", "schedule": crontab(hour=4, minute=5)},
    "invitations": {"task": "members.tasks.purge_invitations", "schedule": crontab(hour=3, minute=50)},
    # A day without it is caught up by the next: what is due is read from the sheets and the mails sent.
    "referents": {
        "task": "territories.tasks.remind_referents",
        "schedule": crontab(hour=7, minute=15),
        "options": {"queue": "calendar"},
    },
    "reports": {"task": "territories.tasks.tell_reports", "schedule": crontab(hour=7, minute=30)},
    "reports-kept": {"task": "territories.tasks.forget_reports", "schedule": crontab(hour=3, minute=45)},
    # What is due is read from the dossiers: each hour finds what the one before could not do, and nothing twice.
    "recognition": {"task": "recognition.tasks.recognition_day", "schedule": crontab(hour="7-22", minute=5)},
    "bilans": {"task": "bilans.tasks.bilans_day", "schedule": crontab(hour="7-22", minute=35)},
    # Lists are woken when they are given; this finds those whose worker or broker died.
    "psad-lists": {"task": "psad.tasks.resume_lists", "schedule": 60.0, "options": {"expires": 50}},
    # A day without it is caught up by the next: what is due is read from the rows.
    "psad-kept": {"task": "psad.tasks.apply_retention", "schedule": crontab(hour=2, minute=10)},
    "psad-files": {"task": "psad.tasks.sweep_files", "schedule": crontab(hour=4, minute=25)},
    # Once a quarter there is something to do: a day without it is caught up by the next.
    "psad-figures": {"task": "psad.tasks.publish_figures", "schedule": crontab(hour=5, minute=40)},
    "safe-files": {"task": "lorfolio.tasks.sweep_safes", "schedule": crontab(hour=4, minute=35)},
    # Of people: agreements, birthdays, invitations. Read from the rows: a day without it is caught up by the next.
    "attestations-kept": {"task": "lorfolio.tasks.forget_attestations", "schedule": crontab(hour=3, minute=10)},
    "lorfolio-kept": {"task": "lorfolio.tasks.keep_promises", "schedule": crontab(hour=3, minute=5)},
    # Caught up by the next hour: who was told is read from the rows.
    "steps": {"task": "lorfolio.tasks.remind_steps", "schedule": crontab(hour="8-20", minute=25)},
    "closures": {"task": "territories.tasks.forget_past_closures", "schedule": crontab(hour=3, minute=35)},
    # Letters are woken when written; this finds those whose worker or broker died.
    "letters": {"task": "recognition.tasks.draw_letters", "schedule": 60.0, "options": {"expires": 50}},
    "dossier-files": {"task": "recognition.tasks.sweep_attachments", "schedule": crontab(hour=4, minute=20)},
    "letters-kept": {"task": "recognition.tasks.sweep_letters", "schedule": crontab(hour=4, minute=15)},
    # Bulk runs and publications are woken when asked for; this finds those whose workers or broker died.
    "bilans-productions": {"task": "bilans.tasks.resume_productions", "schedule": 60.0, "options": {"expires": 50}},
    "bilans-files": {"task": "bilans.tasks.sweep_documents", "schedule": crontab(hour=4, minute=45)},
    "sessions": {"task": "core.tasks.clear_sessions", "schedule": crontab(hour=3, minute=10)},
    "sessions-listed": {"task": "accounts.tasks.purge_sessions", "schedule": crontab(hour=3, minute=15)},
}
app.autodiscover_tasks()
