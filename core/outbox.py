"""Mail that is neither lost nor sent twice: a row in the transaction of the act, then a worker (habit 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from core.links import refuse_unknown_site
from core.models import OutboxMail

log = structlog.get_logger("core.outbox")
MAX_ATTEMPTS = 8
BATCH = 50


def queue_mail(
    *, key: str, to: str, template: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> bool:
    """Write one mail from `mail/<template>.txt` (its first line is the subject) for `to`, with these `headers`.

    False when a mail of this `key` was written before: nothing is sent twice.
    The worker is woken once the transaction commits.
    """
    subject, text = composed(template, context)
    return queue_raw(key=key, to=to, subject=subject, text=text, headers=headers)


@dataclass(frozen=True)
class Letter:
    """What `queue_mail` takes, for many at once."""

    key: str
    to: str
    template: str
    context: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def queue_mails(letters: Sequence[Letter]) -> int:
    """As `queue_mail` for each, in two statements whatever their number; how many are new."""
    if not letters:
        return 0
    refuse_unknown_site()
    known = set(OutboxMail.objects.filter(key__in=[one.key for one in letters]).values_list("key", flat=True))
    rows = []
    for one in letters:
        if one.key not in known:
            known.add(one.key)
            subject, text = composed(one.template, one.context)
            rows.append(OutboxMail(key=one.key, to=one.to, subject=subject[:200], text=text, headers=one.headers))
    OutboxMail.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        transaction.on_commit(_wake_worker)
    return len(rows)


def composed(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """The subject (first line) and the text of `mail/<template>.txt`."""
    subject, _, text = render_to_string(f"mail/{template}.txt", context).strip().partition("\n")
    return subject.strip(), text.strip() + "\n"


def queue_raw(
    *, key: str, to: str, subject: str, text: str, html: str = "", headers: dict[str, str] | None = None
) -> bool:
    """As `queue_mail`, for a mail already composed by somebody else (a library).

    Raises `ImproperlyConfigured` (French) when the public address of the portal is not given: its links would lie.
    """
    refuse_unknown_site()
    _, created = OutboxMail.objects.get_or_create(
        key=key, defaults={"to": to, "subject": subject[:200], "text": text, "html": html, "headers": headers or {}}
    )
    if created:
        transaction.on_commit(_wake_worker)
    return created


def _wake_worker() -> None:
    try:
        current_app.send_task("core.tasks.deliver_outbox", queue="mail")
    except Exception as error:  # the broker is down: the beat will find the row when it is back
        log.warning("outbox_not_woken", error=type(error).__name__)


def deliver_waiting() -> int:
    """Send what waits, one transaction a mail; returns how many were sent.

    `SKIP LOCKED` lets any number of workers run this at once. A mail that fails is tried again later, each time later.
    """
    sent = 0
    connection: Any = None
    try:
        for _ in range(BATCH):
            with transaction.atomic():
                mail = (
                    OutboxMail.objects.select_for_update(skip_locked=True)
                    .filter(sent_at=None, not_before__lte=timezone.now(), attempts__lt=MAX_ATTEMPTS)
                    .order_by("not_before", "pk")
                    .first()
                )
                if mail is None:
                    break
                connection = connection or get_connection()  # opened by the first mail: most of the time none waits
                delivered = _deliver(mail, connection)
                sent += delivered
            if not delivered:  # what failed may be the connection: the next mail has another one
                _close(connection)
                connection = None
    finally:
        _close(connection)
    return sent


def _close(connection: Any) -> None:
    try:
        if connection is not None:
            connection.close()
    except Exception as error:  # it is broken already
        log.warning("mail_connection_not_closed", error=type(error).__name__)


def dead_mails() -> int:
    """How many mails will not be tried again: somebody has to look at them."""
    return OutboxMail.objects.filter(sent_at=None, attempts__gte=MAX_ATTEMPTS).count()


def purge() -> int:
    """Forget sent mails after `OUTBOX_SENT_DAYS`, and a dead one but its subject after `OUTBOX_FAILED_TEXT_DAYS`.

    The subject of a dead one stays, so that one knows what did not leave. Returns how many rows changed or went.
    """
    now = timezone.now()
    gone, _ = OutboxMail.objects.filter(sent_at__lt=now - timedelta(days=settings.OUTBOX_SENT_DAYS)).delete()
    dead = OutboxMail.objects.filter(
        sent_at=None, attempts__gte=MAX_ATTEMPTS, not_before__lt=now - timedelta(days=settings.OUTBOX_FAILED_TEXT_DAYS)
    ).exclude(text="", html="", to="")
    return gone + dead.update(text="", html="", to="", headers={})


def _deliver(mail: OutboxMail, connection: Any) -> int:
    message = EmailMultiAlternatives(
        mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.to], connection=connection, headers=mail.headers
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    mail.attempts += 1
    try:
        connection.open()  # one that is open stays so
        message.send()
    except Exception as error:  # any failure of a mail server: kept, told, tried again
        mail.last_error = type(error).__name__
        mail.not_before = timezone.now() + timedelta(minutes=2**mail.attempts)
        log.warning("mail_failed", mail=mail.pk, attempts=mail.attempts, error=type(error).__name__)
    else:
        mail.sent_at = timezone.now()
        mail.text = mail.html = ""  # a letter may carry a key (a reset link): what was sent is not kept
        mail.headers = {}  # nor the key of « stop writing to me »
    mail.save()
    return int(mail.sent_at is not None)
