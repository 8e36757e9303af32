"""Where one wants to go: target jobs and the steps to get there (L6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q

from lorfolio.models import Portfolio, Step, Target
from metiers.models import Job, JobFamily
from metiers.models import Skill as ReferenceSkill

MOST_TARGETS, MOST_STEPS = 20, 200
GOAL = "Apprendre\u00a0: {}"
_STEP = ("title", "target", "note", "due_on", "remind_on", "place", "event", "url")


@transaction.atomic
def add_target(*, portfolio: Portfolio, title: str, job: Job | None = None, family: JobFamily | None = None) -> Target:
    """A target job; the same one again (two clicks, or put aside before) is not made twice.

    Raises `ValidationError` (French, on `title`) when there are too many.
    """
    _lock(portfolio)
    rows = Target.objects.filter(portfolio=portfolio)
    same = rows.filter(Q(job=job) if job else Q(title__iexact=title, job=None)).first()
    if same is not None:
        if same.dropped_at is not None:
            Target.objects.filter(pk=same.pk).update(dropped_at=None)
            same.dropped_at = None
        return same
    if rows.count() >= MOST_TARGETS:
        raise ValidationError({"title": f"Vous suivez déjà {MOST_TARGETS} métiers\u00a0: retirez-en un d’abord."})
    last = rows.aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    return Target.objects.create(portfolio=portfolio, title=title, job=job, family=family, position=position)


@transaction.atomic
def drop_target(*, target: Target, at: dt.datetime) -> None:
    """Put aside: its steps stay, and it may come back."""
    Target.objects.filter(pk=target.pk, dropped_at=None).update(dropped_at=at)


@transaction.atomic
def bring_back(*, target: Target) -> None:
    Target.objects.filter(pk=target.pk).update(dropped_at=None)


@transaction.atomic
def forget_target(*, target: Target) -> None:
    """Erase it; its steps stay without it."""
    Target.objects.filter(pk=target.pk).delete()


@transaction.atomic
def move_first(*, target: Target) -> None:
    """The target that matters most comes first."""
    _lock(target.portfolio)
    others = (
        Target.objects.filter(portfolio=target.portfolio_id).exclude(pk=target.pk).order_by("position", "created_at")
    )
    for position, key in enumerate([target.pk, *others.values_list("pk", flat=True)]):
        Target.objects.filter(pk=key).update(position=position)


@transaction.atomic
def add_step(*, portfolio: Portfolio, values: dict[str, Any]) -> Step:
    """A step, of the columns of `_STEP`; the same one to do again (two clicks) is not made twice.

    Raises `ValidationError` (French, on `title`) when there are too many.
    """
    _lock(portfolio)
    said = {name: values[name] for name in _STEP if name in values}
    rows = Step.objects.filter(portfolio=portfolio)
    if same := rows.filter(done_at=None, **said).first():
        return same
    if rows.count() >= MOST_STEPS:
        raise ValidationError({"title": f"Vous avez déjà {MOST_STEPS} étapes\u00a0: supprimez-en d’abord."})
    return Step.objects.create(portfolio=portfolio, **said)


@transaction.atomic
def edit_step(*, step: Step, values: dict[str, Any]) -> Step:
    """Change it; a reminder asked for another day is sent again."""
    row = Step.objects.select_for_update().get(pk=step.pk)
    if values.get("remind_on") != row.remind_on:
        row.reminded_at = None
    for name in _STEP:
        if name in values:
            setattr(row, name, values[name])
    row.save()
    return row


@transaction.atomic
def mark(*, step: Step, done: bool, at: dt.datetime) -> None:
    """Done, or to do again; the day it was first done stays."""
    rows = Step.objects.filter(pk=step.pk)
    if done:
        rows.filter(done_at=None).update(done_at=at)
    else:
        rows.update(done_at=None)


@transaction.atomic
def forget_step(*, step: Step) -> None:
    Step.objects.filter(pk=step.pk).delete()


def add_goal(*, portfolio: Portfolio, target: Target, skill: ReferenceSkill) -> Step:
    """A missing skill becomes a step of this target; once, done or not. Raises `ValidationError`."""
    title = GOAL.format(skill.label)[:200]
    known = Step.objects.filter(portfolio=portfolio, target=target, title=title).first()
    return known or add_step(portfolio=portfolio, values={"title": title, "target": target})


def _lock(portfolio: Portfolio) -> None:
    Portfolio.objects.select_for_update().only("pk").get(pk=portfolio.pk)
