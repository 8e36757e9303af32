"""What an opinion body says of a dossier: written once the sitting was held, mended until its minutes close (R6)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from core.journal import Actor, record
from core.values import day_in_words
from recognition.clock import day_of
from recognition.models import Candidature, GoverningBody, Opinion, Sitting
from recognition.services.acts import note
from recognition.services.agenda import READY, before_ready, held, missing_before, named, on_agenda
from recognition.services.transitions import locked
from recognition.services.votes import check_total, check_votes


def check_held(sitting: Sitting, at: dt.datetime) -> None:
    """Raises `ValidationError` before the day of the sitting."""
    if day_of(at) < sitting.held_on:
        day = day_in_words(sitting.held_on)
        raise ValidationError(f"Cette séance n’a pas encore eu lieu\u00a0: elle est prévue le {day}.")


@transaction.atomic
def record_opinion(
    *, sitting: Sitting, candidature: Candidature, value: str, reasons: str, votes_for: int = 0,
    votes_against: int = 0, abstentions: int = 0, at: dt.datetime, actor: Actor | None,
) -> Opinion:  # fmt: skip
    """Write the opinion of this sitting on a dossier of its agenda, or write it anew until the minutes are closed.

    Raises `ValidationError`, by field where there is one: minutes closed, sitting to come, dossier not on the agenda
    or no longer ready, a body that speaks before this one and has not, no reasons, votes that contradict the opinion.
    """
    mine = held(sitting)
    check_held(mine, at)
    dossier = locked(candidature, (READY,))
    on_agenda(mine, dossier)
    _check_order(mine, dossier)
    reasons = reasons.strip()
    if value not in Opinion.Value.values:
        raise ValidationError({"value": "Choisissez l’avis\u00a0: favorable, réservé ou défavorable."})
    if not reasons:
        raise ValidationError({"reasons": "Donnez les motifs de l’avis."})
    check_votes(value, votes_for, votes_against, abstentions)
    opinion, created = Opinion.objects.update_or_create(
        sitting=mine, candidature=dossier, body=mine.body,
        defaults={
            "value": value, "reasons": reasons, "votes_for": votes_for, "votes_against": votes_against,
            "abstentions": abstentions, "recorded_at": at,
        },
    )  # fmt: skip
    check_total(mine, dossier)
    said = f"{'Avis saisi' if created else 'Avis corrigé'} ({opinion.get_value_display().lower()})"
    note(
        kind="opinion", text=f"{said}\u00a0: {named(mine)}", at=at, actor=actor, candidature=dossier, shown=False
    )  # fmt: skip
    record(verb="opinion.record", target=dossier, actor=actor, changes={"avis": [None, f"{mine.body}\u00a0: {value}"]})
    return opinion


def _check_order(sitting: Sitting, dossier: Candidature) -> None:
    """Each body in its order, each once (R6)."""
    if sitting.body.kind != GoverningBody.Kind.OPINION:
        raise ValidationError("Cette instance ne donne pas d’avis\u00a0: elle décide.")
    elsewhere = dossier.opinions.filter(body=sitting.body).exclude(sitting=sitting).select_related("sitting").first()
    if elsewhere is not None:
        day = day_in_words(elsewhere.sitting.held_on)
        raise ValidationError(f"Cette instance a déjà donné son avis sur ce dossier, le {day}.")
    missing = missing_before(sitting, dossier)
    if missing:
        raise ValidationError(f"Il manque d’abord l’avis de\u00a0: {', '.join(missing)}.")
    if early := before_ready(sitting.held_on, dossier):
        raise ValidationError(early)


@transaction.atomic
def remove_opinion(*, sitting: Sitting, candidature: Candidature, at: dt.datetime, actor: Actor | None) -> None:
    """Take back an opinion written on the wrong dossier, as long as no later body spoke and the minutes are open."""
    mine = held(sitting)
    dossier = locked(candidature, (READY,))
    mine_said = mine.opinions.filter(candidature=dossier).first()
    if mine_said is None:
        return
    later = dossier.opinions.filter(body__order__gt=mine.body.order).select_related("body").first()
    if later is not None:
        raise ValidationError(f"L’avis de {later.body} vient après celui-ci\u00a0: il ne peut plus être effacé.")
    value = mine_said.value
    mine_said.delete()
    note(kind="opinion", text=f"Avis effacé\u00a0: {named(mine)}", at=at, actor=actor, candidature=dossier, shown=False)
    record(verb="opinion.remove", target=dossier, actor=actor, changes={"avis": [f"{mine.body}\u00a0: {value}", None]})
