"""Campaigns: a year whose dates come from the rules of the region, moved with a trace (R4, R9, R12, R13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.journal import Actor, record
from core.values import day_in_words
from members.models import Charter
from recognition import rulebook
from recognition.addressees import tell_organisation
from recognition.clock import day_of, morning_of
from recognition.deadlines import limit_on, window
from recognition.models import Campaign, CampaignMove, Candidature, GoverningBody, Recognition, Sitting
from recognition.services.acts import note

NO_CHARTER = "Chargez d’abord un cahier des charges\u00a0: une campagne se prépare d’après lui."
SATURDAY = 5  # as `date.weekday` counts
# The steps on which a body sits.
SITTINGS = ("council_on", "crefop_on", "commission_on")
PAST = "Cette date est passée\u00a0: une étape ne se déplace que vers aujourd’hui ou plus tard."
DONE = "Cette étape est déjà faite\u00a0: sa date ne change plus."
NO_REASON = "Dites pourquoi cette date change\u00a0: les organismes le liront."


@dataclass(frozen=True)
class StepLine:
    """A step as people read it; `moved_from` is the day first announced, when it changed since."""

    key: str
    label: str
    day: dt.date
    state: Literal["past", "today", "coming"]
    moved_from: dt.date | None


def label_of(step: str) -> str:
    """What a step of `Campaign.STEPS` is called."""
    return rulebook.KEYS[step].label


def propose(year: int) -> dict[str, dt.date]:
    """The dates of `year` as the rules of the region compute them, by step; no body sits on a Saturday nor a Sunday."""
    days = {step: rulebook.day(step, year) for step in Campaign.STEPS}
    return {step: working(day) if step in SITTINGS else day for step, day in days.items()}


def working(day: dt.date) -> dt.date:
    """`day`, or the Monday that follows it when it falls on a weekend."""
    return day + dt.timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def prepared(year: int) -> Campaign:
    """The campaign of `year`, checked and not saved. Raises `ValidationError` as `create` does."""
    charter = Charter.current()
    if charter is None:
        raise ValidationError(NO_CHARTER)
    campaign = Campaign(year=year, charter=charter, **propose(year))
    campaign.full_clean()
    return campaign


@transaction.atomic
def create(*, year: int, at: dt.datetime, actor: Actor | None) -> Campaign:
    """Write the campaign of `year`. Raises `ValidationError` (French): it exists, its dates do not follow each other,
    no cahier des charges is known."""
    campaign = prepared(year)
    campaign.created_at = at
    campaign.save()
    key = None if actor else f"campaign:{year}:created"
    days = f"dossiers du {day_in_words(campaign.opens_on)} au {day_in_words(campaign.deadline_on)}"
    text = f"Campagne {year} préparée\u00a0: {days}."
    note(kind="campaign_created", text=text, at=at, actor=actor, campaign=campaign, key=key)
    record(verb="campaign.create", target=campaign, actor=actor)
    return campaign


def campaign_of(*, year: int, at: dt.datetime) -> Campaign:
    """The campaign of `year`, made from the rules when it is missing; two people asking at once get the same."""
    found = Campaign.objects.filter(year=year).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return create(year=year, at=at, actor=None)
    except (ValidationError, IntegrityError):  # somebody made it meanwhile; anything else is still wrong
        found = Campaign.objects.filter(year=year).first()
        if found is None:
            raise
        return found


def campaign_for(on: dt.date, *, at: dt.datetime | None = None) -> Campaign:
    """The campaign a dossier begun on `on` is for: this year's until its deadline, the next year's after (R4).

    `at`: when, if one has to be made.
    """
    moment = at or morning_of(on)
    this_year = campaign_of(year=on.year, at=moment)
    return this_year if on <= this_year.deadline_on else campaign_of(year=on.year + 1, at=moment)


def campaign_to_renew(recognition: Recognition, *, at: dt.datetime) -> Campaign:
    """The campaign that a renewal of it joins: that of its window, whatever the day on which it is begun (R9)."""
    return campaign_of(year=window(recognition).year, at=at)


def timeline(campaign: Campaign, *, on: dt.date) -> list[StepLine]:
    """The steps of the year in order, seen from `on`."""
    first: dict[str, dt.date] = {}
    for move in campaign.moves.order_by("moved_at", "pk"):
        first.setdefault(move.step, move.before)
    lines = []
    for step in Campaign.STEPS:
        day: dt.date = getattr(campaign, step)
        moved = first.get(step)
        state: Literal["past", "today", "coming"] = "today" if day == on else "past" if day < on else "coming"
        lines.append(StepLine(step, label_of(step), day, state, moved if moved != day else None))
    return lines


# --- Dates that change


def body_of(step: str) -> GoverningBody | None:
    """The body that meets at this step: opinion bodies in their order, then the one that decides."""
    bodies = GoverningBody.objects.all()
    if step == "commission_on":
        return bodies.filter(kind=GoverningBody.Kind.DECISION).first()
    turn = {"council_on": 0, "crefop_on": 1}.get(step)
    opinions = list(bodies.filter(kind=GoverningBody.Kind.OPINION))
    return opinions[turn] if turn is not None and turn < len(opinions) else None


def elsewhere(sitting: Sitting) -> tuple[str, dt.date] | None:
    """The step of its campaign that `sitting` is for and its day there, when no sitting of this body is on that day."""
    campaign = sitting.campaign
    step = next((step for step in SITTINGS if body_of(step) == sitting.body), None)
    if campaign is None or step is None:
        return None
    day: dt.date = getattr(campaign, step)
    on_the_day = Sitting.objects.filter(campaign=campaign, body=sitting.body, held_on=day)
    return None if day == sitting.held_on or on_the_day.exists() or done(campaign, step) else (step, day)


def done(campaign: Campaign, step: str) -> bool:
    """Whether what the step is for has happened: opened, closed, or its body has met and closed its minutes."""
    if step == "opens_on":
        return campaign.opened_at is not None
    if step == "deadline_on":
        return campaign.closed_at is not None
    body = body_of(step)
    return body is not None and Sitting.objects.filter(campaign=campaign, body=body, closed_at__isnull=False).exists()


def check_moves(campaign: Campaign, days: Mapping[str, dt.date], *, at: dt.datetime) -> None:
    """Raise `ValidationError`, by step, for a day in the past or a step already done; and for days out of order."""
    wrong = {}
    for step, day in days.items():
        if step not in Campaign.STEPS:
            raise ValidationError(f"Étape inconnue\u00a0: {step}.")
        if done(campaign, step):
            wrong[step] = DONE
        elif day < day_of(at):
            wrong[step] = PAST
    if wrong:
        raise ValidationError(wrong)
    before = {step: getattr(campaign, step) for step in days}
    try:
        for step, day in days.items():
            setattr(campaign, step, day)
        campaign.validate_constraints()
    finally:
        for step, day in before.items():
            setattr(campaign, step, day)


@transaction.atomic
def move_steps(
    *, campaign: Campaign, days: Mapping[str, dt.date], reason: str, at: dt.datetime, actor: Actor
) -> list[CampaignMove]:
    """Put steps at other days, all or none; each leaves its trace, and those who prepare a dossier are told.

    Raises `ValidationError` (French): no reason, a day in the past, a step already done, days out of order.
    """
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    days = {step: day for step, day in days.items() if getattr(held, step, None) != day}
    if not days:
        return []
    if not reason.strip():
        raise ValidationError(NO_REASON)
    check_moves(held, days, at=at)
    moves = [_trace(held, step, day, reason=reason.strip(), at=at, actor=actor) for step, day in days.items()]
    for step, day in days.items():
        setattr(held, step, day)
        setattr(campaign, step, day)
    held.save(update_fields=list(days))
    said = {step: [move.before.isoformat(), move.after.isoformat()] for step, move in zip(days, moves, strict=True)}
    record(verb="campaign.move", target=held, actor=actor, changes=said)
    _tell_those_who_prepare(held, [move for move in moves if move.step in {"opens_on", "deadline_on"}])
    return moves


def move_step(
    *, campaign: Campaign, step: str, day: dt.date, reason: str, at: dt.datetime, actor: Actor
) -> CampaignMove | None:
    """As `move_steps`, for one; None when it stands on that day already."""
    moves = move_steps(campaign=campaign, days={step: day}, reason=reason, at=at, actor=actor)
    return moves[0] if moves else None


def _trace(campaign: Campaign, step: str, day: dt.date, *, reason: str, at: dt.datetime, actor: Actor) -> CampaignMove:
    move = CampaignMove.objects.create(
        campaign=campaign, step=step, before=getattr(campaign, step), after=day, reason=reason[:400], moved_at=at,
        actor_label=actor.journal_label[:200],
    )  # fmt: skip
    text = f"{label_of(step)}\u00a0: le {day_in_words(day)} au lieu du {day_in_words(move.before)}. {reason}"
    note(kind="campaign_moved", text=text, at=at, actor=actor, campaign=campaign)
    return move


def _tell_those_who_prepare(campaign: Campaign, moves: list[CampaignMove]) -> None:
    for move in moves:
        drafts = campaign.candidatures.filter(state=Candidature.State.DRAFT).select_related("organisation", "renews")
        for candidature in drafts:
            candidature.campaign = campaign
            tell_organisation(
                key=f"campaign-moved:{move.pk}:{candidature.pk}", candidature=candidature,
                template="recognition_moved",
                context={
                    "campaign": campaign, "step": label_of(move.step), "before": day_in_words(move.before),
                    "after": day_in_words(move.after), "reason": move.reason,
                    "limit": day_in_words(limit_on(candidature)),
                },
            )  # fmt: skip
