"""The publication of the regional synthesis, asked at the desk and made by a worker (B4; issue 8).

The document of a region takes longer to draw than a browser waits. Who asks is answered at once: everything that stands
in the way, or that it is being made. The request is written on the campaign, so that whatever dies, a worker or the
broker, the next pass finds it there (`wake_lost`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery import current_app
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bilans.models import Campaign
from bilans.rules import may_decide
from bilans.services.bulk import QUIET_AFTER
from bilans.services.noting import note
from bilans.services.publishing import NO_REQUEST, DroppedError, draw, forget_request, freeze, settle
from bilans.services.running import ERROR_LENGTH, KILLED, MAX_ATTEMPTS
from core.journal import record
from core.links import absolute
from core.outbox import queue_mail

log = structlog.get_logger("bilans.publication")
LOCK = 811_400_801  # any number that no other part of the portal takes
KEPT = 600  # seconds: a worker that comes later finds a fresher call
NOBODY = "La personne qui l’a demandée ne travaille plus ici\u00a0: demandez-la de nouveau."
NOT_ASKED = "Aucune publication n’est demandée\u00a0: celle-ci a paru, ou a été annulée entre-temps."


def ask(campaign: Campaign, *, actor: User, at: dt.datetime) -> bool:
    """Accept the bilan of the region and have its synthesis published by a worker. False: somebody asked it already.

    Raises `ValidationError` with everything that stands in the way.
    """
    if not may_decide(actor):
        raise PermissionDenied
    with transaction.atomic():
        held = _held(campaign.pk)
        _wake(held.pk)  # of no use when it is refused; twice, it is made once
        if held.publishing:
            return False
        settle(held, actor=actor, at=at)
        held.publication_asked_at, held.publication_asked_by = at, actor
        held.publication_attempts, held.publication_error = 0, ""
        held.save(update_fields=[*NO_REQUEST])
        note(held, text="Publication de la synthèse demandée.", at=at, actor=actor)
        record(verb="bilans.ask", target=held, actor=actor)
    return True


@transaction.atomic
def call_off(campaign: Campaign, *, actor: User, at: dt.datetime) -> None:
    """The publication that is asked does not appear, even if a worker is at it; one that failed is not asked again.

    Raises `ValidationError`: none is asked.
    """
    if not may_decide(actor):
        raise PermissionDenied
    held = _held(campaign.pk)
    if held.publication_asked_at is None:
        raise ValidationError(NOT_ASKED)
    forget_request(held)
    note(held, text="Publication demandée annulée\u00a0: elle ne paraîtra pas.", at=at, actor=actor)
    record(verb="bilans.call_off", target=held, actor=actor)


def work(key: int) -> str | None:
    """Make the publication that campaign `key` asks for; how it ended. None: none is asked, or somebody is at it.

    « dropped »: called off meanwhile. What is asked anew while this goes on is made too.
    """
    said = None
    with _alone(key) as ours:
        while ours and (asked := _take(key)) is not None:
            said = _make(asked)
    return said


def wake_lost(at: dt.datetime) -> int:
    """Call a worker for each publication that is asked for some time already: called again, it is made once. How many.

    Its worker was killed, the broker lost the call, or was not there.
    """
    rows = Campaign.objects.filter(publication_asked_at__lt=at - QUIET_AFTER, publication_error="")
    lost = list(rows.order_by("pk").values_list("pk", flat=True))
    for key in lost:
        _send(key)
    return len(lost)


def _held(key: int) -> Campaign:
    return Campaign.objects.select_for_update().get(pk=key)


@transaction.atomic
def _take(key: int) -> Campaign | None:
    """The campaign, its attempt counted before it is made: a worker that dies of it has tried."""
    held = Campaign.objects.select_for_update().filter(pk=key).first()
    if held is None or not held.publishing:
        return None
    if held.publication_attempts >= MAX_ATTEMPTS:
        _fail(held, KILLED)
        return None
    held.publication_attempts += 1
    held.save(update_fields=["publication_attempts"])
    return held


def _make(asked: Campaign) -> str:
    moment = asked.publication_asked_at
    asker = User.objects.filter(pk=asked.publication_asked_by_id).first()  # type: ignore[misc]
    try:
        if asker is None or not may_decide(asker):
            raise ValidationError(NOBODY)
        document, read = draw(asked, at=timezone.now(), asked_at=moment)
        with transaction.atomic():
            freeze(asked, document, read=read, actor=asker, at=timezone.now(), asked_at=moment)
            said = f"C’est la version {document.number} du document. Elle se lit dès maintenant."
            _tell(asked, f"La synthèse {asked.year} est publiée", said, reverse("bilan_year", args=[asked.year]))
    except DroppedError:
        return "dropped"
    except ValidationError as error:
        return _refused(asked, " ".join(error.messages))
    except Exception as error:  # whatever it is, it is tried again, then said
        log.warning("synthesis_not_made", year=asked.year, error=type(error).__name__)
        if asked.publication_attempts < MAX_ATTEMPTS:
            return "again"
        return _refused(asked, f"{type(error).__name__}\u00a0: {error}")
    return "published"


@transaction.atomic
def _refused(asked: Campaign, why: str) -> str:
    held = _held(asked.pk)
    if held.publication_asked_at != asked.publication_asked_at:
        return "dropped"
    _fail(held, why)
    return "failed"


def _fail(held: Campaign, why: str) -> None:
    """Say why, to whoever opens the campaign and to who asked; the row is held by the caller."""
    held.publication_error = why[:ERROR_LENGTH]
    held.save(update_fields=["publication_error"])
    note(
        held, text=f"Publication demandée, non aboutie\u00a0: {why}", at=timezone.now(),
        actor=held.publication_asked_by,
    )  # fmt: skip
    desk = reverse("admin:bilans_campaign_change", args=[held.pk])
    _tell(held, f"La synthèse {held.year} n’est pas publiée", why, f"{desk}#publication")


def _tell(asked: Campaign, title: str, line: str, url: str) -> None:
    """To who asked, who may have left the page: what became of it, and where to go on."""
    to, moment = asked.publication_asked_by, asked.publication_asked_at
    if to is None or not to.is_active or moment is None:
        return
    try:
        queue_mail(
            key=f"bilans:{asked.year}:publication:{moment:%Y%m%d%H%M%S%f}", to=to.email, template="bilans_region",
            context={"campaign": asked, "title": title, "lines": [line], "url": absolute(url)},
        )  # fmt: skip
    except ImproperlyConfigured as error:  # no public address to write: the page says it all the same
        log.warning("publication_not_told", error=str(error))


@contextmanager
def _alone(key: int) -> Iterator[bool]:
    """Whether nobody else makes the publication of this campaign. A worker that is killed lets go with its connection.

    What is asked and what is public do not depend on it: it spares drawing the same document twice at once.
    """
    inside = connection.in_atomic_block  # there the lock goes with the transaction, whatever happens
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_{'xact_' if inside else ''}lock(%s, %s)", [LOCK, key])
        ours = bool(cursor.fetchone()[0])
    try:
        yield ours
    finally:
        if ours and not inside:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, key])


def _wake(key: int) -> None:
    transaction.on_commit(lambda: _send(key))


def _send(key: int) -> None:
    try:
        current_app.send_task("bilans.tasks.publish_synthesis", args=[key], queue="documents", expires=KEPT)
    except Exception as error:  # the broker is down: `wake_lost` calls again when it is back
        log.warning("publication_not_woken", error=type(error).__name__)
