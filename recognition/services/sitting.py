"""Sittings of the bodies (*séances*): planned, held, closed by their minutes; then nothing changes (R6, R13, T4).

The agenda is in `agenda.py`, the opinions in `opinions.py`: the verbs of a sitting are all reached from here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.journal import UNSAID, Actor, record
from recognition.clock import day_of
from recognition.models import AgendaItem, Campaign, GoverningBody, Opinion, Sitting
from recognition.services.acts import note
from recognition.services.agenda import (
    awaiting,
    before_ready,
    candidates_for,
    fill_agenda,
    held,
    named,
    put_on_agenda,
    raise_item,
    recuse,
    take_off,
    unrecuse,
)
from recognition.services.opinions import check_held, record_opinion, remove_opinion
from recognition.services.votes import check_total

__all__ = [
    "awaiting", "cancel_sitting", "candidates_for", "change_sitting", "close_minutes", "fill_agenda", "plan_sitting",
    "put_on_agenda", "raise_item", "record_opinion", "recuse", "remove_opinion", "take_off", "unrecuse",
]  # fmt: skip

# What `change_sitting` may write; names of people never enter the journal.
CHANGEABLE = ("held_on", "starts_at", "place", "chair", "present", "minutes")
_UNSAID = {"chair", "present", "minutes"}
TWICE = "Cette instance a déjà une séance ce jour-là."
WHY_PAST = "Cette séance serait déjà tenue\u00a0: dites pourquoi elle n’est saisie qu’après."


@transaction.atomic
def plan_sitting(
    *, body: GoverningBody, held_on: dt.date, campaign: Campaign | None = None, starts_at: dt.time | None = None,
    place: str = "", chair: str = "", reason: str = "", at: dt.datetime, actor: Actor | None = None,
) -> Sitting:  # fmt: skip
    """A sitting of `body`; of the campaign of its year when none is given.

    Raises `ValidationError` beside `held_on` when this body already sits that day; beside `reason` when that day is
    over and nothing says why it is only written now (kept in the journal).
    """
    GoverningBody.objects.select_for_update().get(pk=body.pk)
    _check_free(body, held_on)
    why = _why_past(held_on, reason, at)
    sitting = Sitting.objects.create(
        body=body, held_on=held_on, starts_at=starts_at, place=place.strip(), chair=chair.strip(),
        campaign=campaign or Campaign.objects.filter(year=held_on.year).first(),
    )  # fmt: skip
    record(verb="sitting.plan", target=sitting, actor=actor, changes={"held_on": [None, held_on.isoformat()]} | why)
    return sitting


def _why_past(held_on: dt.date, reason: str, at: dt.datetime) -> dict[str, Any]:
    """What the journal keeps of a sitting written after its day. Raises `ValidationError` when nobody says why."""
    if held_on >= day_of(at):
        return {}
    if not reason.strip():
        raise ValidationError({"reason": WHY_PAST})
    return {"raison": [None, " ".join(reason.split())]}


def _check_free(body: GoverningBody, held_on: dt.date, but: Sitting | None = None) -> None:
    taken = Sitting.objects.filter(body=body, held_on=held_on)
    if (taken.exclude(pk=but.pk) if but else taken).exists():
        raise ValidationError({"held_on": TWICE})


@transaction.atomic
def change_sitting(
    *, sitting: Sitting, values: dict[str, Any], reason: str = "", at: dt.datetime, actor: Actor | None
) -> Sitting:
    """Write `values` (keys of `CHANGEABLE`). Raises `ValidationError` by field.

    A day is moved as long as what was said keeps its order: not after today once an opinion is written, never after
    the opinion of a later body nor before that of a former one, nor before a dossier of its agenda was ready; onto a
    day that is over, with a `reason`.
    """
    mine = held(sitting)
    changed = {name: value for name, value in values.items() if name in CHANGEABLE and getattr(mine, name) != value}
    why: dict[str, Any] = {}
    if "held_on" in changed:
        _check_move(mine, changed["held_on"], at)
        why = _why_past(changed["held_on"], reason, at)
    if not changed:
        return mine
    said = {
        name: [UNSAID, UNSAID] if name in _UNSAID else [str(getattr(mine, name) or ""), str(value or "")]
        for name, value in changed.items()
    }
    for name, value in changed.items():
        setattr(mine, name, value)
    mine.save(update_fields=list(changed))
    if "present" in changed:
        for opinion in mine.opinions.select_related("candidature"):
            check_total(mine, opinion.candidature, field="present")
    record(verb="sitting.change", target=mine, actor=actor, changes=said | why)
    return mine


def _check_move(mine: Sitting, held_on: dt.date, at: dt.datetime) -> None:
    _check_free(mine.body, held_on, but=mine)
    for item in mine.items.select_related("candidature"):
        if early := before_ready(held_on, item.candidature):
            raise ValidationError({"held_on": early})
    dossiers = mine.opinions.values("candidature")
    if mine.opinions.exists() or mine.decisions.exists():
        try:
            check_held(Sitting(held_on=held_on), at)
        except ValidationError:
            said = "Des avis ou des décisions sont saisis\u00a0: la séance ne peut pas avoir lieu plus tard."
            raise ValidationError({"held_on": said}) from None
    others = Opinion.objects.filter(candidature__in=dossiers).exclude(sitting=mine).select_related("sitting__body")
    for other in others:
        later = other.sitting.body.order > mine.body.order
        if (later and other.sitting.held_on < held_on) or (not later and other.sitting.held_on > held_on):
            raise ValidationError({
                "held_on": f"L’ordre des avis ne serait plus respecté\u00a0: {named(other.sitting)}."
            })  # fmt: skip
    if mine.decisions.exclude(decided_on=held_on).exists():
        raise ValidationError({"held_on": "Des décisions datent de cette séance\u00a0: sa date ne change plus."})


@transaction.atomic
def cancel_sitting(*, sitting: Sitting, actor: Actor | None) -> None:
    """Take away a sitting that will not be held. Raises `ValidationError` while its agenda has a dossier."""
    mine = held(sitting)
    if mine.items.exists():
        raise ValidationError("Retirez d’abord les dossiers de l’ordre du jour.")
    record(verb="sitting.cancel", target=mine, actor=actor, changes={"séance": [str(mine), None]})
    mine.delete()


@transaction.atomic
def close_minutes(*, sitting: Sitting, minutes: str, at: dt.datetime, actor: Actor | None) -> Sitting:
    """Close the minutes: nothing of this sitting changes any more. Each organisation reads that it was examined.

    What the opinion says stays the Region's until the decision. A dossier without an opinion waits for another
    sitting. Raises `ValidationError` before the day of the sitting, or beside `minutes` when they are empty.
    """
    mine = held(sitting)
    check_held(mine, at)
    if not minutes.strip():
        raise ValidationError({"minutes": "Écrivez le compte rendu avant de l’arrêter."})
    for opinion in mine.opinions.select_related("candidature"):
        check_total(mine, opinion.candidature, field="minutes")
    mine.minutes, mine.closed_at = minutes.strip(), at
    mine.save(update_fields=["minutes", "closed_at"])
    for item in mine.items.select_related("candidature"):
        _tell(mine, item, at, actor)
    record(verb="sitting.close", target=mine, actor=actor)
    return mine


def _tell(sitting: Sitting, item: AgendaItem, at: dt.datetime, actor: Actor | None) -> None:
    if sitting.body.kind == GoverningBody.Kind.DECISION:
        return
    given = sitting.opinions.filter(candidature=item.candidature).exists()
    what = "Avis rendu" if given else "Dossier non examiné, il passera à une autre séance"
    note(
        kind="opinion", text=f"{what}\u00a0: {named(sitting)}", at=at, actor=actor, candidature=item.candidature,
        shown=given,
    )  # fmt: skip
