"""The agenda of a sitting: which dossiers a body may examine now, put on it, taken off it, who leaves for one (R6, T4).

A sitting is always locked before a dossier: two officers at once never wait for each other.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from core.journal import Actor, record
from core.values import day_in_words
from recognition.clock import day_of, end_of
from recognition.models import AgendaItem, Candidature, GoverningBody, Opinion, Recusal, Sitting
from recognition.services.acts import note
from recognition.services.transitions import locked
from recognition.services.votes import check_total

READY = Candidature.State.READY
CLOSED = "Le compte rendu de cette séance est arrêté\u00a0: rien n’y change plus."
NOT_ON_AGENDA = "Ce dossier n’est pas à l’ordre du jour de cette séance."


def held(sitting: Sitting) -> Sitting:
    """The sitting as it stands, its row held. Raises `ValidationError` once its minutes are closed (R13)."""
    found = Sitting.objects.select_for_update(of=("self",)).select_related("body", "campaign").get(pk=sitting.pk)
    if found.closed_at is not None:
        raise ValidationError(CLOSED)
    return found


def named(sitting: Sitting) -> str:
    """« Conseil d’Orientation, séance du 20 septembre 2027 »."""
    return f"{sitting.body.short_name}, séance du {day_in_words(sitting.held_on)}"


def before(body: GoverningBody) -> QuerySet[GoverningBody]:
    """The bodies that speak before this one, in their order: all of those that give an opinion, for the one that
    decides (R6, R7)."""
    bodies = GoverningBody.objects.filter(kind=GoverningBody.Kind.OPINION)
    return bodies if body.kind == GoverningBody.Kind.DECISION else bodies.filter(order__lt=body.order)


def awaiting(body: GoverningBody, *, by: dt.date | None = None) -> QuerySet[Candidature]:
    """The ready dossiers that `body` can take, on the agenda of none of its open sittings.

    The bodies before it have given their opinion on them, on `by` at the latest when it is given.
    """
    said = Opinion.objects.filter(candidature=OuterRef("pk"))
    rows = Candidature.objects.filter(state=READY).filter(~Exists(said.filter(body=body)))
    for former in before(body):
        theirs = said.filter(body=former)
        rows = rows.filter(Exists(theirs.filter(sitting__held_on__lte=by) if by else theirs))
    planned = AgendaItem.objects.filter(
        candidature=OuterRef("pk"), sitting__body=body, sitting__closed_at=None
    )  # fmt: skip
    if by is not None:
        rows = rows.filter(Q(ready_at=None) | Q(ready_at__lt=end_of(by)))
    return rows.filter(~Exists(planned))


def candidates_for(sitting: Sitting) -> QuerySet[Candidature]:
    """What `fill_agenda` would put on it: of its campaign or an earlier one, and renewals whatever theirs (R9)."""
    rows = awaiting(sitting.body, by=sitting.held_on)
    if sitting.campaign is not None:
        of_this_year = Q(campaign__year__lte=sitting.campaign.year)
        rows = rows.filter(of_this_year | Q(kind=Candidature.Kind.RENEWAL))
    return rows.select_related("organisation", "campaign").order_by("organisation__sort_key", "pk")


@transaction.atomic
def fill_agenda(*, sitting: Sitting, at: dt.datetime, actor: Actor | None) -> list[AgendaItem]:
    """Put every dossier that waits for this body on its agenda; again changes nothing. The lines that were added."""
    mine = held(sitting)
    chosen = list(candidates_for(mine).select_for_update(of=("self",)).values_list("pk", flat=True))
    return [_add(mine, dossier, at, actor) for dossier in candidates_for(mine).filter(pk__in=chosen)]


@transaction.atomic
def put_on_agenda(*, sitting: Sitting, candidature: Candidature, at: dt.datetime, actor: Actor | None) -> AgendaItem:
    """One dossier more. Raises `ValidationError` saying why when this body cannot take it."""
    mine = held(sitting)
    dossier = locked(candidature, Candidature.State.values)
    reason = why_not(mine, dossier)
    if reason:
        raise ValidationError({"candidature": reason})
    return _add(mine, dossier, at, actor)


def why_not(sitting: Sitting, dossier: Candidature) -> str:
    """Why `sitting` cannot examine `dossier`, in one sentence; empty when it can."""
    again = dossier.state == Candidature.State.REFUSED and sitting.body.kind == GoverningBody.Kind.DECISION
    if dossier.state != READY and not again:
        return f"Ce dossier n’est pas prêt pour avis (état\u00a0: {dossier.get_state_display().lower()})."
    given = dossier.opinions.filter(body=sitting.body).select_related("sitting").first()
    if given is not None:
        return f"Cette instance a déjà donné son avis le {day_in_words(given.sitting.held_on)}."
    missing = missing_before(sitting, dossier)
    if missing:
        return f"Il manque d’abord l’avis de\u00a0: {', '.join(missing)}."
    return before_ready(sitting.held_on, dossier) or _elsewhere(sitting, dossier)


def _elsewhere(sitting: Sitting, dossier: Candidature) -> str:
    other = dossier.agenda_items.filter(sitting__body=sitting.body, sitting__closed_at=None).first()
    if other is None:
        return ""
    if other.sitting_id == sitting.pk:
        return "Ce dossier est déjà à l’ordre du jour."
    return f"Ce dossier est à l’ordre du jour de la séance du {day_in_words(other.sitting.held_on)}."


def before_ready(held_on: dt.date, dossier: Candidature) -> str:
    """Why a sitting of that day could not have examined `dossier`, in one sentence; empty when it could (R5, R6)."""
    since = dossier.ready_at or dossier.deposited_at
    if since is None or day_of(since) <= held_on:
        return ""
    day, ready = day_in_words(held_on), day_in_words(day_of(since))
    return f"Le {day}, le dossier n’était pas prêt\u00a0: il l’est depuis le {ready}."


def missing_before(sitting: Sitting, dossier: Candidature) -> list[str]:
    """The bodies whose opinion this one needs first, and that gave none by the day of the sitting (R6)."""
    said = Opinion.objects.filter(candidature=dossier, sitting__held_on__lte=sitting.held_on).values("body")
    return list(before(sitting.body).exclude(pk__in=said).values_list("short_name", flat=True))


def _add(sitting: Sitting, dossier: Candidature, at: dt.datetime, actor: Actor | None) -> AgendaItem:
    last = sitting.items.aggregate(last=Max("order"))["last"] or 0
    item = AgendaItem.objects.create(sitting=sitting, candidature=dossier, order=last + 1)
    note(kind="agenda", text=f"À l’ordre du jour\u00a0: {named(sitting)}", at=at, actor=actor, candidature=dossier)
    record(verb="sitting.agenda", target=dossier, actor=actor, changes={"séance": [None, str(sitting)]})
    return item


@transaction.atomic
def take_off(*, sitting: Sitting, candidature: Candidature, at: dt.datetime, actor: Actor | None) -> None:
    """Take a dossier off the agenda; it waits for the next sitting. Raises `ValidationError` once it was spoken of."""
    mine = held(sitting)
    dossier = locked(candidature, Candidature.State.values)
    item = on_agenda(mine, dossier)
    if mine.opinions.filter(candidature=dossier).exists():
        raise ValidationError("Un avis est saisi pour ce dossier\u00a0: effacez-le d’abord.")
    if mine.decisions.filter(candidature=dossier).exists():
        raise ValidationError("La décision est prise dans cette séance\u00a0: le dossier reste à son ordre du jour.")
    mine.recusals.filter(candidature=dossier).delete()
    item.delete()
    note(kind="agenda", text=f"Retiré de l’ordre du jour\u00a0: {named(mine)}", at=at, actor=actor, candidature=dossier)
    record(verb="sitting.remove", target=dossier, actor=actor, changes={"séance": [str(mine), None]})


@transaction.atomic
def leave_agendas(
    *, candidature: Candidature, at: dt.datetime, actor: Actor | None, spoken_stays: bool = False
) -> None:
    """Take a dossier off every open agenda. Where it was spoken of, raises `ValidationError`, or leaves it there with
    what was said (`spoken_stays`)."""
    planned = Sitting.objects.filter(items__candidature=candidature, closed_at=None).order_by("pk")
    if spoken_stays:
        planned = planned.exclude(opinions__candidature=candidature)
    for sitting in planned:
        take_off(sitting=sitting, candidature=candidature, at=at, actor=actor)


@transaction.atomic
def raise_item(*, sitting: Sitting, candidature: Candidature, actor: Actor | None) -> None:
    """Examine a dossier before the one that precedes it; the first stays first."""
    mine = held(sitting)
    item = on_agenda(mine, candidature)
    above = mine.items.filter(order__lt=item.order).order_by("-order").first()
    if above is None:
        return
    AgendaItem.objects.filter(pk=item.pk).update(order=above.order)
    AgendaItem.objects.filter(pk=above.pk).update(order=item.order)
    record(verb="sitting.change", target=mine, actor=actor)


def on_agenda(sitting: Sitting, dossier: Candidature) -> AgendaItem:
    """Its line of the agenda. Raises `ValidationError` when there is none."""
    item = sitting.items.filter(candidature=dossier).first()
    if item is None:
        raise ValidationError(NOT_ON_AGENDA)
    return item


@transaction.atomic
def recuse(
    *, sitting: Sitting, candidature: Candidature, person: str, organisation_name: str = "", reason: str,
    at: dt.datetime, actor: Actor | None,
) -> Recusal:  # fmt: skip
    """Somebody leaves while this dossier is examined. Nobody's name goes to the journal nor to the timeline.

    Raises `ValidationError` for an empty name or reason, one told twice, or votes too many for those who stay.
    """
    mine = held(sitting)
    on_agenda(mine, candidature)
    said = {"person": " ".join(person.split()), "reason": reason.strip()}
    empty = {"person": "Dites qui se déporte.", "reason": "Dites pour quelle raison."}
    if not all(said.values()):
        raise ValidationError({name: empty[name] for name, value in said.items() if not value})
    if mine.recusals.filter(candidature=candidature, person__iexact=said["person"]).exists():
        raise ValidationError({"person": "Ce déport est déjà noté."})
    made = Recusal.objects.create(
        sitting=mine, candidature=candidature, organisation_name=organisation_name.strip(), **said
    )
    check_total(mine, candidature, field="person")
    note(
        kind="recusal", text=f"Un membre s’est déporté\u00a0: {named(mine)}", at=at, actor=actor,
        candidature=candidature, shown=False,
    )  # fmt: skip
    record(verb="sitting.recuse", target=candidature, actor=actor, changes={"séance": [None, str(mine)]})
    return made


@transaction.atomic
def unrecuse(*, recusal: Recusal, at: dt.datetime, actor: Actor | None) -> None:
    """Take back a recusal noted by mistake."""
    mine = held(recusal.sitting)
    Recusal.objects.filter(pk=recusal.pk, sitting=mine).delete()
    note(
        kind="recusal", text=f"Un déport noté par erreur est effacé\u00a0: {named(mine)}", at=at, actor=actor,
        candidature=recusal.candidature, shown=False,
    )  # fmt: skip
    record(verb="sitting.unrecuse", target=recusal.candidature, actor=actor, changes={"séance": [str(mine), None]})
