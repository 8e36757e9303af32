"""The decisions of the body that decides: taken once on a dossier, never edited, followed by another (R7, R8, R13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from core.journal import Actor, record
from core.values import day_in_words
from members.models import Organisation, Plan
from recognition.models import OWED, Assessment, Candidature, Decision, GoverningBody, Opinion, Recognition, Sitting
from recognition.services.acts import note
from recognition.services.agenda import NOT_ON_AGENDA, READY
from recognition.services.opinions import check_held
from recognition.services.plans import NoPlan, PlanChoice, plan_for
from recognition.services.transitions import locked, move

__all__ = ["Choice", "NoPlan", "PlanChoice", "Refused", "against", "current", "decide", "decide_all", "follow", "lacks",
           "plan_for"]  # fmt: skip

Kind = Decision.Kind
STATES = {Kind.GRANT: Candidature.State.GRANTED, Kind.REFUSAL: Candidature.State.REFUSED}
_SAID = {Kind.GRANT: "Décision de reconnaissance", Kind.REFUSAL: "Décision de refus"}


@dataclass(frozen=True)
class Choice:
    """What is decided of one dossier among several of a deliberation."""

    candidature: Candidature
    kind: str
    grounds: str = ""


class Refused(Exception):  # noqa: N818 (it is what happened, as `Conflict` is)
    """Nothing was decided: `errors` says why, by primary key of dossier."""

    def __init__(self, errors: dict[int, ValidationError]) -> None:
        super().__init__("nothing was decided")
        self.errors = errors


def current(candidature: Candidature) -> Decision | None:
    """The decision that stands on a dossier: the last of its chain (R13)."""
    return (
        Decision.objects.filter(candidature=candidature, kind__in=Decision.OF_CANDIDATURE, followed_by=None)
        .order_by("-pk")
        .first()
    )


def against(dossier: Candidature) -> list[str]:
    """What speaks against a grant: the criteria that are not met, the unfavourable opinions. Two queries.

    Nothing forbids it: the body that decides says then on what grounds.
    """
    unmet = Assessment.objects.filter(candidature=dossier, level=Assessment.Level.UNMET)
    found = []
    if count := unmet.values("criterion").distinct().count():
        found.append(f"{count} critère{'s' if count > 1 else ''} non atteint{'s' if count > 1 else ''}")
    said = Opinion.objects.filter(candidature=dossier, value=Opinion.Value.UNFAVOURABLE).select_related("body")
    return found + [f"avis défavorable\u00a0: {opinion.body}" for opinion in said.order_by("body__order")]


def lacks(dossier: Candidature, on: dt.date) -> list[str]:
    """What keeps a dossier from being decided on that day, body by body: an opinion, or its minutes closed (R7)."""
    given = {said.body_id: said for said in Opinion.objects.filter(candidature=dossier).select_related("sitting")}
    found = []
    for body in GoverningBody.objects.filter(kind=GoverningBody.Kind.OPINION):
        said = given.get(body.pk)
        if said is None or said.sitting.held_on > on:
            found.append(f"il manque l’avis de\u00a0: {body}")
        elif said.sitting.closed_at is None:
            day = day_in_words(said.sitting.held_on)
            found.append(f"le compte rendu de la séance du {day} ({body}) n’est pas arrêté")
    return found


@transaction.atomic
def decide(
    *, candidature: Candidature, kind: str, sitting: Sitting, deliberation_number: str, grounds: str = "",
    signatory: str, signatory_title: str, at: dt.datetime, actor: Actor | None,
) -> Decision:  # fmt: skip
    """Decide a ready dossier in a sitting of the body that decides, dated of that sitting.

    Raises `ValidationError`, by field where there is one: sitting to come or of another body, dossier not on its
    agenda or no longer ready, an opinion missing or whose minutes are open (R7), a refusal without grounds (R14), or a
    grant without them over what speaks `against` it, a deliberation not named or signed, and for a grant: no plan left
    (R8), a member by right (R1), a site without one of the three services (R2).
    """
    signed = _signed(deliberation_number, signatory, signatory_title)
    place = _deciding(sitting, at)
    dossier = locked(candidature, (READY,))
    if not place.items.filter(candidature=dossier).exists():
        raise ValidationError(NOT_ON_AGENDA)
    missing = lacks(dossier, place.held_on)
    if missing:
        raise ValidationError(f"Pas de décision sans les avis\u00a0: {' ; '.join(missing)}.")
    grounds = _grounds(dossier, kind, grounds)
    made = Decision.objects.create(
        kind=kind, candidature=dossier, sitting=place, decided_on=place.held_on, grounds=grounds, recorded_at=at,
        plan=_plan(dossier, kind, place.held_on), actor_label=actor.journal_label if actor else "", **signed,
    )  # fmt: skip
    move(
        dossier, STATES[Kind(kind)], kind="decision", text=_told(made, place), at=at, actor=actor, shown=False,
        ended_at=at,
    )  # fmt: skip
    record(verb="decision.take", target=made, actor=actor, changes={"kind": [None, kind]})
    return made


def decide_all(
    *, choices: Sequence[Choice], sitting: Sitting, deliberation_number: str, signatory: str, signatory_title: str,
    at: dt.datetime, actor: Actor | None,
) -> list[Decision]:  # fmt: skip
    """Several dossiers by one deliberation: all of them, or none. Raises `Refused` with every reason at once."""
    made: list[Decision] = []
    errors: dict[int, ValidationError] = {}
    with transaction.atomic():
        for choice in sorted(choices, key=lambda choice: choice.candidature.pk):
            try:
                made.append(decide(
                    candidature=choice.candidature, kind=choice.kind, grounds=choice.grounds, sitting=sitting,
                    deliberation_number=deliberation_number, signatory=signatory, signatory_title=signatory_title,
                    at=at, actor=actor,
                ))  # fmt: skip
            except ValidationError as error:
                errors[choice.candidature.pk] = error
        if errors:
            transaction.set_rollback(True)
    if errors:
        raise Refused(errors)
    return made


@transaction.atomic
def follow(
    *, decision: Decision, kind: str, sitting: Sitting, deliberation_number: str, grounds: str = "", signatory: str,
    signatory_title: str, at: dt.datetime, actor: Actor | None,
) -> Decision:  # fmt: skip
    """Another decision in the place of one on a dossier: a correction, or a refusal taken back. The first stays as it
    was (R13).

    Raises `ValidationError`: a decision already followed or on a recognition, a sitting before the first decision, a
    grant that was notified and would become a refusal (it ends by a withdrawal or a repeal, R10), and what `decide`
    asks.
    """
    signed = _signed(deliberation_number, signatory, signatory_title)
    place = _deciding(sitting, at)
    first = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if first.kind not in Decision.OF_CANDIDATURE or first.candidature is None:
        raise ValidationError("Cette décision porte sur une reconnaissance\u00a0: elle se corrige sur sa fiche.")
    dossier = locked(first.candidature, Candidature.DECIDED)
    if Decision.objects.filter(follows=first).exists():
        raise ValidationError("Une autre décision a déjà pris la suite de celle-ci\u00a0: rechargez la page.")
    if place.held_on < first.decided_on:
        raise ValidationError({"sitting": "Cette séance est antérieure à la première décision."})
    if kind == Kind.REFUSAL and Recognition.objects.filter(candidature=dossier).exists():
        raise ValidationError({
            "kind": "La reconnaissance est notifiée\u00a0: elle ne prend fin que par un retrait ou une abrogation, "
            "après une procédure contradictoire."
        })  # fmt: skip
    grounds = _grounds(dossier, kind, grounds)
    if kind != first.kind:
        _check_turn(dossier, place)
    holds = kind == first.kind and first.plan is not None and first.plan.ends_on >= place.held_on
    plan = first.plan if holds else _plan(dossier, kind, place.held_on)
    made = Decision.objects.create(
        kind=kind, candidature=dossier, sitting=place, decided_on=place.held_on, grounds=grounds, recorded_at=at,
        plan=plan, follows=first, actor_label=actor.journal_label if actor else "", **signed,
    )  # fmt: skip
    text = f"{_told(made, place)}, à la suite de la décision n°\u00a0{first.deliberation_number}"
    _carry(dossier, made, text, at, actor)
    record(verb="decision.follow", target=made, actor=actor, changes={"kind": [first.kind, kind]})
    return made


def _carry(dossier: Candidature, made: Decision, text: str, at: dt.datetime, actor: Actor | None) -> None:
    state = STATES[Kind(made.kind)]
    if dossier.state != state:
        move(dossier, state, kind="decision", text=text[:400], at=at, actor=actor, shown=False, ended_at=at)
        return
    note(kind="decision", text=text[:400], at=at, actor=actor, candidature=dossier, shown=False)


def _deciding(sitting: Sitting, at: dt.datetime) -> Sitting:
    """The sitting, its row held, once it was held by a body that decides."""
    place = Sitting.objects.select_for_update(of=("self",)).select_related("body").get(pk=sitting.pk)
    if place.body.kind != GoverningBody.Kind.DECISION:
        raise ValidationError({"sitting": f"Cette instance ne décide pas\u00a0: {place.body}."})
    check_held(place, at)
    return place


def _signed(deliberation_number: str, signatory: str, signatory_title: str) -> dict[str, str]:
    """The three things that make a decision opposable (R14), trimmed."""
    asked = {
        "deliberation_number": (deliberation_number, "Donnez le numéro de la délibération."),
        "signatory": (signatory, "Donnez la ou le signataire."),
        "signatory_title": (signatory_title, "Donnez la qualité de la ou du signataire."),
    }
    empty = {name: message for name, (value, message) in asked.items() if not value.strip()}
    if empty:
        raise ValidationError(empty)
    return {name: value.strip() for name, (value, _) in asked.items()}


def _check_turn(dossier: Candidature, place: Sitting) -> None:
    """A refusal that becomes a grant, or the reverse, is examined again: on the agenda, by the opinions that it has."""
    if not place.items.filter(candidature=dossier).exists():
        raise ValidationError({"sitting": NOT_ON_AGENDA})
    if missing := lacks(dossier, place.held_on):
        raise ValidationError(f"Pas de décision sans les avis\u00a0: {' ; '.join(missing)}.")
    if Candidature.objects.open().filter(organisation=dossier.organisation_id).exists():
        raise ValidationError("Cet organisme a depuis un autre dossier en cours\u00a0: c’est lui qui se décide.")


def _grounds(dossier: Candidature, kind: str, grounds: str) -> str:
    if kind not in STATES:
        raise ValidationError({"kind": "Choisissez\u00a0: reconnaissance ou refus."})
    if kind == Kind.REFUSAL and not grounds.strip():
        raise ValidationError({"grounds": "Un refus donne ses motifs\u00a0: écrivez-les."})
    if kind == Kind.GRANT and not grounds.strip() and (doubts := against(dossier)):
        raise ValidationError(
            {"grounds": f"Malgré {' et '.join(doubts)}\u00a0: écrivez pourquoi la reconnaissance est accordée."}
        )
    return grounds.strip()


def _plan(dossier: Candidature, kind: str, on: dt.date) -> Plan | None:
    """The plan of a grant, once nothing forbids it."""
    if kind != Kind.GRANT:
        return None
    if dossier.organisation.status == Organisation.Status.SIGNATORY:
        raise ValidationError({"kind": "Cet organisme est membre de droit\u00a0: il n’a pas à être reconnu."})
    sites = dossier.sites.all()
    lacking = sites.exclude(services__contains=list(OWED)).first()
    if lacking is not None or not sites.exists():
        where = f"\u00a0: {lacking}" if lacking else ""
        raise ValidationError({"kind": f"Un site n’offre pas les trois services demandés{where}."})
    renewed = dossier.renews if dossier.renews_id else None
    choice = plan_for(on, renews_until=renewed.term_on if renewed else None)
    if isinstance(choice, NoPlan):
        raise ValidationError({"kind": choice.reason})
    return choice.plan


def _told(made: Decision, sitting: Sitting) -> str:
    day = day_in_words(sitting.held_on)
    return f"{_SAID[Kind(made.kind)]} du {day}, délibération n°\u00a0{made.deliberation_number}"
