"""Campaigns of bilans: prepared, opened for every subject, moved with a trace, closed (B2; R12's way)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from bilans import kinds, subjects
from bilans.calendar import proposed
from bilans.models import Act, Bilan, Campaign, CampaignAct, Kind, Value
from bilans.prefilling import prefill_all
from bilans.services import telling
from bilans.services.noting import note, note_bilans
from core.journal import Actor, record
from core.values import day_in_words
from recognition.clock import day_of

DATES = ("opens_on", "due_on", "closes_on")
SETTLED = ("reminder_days", "variation", "word")
NO_REASON = "Dites pourquoi ces dates changent\u00a0: les organismes le liront."
PAST = "Cette date est passée\u00a0: donnez aujourd’hui ou un jour à venir."
OPENED = "La campagne est ouverte\u00a0: ce jour ne change plus."
NOT_OPENED = "Cette campagne n’est pas ouverte."


@transaction.atomic
def create_campaign(*, year: int, actor: Actor | None = None, at: dt.datetime | None = None, **dates: Any) -> Campaign:
    """Write the campaign of `year`, its dates those that the calendar proposes unless given.

    Raises `ValidationError` (French): it exists, its dates do not follow each other.
    """
    campaign = Campaign(year=year, **proposed(year) | dates)
    campaign.full_clean()
    campaign.save()
    campaign.refresh_from_db()
    opens, due = day_in_words(campaign.opens_on), day_in_words(campaign.due_on)
    text = f"Campagne préparée\u00a0: ouverture le {opens}, bilans à rendre le {due}."
    note(campaign, text=text, at=at or campaign.created_at, actor=actor, key="" if actor else "prepared")
    record(verb="bilans.prepare", target=campaign, actor=actor)
    return campaign


@transaction.atomic
def open_campaign(campaign: Campaign, *, at: dt.datetime, actor: Actor | None = None) -> CampaignAct | None:
    """Make the bilan of every subject, write in it what the portal knows, tell who fills it. Nothing when it is open.

    Raises `ValidationError` when its last day is past: it would close at once.
    """
    held = locked(campaign)
    if held.opened_at is not None:
        return None
    if held.closes_on < day_of(at):
        raise ValidationError("Sa clôture est passée\u00a0: déplacez d’abord ses dates.", code="past")
    held.opened_at = at
    held.opens_on = min(held.opens_on, day_of(at))
    held.save(update_fields=["opened_at", "opens_on"])
    made = add_missing(held, at=at, actor=actor)
    asked = [bilan for bilan in made if bilan.kind != Kind.REGION]
    act = note(held, text=f"Ouverture\u00a0: {_counted(len(asked))} à remplir.", at=at, actor=actor, key="opened")
    record(verb="bilans.open", target=held, actor=actor, changes={"bilans": [0, len(asked)]})
    telling.tell_opened(held, asked, key="opened")
    _tell_region_opened(held, asked)
    _follow(campaign, held)
    return act


def add_missing(campaign: Campaign, *, at: dt.datetime, actor: Actor | None = None) -> list[Bilan]:
    """The bilans that an open campaign lacked, made and prefilled."""
    Bilan.objects.bulk_create(subjects.missing(campaign), ignore_conflicts=True)
    found = campaign.bilans.exclude(acts__done=Act.Done.OPENED)
    made = list(found.select_related("campaign", "organisation", "agency", "platform").order_by("pk"))
    note_bilans(made, Act.Done.OPENED, at=at, actor=actor)
    prefill_all(made, at=at)
    return made


@transaction.atomic
def join(campaign: Campaign, *, at: dt.datetime) -> CampaignAct | None:
    """Whoever joined since the opening has a bilan too, and is told; nothing when nobody did."""
    held = locked(campaign)
    if not held.running or not subjects.missing(held):
        return None
    made = add_missing(held, at=at)
    key = f"joined:{made[0].pk}"
    telling.tell_opened(held, made, key=key)
    names = ", ".join(bilan.name for bilan in made)
    return note(held, text=f"{_counted(len(made))} de plus à remplir\u00a0: {names}.", at=at, key=key)


@transaction.atomic
def close_campaign(campaign: Campaign, *, at: dt.datetime, actor: Actor | None = None) -> CampaignAct | None:
    """Nothing is submitted any more; the Region still reads what was. Nothing when it is closed.

    Raises `ValidationError` (French) when it never opened.
    """
    held = locked(campaign)
    if held.closed_at is not None:
        return None
    if held.opened_at is None:
        raise ValidationError(NOT_OPENED, code="not-opened")
    held.closed_at = at
    held.closes_on = max(held.due_on, min(held.closes_on, day_of(at)))
    held.save(update_fields=["closed_at", "closes_on"])
    states = list(held.bilans.exclude(kind=Kind.REGION).values_list("state", flat=True))
    counted = sum(state in Bilan.COUNTED for state in states)
    several = "s" * (counted > 1)
    text = f"Clôture\u00a0: {counted} bilan{several} sur {len(states)} déposé{several}, {_accepted(states)}."
    key = "" if actor else f"closed:{held.closes_on:%Y-%m-%d}"
    act = note(held, text=text, at=at, actor=actor, key=key)
    record(verb="bilans.close", target=held, actor=actor, changes={"bilans": [len(states), counted]})
    waiting = states.count("submitted")
    lines = [text]
    if waiting:
        lines.append(f"{_counted(waiting)} à lire encore\u00a0: vous pouvez les accepter, ou les renvoyer.")
    lines.append("Le bilan de la Région s’écrit maintenant\u00a0: publier sa synthèse l’accepte.")
    telling.tell_region(
        held, key=f"closed:{held.closes_on:%Y-%m-%d}", title=f"Les bilans {held.year} sont clos", lines=lines
    )
    _follow(campaign, held)
    return act


@transaction.atomic
def move(
    campaign: Campaign, *, days: Mapping[str, dt.date], reason: str, at: dt.datetime, actor: Actor
) -> CampaignAct | None:
    """Put the dates of a campaign at other days, all or none; whoever has something to submit is told why.

    A closed campaign whose closing moves to a day that is not past is open again. Raises `ValidationError` (French).
    """
    held = locked(campaign)
    before = {name: getattr(held, name) for name in DATES}
    changed = {name: day for name, day in days.items() if name in DATES and day != before[name]}
    if not changed:
        return None
    check_days(held, changed, at=at)
    if not reason.strip():
        raise ValidationError({"reason": NO_REASON})
    for name, day in changed.items():
        setattr(held, name, day)
    held.full_clean()
    again = held.closed_at is not None and held.closes_on >= day_of(at)
    if again:
        held.closed_at = None
    held.save(update_fields=[*DATES, "closed_at"])
    # « à rendre le » has its article already; « ouverture » and « clôture » have not.
    said = [f"{label_of(name).removesuffix(' le')} le {day_in_words(day)}" for name, day in changed.items()]
    text = f"{'Campagne rouverte' if again else 'Dates déplacées'}\u00a0: {', '.join(said)}. {reason.strip()}"
    act = note(held, text=text, at=at, actor=actor)
    told = {name: [before[name].isoformat(), day.isoformat()] for name, day in changed.items()}
    record(verb="bilans.move", target=held, actor=actor, changes=told)
    if held.running and {"due_on", "closes_on"} & changed.keys() and act is not None:
        telling.tell_moved(held, awaited(held), key=f"moved:{act.pk}", reason=reason.strip())
    _follow(campaign, held)
    return act


@transaction.atomic
def settle(campaign: Campaign, *, values: Mapping[str, Any], at: dt.datetime, actor: Actor) -> CampaignAct | None:
    """The days of the reminders, the variation to explain, the opening words: what changes nobody's date."""
    held = locked(campaign)
    before = {name: getattr(held, name) for name in SETTLED if name in values}
    changed = {name: [before[name], values[name]] for name in before if before[name] != values[name]}
    if not changed:
        return None
    for name, (_, after) in changed.items():
        setattr(held, name, after)
    held.full_clean()
    held.save(update_fields=list(changed))
    record(verb="bilans.settle", target=held, actor=actor, changes=changed)
    labels = ", ".join(label_of(name) for name in changed)
    return note(held, text=f"Réglages changés\u00a0: {labels}.", at=at, actor=actor)


def check_days(campaign: Campaign, days: Mapping[str, dt.date], *, at: dt.datetime) -> None:
    """Raise `ValidationError`, by column, for a day in the past or a step already done; and for days out of order."""
    wrong = {}
    for name, day in days.items():
        if name == "opens_on" and campaign.opened_at is not None:
            wrong[name] = OPENED
        elif day < day_of(at):
            wrong[name] = PAST
    if wrong:
        raise ValidationError(wrong)
    held = Campaign(pk=campaign.pk, year=campaign.year, **{n: days.get(n, getattr(campaign, n)) for n in DATES})
    held.validate_constraints()


def label_of(name: str) -> str:
    """What a date of a campaign is called."""
    return str(Campaign._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def awaited(campaign: Campaign) -> list[Bilan]:
    """The bilans that are still to submit, of the subjects that have not left; the Region's own comes after them."""
    rows = campaign.bilans.filter(state__in=Bilan.WRITABLE).exclude(kind=Kind.REGION).exclude(kinds.left())
    return list(rows.select_related("campaign", "organisation", "agency", "platform").order_by("kind", "name", "pk"))


def locked(campaign: Campaign) -> Campaign:
    """The campaign as it is now, its row held until the end of the transaction."""
    return Campaign.objects.select_for_update().get(pk=campaign.pk)


def _follow(campaign: Campaign, held: Campaign) -> None:
    """The object that the caller has says what was written."""
    for name in (*DATES, "opened_at", "closed_at"):
        setattr(campaign, name, getattr(held, name))


def _tell_region_opened(campaign: Campaign, made: list[Bilan]) -> None:
    """With those that nobody may fill: no account, no mandate."""
    from bilans.addressees import fillers

    known = Value.objects.filter(bilan__campaign=campaign, amount__isnull=False).count()
    people = fillers(made)
    orphans = [bilan.name for bilan in made if not people[bilan.pk]]
    lines = [f"{_counted(len(made))} à remplir pour le {day_in_words(campaign.due_on)}."]
    if known:
        lines.append(f"Le portail y a déjà écrit {known} chiffres, que chacun vérifie.")
    if orphans:
        lines.append(f"Personne n’a de compte pour remplir {_counted(len(orphans))}\u00a0: {', '.join(orphans)}.")
    telling.tell_region(campaign, key="opened", title=f"Les bilans {campaign.year} sont ouverts", lines=lines)


def _accepted(states: list[str]) -> str:
    count = states.count("accepted")
    return f"{count or 'aucun'} accepté{'s' * (count > 1)}"


def _counted(count: int) -> str:
    return f"{count} bilan{'s' if count > 1 else ''}"
