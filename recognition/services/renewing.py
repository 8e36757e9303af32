"""Telling a recognised organisation that its term comes: a letter when it may ask, then reminders by mail (R9, R12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from core.links import absolute
from core.values import day_in_words
from recognition import rulebook
from recognition.addressees import tell_organisation
from recognition.deadlines import Window, window
from recognition.letters import write as write_letter
from recognition.models import Act, Candidature, LetterKind, Recognition
from recognition.services.acts import note
from recognition.services.holding import held

AHEAD = dt.timedelta(days=550)  # no window opens earlier before a term
FIRST_RECALL = 30  # the letter is recent: of the reminders, only those of the last month leave


def to_invite(day: dt.date) -> list[Recognition]:
    """Those in force that may be renewed since today or before, that nobody told, and that ask for nothing yet."""
    found = [row for row, allowed in _in_window(day) if allowed.opens_on <= day]
    return _not_done(found, {row.pk: _invited(row) for row in found})


@transaction.atomic
def invite(*, recognition: Recognition, at: dt.datetime) -> None:
    """Write the letter that says how and until when to ask, once. Raises `ValidationError` when it cannot be."""
    found = held(recognition)
    limit = day_in_words(window(found).last_on)
    text = f"Le renouvellement peut être demandé, jusqu’au {limit}."
    dossier = found.candidature
    if note(kind="renewal_open", text=text, at=at, recognition=found, candidature=dossier, key=_invited(found)) is None:
        return
    write_letter(kind=LetterKind.RENEWAL, at=at, key=_invited(found), recognition=found)


def to_recall(day: dt.date) -> list[tuple[Recognition, int]]:
    """Those that were told and have not begun, with the reminder that is due: the nearest to the last day."""
    steps = [days for days in rulebook.numbers("reminder_days") if days <= FIRST_RECALL]
    found, chosen = [], {}
    for row, allowed in _in_window(day):
        past = [days for days in steps if allowed.last_on - dt.timedelta(days=days) <= day]
        if past and allowed.opens_on < allowed.last_on - dt.timedelta(days=past[-1]):
            found.append(row)
            chosen[row.pk] = past[-1], _recalled(row, allowed, past[-1])
    return [(row, chosen[row.pk][0]) for row in _not_done(found, {key: said for key, (_, said) in chosen.items()})]


@transaction.atomic
def recall(*, recognition: Recognition, days: int, at: dt.datetime) -> None:
    """Remind the organisation of its last day, once; nothing when it began meanwhile."""
    found = held(recognition)
    allowed = window(found)
    if Candidature.objects.open().filter(organisation=found.organisation_id).exists():
        return
    limit, key = day_in_words(allowed.last_on), _recalled(found, allowed, days)
    text = f"Rappel\u00a0: le renouvellement n’est pas demandé, la date limite est le {limit}."
    if (
        note(kind="renewal_reminder", text=text, at=at, recognition=found, candidature=found.candidature, key=key)
        is None
    ):
        return
    tell_organisation(
        key=key, candidature=found.candidature, template="recognition_renewal",
        context={
            "limit": limit, "term": day_in_words(found.term_on),
            "url": absolute(f"/candidature/renouveler/{found.public_id}/"),
        },
    )  # fmt: skip


def _in_window(day: dt.date) -> Iterator[tuple[Recognition, Window]]:
    """The recognitions whose last day to ask is not past, without an open dossier; a window a term, not a row."""
    windows: dict[dt.date, Window] = {}
    for row in _without_dossier(day):
        if row.term_on not in windows:
            windows[row.term_on] = window(row)
        allowed = windows[row.term_on]
        if day <= allowed.last_on:
            yield row, allowed


def _without_dossier(day: dt.date) -> QuerySet[Recognition]:
    asked = Candidature.objects.open().filter(organisation=OuterRef("organisation"))
    rows = Recognition.objects.in_force(day).filter(end_reason="", term_on__gte=day, term_on__lte=day + AHEAD)
    return rows.exclude(Exists(asked)).select_related("organisation").order_by("pk")


def _not_done(rows: list[Recognition], keys: dict[int, str]) -> list[Recognition]:
    done = set(Act.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    return [row for row in rows if keys[row.pk] not in done]


def _invited(row: Recognition) -> str:
    return f"renewal:{row.pk}"


def _recalled(row: Recognition, allowed: Window, days: int) -> str:
    return f"renewal:{row.pk}:{allowed.last_on:%Y-%m-%d}:{days}"
