"""Referral (*saisine*) of each body in its turn, and what is told to the Region when a step is late (R6, R7, R12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from core.values import day_in_words
from recognition import rulebook
from recognition.addressees import tell_region
from recognition.models import Act, Campaign, Candidature, Decision, GoverningBody, Opinion, Sitting
from recognition.services.acts import note
from recognition.services.agenda import before, fill_agenda
from recognition.services.campaigns import body_of, label_of
from recognition.services.desk_links import campaign_at_desk, sittings_at_desk

State = Candidature.State
# The step of each body, and the one that must be past before it is asked.
TURNS = (("council_on", "complete_by_on"), ("crefop_on", "council_on"), ("commission_on", "crefop_on"))


def to_refer(on: dt.date) -> list[tuple[Campaign, GoverningBody]]:
    """The bodies to ask, by campaign: their turn has come, and dossiers wait that they were not asked about."""
    found = []
    for campaign in _with(on, State.READY):
        for step, former in TURNS:
            body = body_of(step)
            if body and getattr(campaign, former) < on and waiting_for(campaign, body).exists():
                found.append((campaign, body))
    return found


def _with(on: dt.date, *states: str) -> QuerySet[Campaign]:
    """The closed campaigns that still have a dossier in one of `states`; older than two years, they are over."""
    left = Candidature.objects.filter(campaign=OuterRef("pk"), state__in=states)
    rows = Campaign.objects.filter(closed_at__isnull=False, notify_by_on__gte=on - dt.timedelta(days=730))
    return rows.filter(Exists(left)).order_by("year")


def waiting_for(campaign: Campaign, body: GoverningBody) -> QuerySet[Candidature]:
    """The ready dossiers of the campaign that are this body's to examine and that it was not asked about."""
    said = Opinion.objects.filter(candidature=OuterRef("pk"))
    rows = campaign.candidatures.filter(state=State.READY).exclude(Exists(said.filter(body=body)))
    for former in before(body):
        rows = rows.filter(Exists(said.filter(body=former)))
    key = Concat(Value("referral:"), Cast(OuterRef("pk"), CharField()), Value(f":{body.slug}"))
    return rows.exclude(Exists(Act.objects.filter(key=key)))


@transaction.atomic
def refer(*, campaign: Campaign, body: GoverningBody, on: dt.date, at: dt.datetime) -> None:
    """Ask the body about each dossier that waits: on each timeline, on the agenda of its next sitting, by mail."""
    sitting = _next_sitting(campaign, body, on)  # held before the dossiers, as everywhere: nobody waits in a circle
    rows = waiting_for(campaign, body).select_for_update(of=("self",)).select_related("organisation")
    asked = [dossier for dossier in rows.order_by("organisation__sort_key", "pk") if _ask(dossier, body, at)]
    if not asked:
        return
    if sitting is not None:
        fill_agenda(sitting=sitting, at=at, actor=None)
    many = f"{len(asked)} dossiers" if len(asked) > 1 else "1 dossier"
    key = f"referral:{campaign.year}:{body.slug}:{on:%Y-%m-%d}"
    note(kind="referral", text=f"Saisine\u00a0: {body}, {many}.", at=at, campaign=campaign, key=key)
    tell_region(
        key=key, template="recognition_referral",
        context={
            "body": body, "campaign": campaign, "count": len(asked), "dossiers": [str(d.organisation) for d in asked],
            "held_on": day_in_words(sitting.held_on) if sitting else "", "url": sittings_at_desk(),
        },
    )  # fmt: skip


def _ask(dossier: Candidature, body: GoverningBody, at: dt.datetime) -> bool:
    verb = "Saisine pour décision" if body.kind == GoverningBody.Kind.DECISION else "Saisine pour avis"
    key = f"referral:{dossier.pk}:{body.slug}"
    return note(kind="referral", text=f"{verb}\u00a0: {body}.", at=at, candidature=dossier, key=key) is not None


def _next_sitting(campaign: Campaign, body: GoverningBody, on: dt.date) -> Sitting | None:
    rows = Sitting.objects.select_for_update(of=("self",)).filter(body=body, held_on__gte=on, closed_at=None)
    return rows.filter(Q(campaign=campaign) | Q(campaign=None)).order_by("held_on").first()


# --- Steps that are late


_NOT_READY: set[str] = {State.DEPOSITED, State.INCOMPLETE, State.COMPLETE}


def _not_ready(campaign: Campaign) -> QuerySet[Candidature]:
    return campaign.candidatures.filter(state__in=_NOT_READY)


def _waits_for(step: str) -> Callable[[Campaign], QuerySet[Candidature]]:
    """The ready dossiers whose turn it is at this step: asked of those before, not yet of this one."""

    def rows(campaign: Campaign) -> QuerySet[Candidature]:
        body = body_of(step)
        said = Opinion.objects.filter(candidature=OuterRef("pk"))
        ready = campaign.candidatures.filter(state=State.READY)
        if body is None:
            return ready.none()
        for former in before(body):
            ready = ready.filter(Exists(said.filter(body=former)))
        return ready.exclude(Exists(said.filter(body=body)))

    return rows


def _not_notified(campaign: Campaign) -> QuerySet[Candidature]:
    told = Decision.objects.filter(
        candidature=OuterRef("pk"), kind__in=Decision.OF_CANDIDATURE, followed_by=None, letters__isnull=False
    )
    return campaign.candidatures.filter(state__in=Candidature.DECIDED).exclude(Exists(told))


# What should be done once each step is past: the dossiers still there, the states they are in, how to say it.
LATE: dict[str, tuple[Callable[[Campaign], QuerySet[Candidature]], set[str], str]] = {
    "complete_by_on": (_not_ready, _NOT_READY, "[dossier n’est pas prêt|dossiers ne sont pas prêts] pour avis"),
    "council_on": (_waits_for("council_on"), {State.READY}, "[dossier attend|dossiers attendent] un premier avis"),
    "crefop_on": (_waits_for("crefop_on"), {State.READY}, "[dossier attend|dossiers attendent] un second avis"),
    "commission_on": (_waits_for("commission_on"), {State.READY}, "[dossier attend|dossiers attendent] une décision"),
    "notify_by_on": (
        _not_notified, set(Candidature.DECIDED), "[décision n’est pas notifiée|décisions ne sont pas notifiées]"
    ),
}  # fmt: skip


def late_steps(on: dt.date) -> list[tuple[Campaign, str, int]]:
    """`(campaign, step, week)` of the steps past for `late_step_days` or a multiple of it, and still not done.

    `week` counts these periods; one missed is not sent after the next one is due.
    """
    every = rulebook.number("late_step_days")
    found = []
    for campaign in _with(on, *Candidature.EXAMINED, *Candidature.DECIDED):
        left = set(campaign.candidatures.values_list("state", flat=True).distinct())
        for step, (rows, states, _) in LATE.items():
            week = (on - getattr(campaign, step)).days // every
            if week >= 1 and left & states and rows(campaign).exists():
                found.append((campaign, step, week))
    done = set(Act.objects.filter(key__in=[_late_key(*line) for line in found]).values_list("key", flat=True))
    return [line for line in found if _late_key(*line) not in done]


def _late_key(campaign: Campaign, step: str, week: int) -> str:
    return f"late:{campaign.year}:{step}:{getattr(campaign, step):%Y-%m-%d}:{week}"


@transaction.atomic
def tell_late(*, campaign: Campaign, step: str, week: int, at: dt.datetime) -> None:
    """Tell the Region what still waits at a step whose day is past."""
    rows, _, words = LATE[step]
    count = rows(campaign).count()
    counted, _, rest = words.partition("]")
    said = f"{count} {counted[1:].split('|')[count > 1]}{rest}"
    day = day_in_words(getattr(campaign, step))
    key = _late_key(campaign, step, week)
    text = f"Étape en retard\u00a0: {label_of(step)} ({day}), {said}."
    if note(kind="late_step", text=text, at=at, campaign=campaign, shown=False, key=key) is None:
        return
    tell_region(
        key=key, template="recognition_late",
        context={"campaign": campaign, "step": label_of(step), "day": day, "said": said,
                 "days": week * rulebook.number("late_step_days"), "url": campaign_at_desk(campaign)},
    )  # fmt: skip
