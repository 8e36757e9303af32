"""The regional synthesis is given to the public, and taken back (issue 8; S1, O3).

What is published is one document, drawn from the accepted bilan of the region once the others do not change any more:
its content is the page, its file the PDF, its figures the open data. What changes afterwards changes nothing public.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from bilans import published
from bilans.content import FORMAT, Content
from bilans.models import Bilan, Campaign, CampaignAct, Document, Indicator, Kind
from bilans.services.deciding import accept
from bilans.services.producing import produce
from core.journal import record

NOT_OPEN = "Cette campagne n’est pas ouverte\u00a0: il n’y a encore rien à publier."
NOT_CLOSED = (
    "La campagne n’est pas close, et tous les bilans ne sont pas acceptés\u00a0: la synthèse se publie sur des chiffres"
    " qui ne changent plus."
)
NOTHING_IN = "Aucun bilan n’a été déposé pour cette année\u00a0: la synthèse ne dirait rien."
NO_BILAN = "Le bilan de la région n’existe pas pour cette année."
NOT_WRITTEN = (
    "Le bilan de la région n’est pas déposé\u00a0: complétez le commentaire et les trois questions, puis déposez-le."
)
ALREADY = "Cette synthèse est déjà publiée, et rien n’a changé depuis."
NOT_PUBLIC = "Aucune synthèse de cette année n’est publiée."
NO_REASON = "Dites pourquoi la synthèse est retirée."
NOT_FINAL = "Le document du bilan régional ne dit pas qu’il est définitif\u00a0: faites-le produire de nouveau."


def hindrances(campaign: Campaign, bilan: Bilan | None) -> list[str]:
    """Why the synthesis of this year cannot be published today, in sentences; none when it can."""
    if campaign.opened_at is None:
        return [NOT_OPEN]
    if bilan is None:
        return [NO_BILAN]
    others = set(Bilan.objects.filter(campaign=campaign).exclude(kind=Kind.REGION).values_list("state", flat=True))
    checks = (
        (campaign.closed_at is None and others != {Bilan.State.ACCEPTED}, NOT_CLOSED),
        (others.isdisjoint(Bilan.COUNTED), NOTHING_IN),
        (bilan.state not in Bilan.COUNTED, NOT_WRITTEN),
    )
    return [said for stands, said in checks if stands]


def regional(campaign: Campaign) -> Bilan | None:
    """The bilan of the region, of this year."""
    return Bilan.objects.filter(campaign=campaign, kind=Kind.REGION).select_related("campaign").first()


def publish(campaign: Campaign, *, actor: User, at: dt.datetime) -> Document:
    """Accept the bilan of the region, draw its document if it is not drawn as it now stands, and give it to the public.

    In three steps, each whole, so that nothing stays locked while a document is drawn: stopped half-way, it is done
    again. Raises `ValidationError` with everything that stands in the way.
    """
    with transaction.atomic():
        held = Campaign.objects.select_for_update().get(pk=campaign.pk)
        bilan = regional(held)
        if problems := hindrances(held, bilan):
            raise ValidationError(problems)
        if bilan is not None and bilan.state == Bilan.State.SUBMITTED:
            accept(bilan, user=actor, at=at)
    document, _ = produce(Bilan.objects.select_related("campaign").get(pk=bilan.pk), at=at)  # type: ignore[union-attr]
    return _freeze(campaign, document, actor=actor, at=at)


@transaction.atomic
def _freeze(campaign: Campaign, document: Document, *, actor: User, at: dt.datetime) -> Document:
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if problems := [*hindrances(held, regional(held)), *unfit(document.content, held.year)]:
        raise ValidationError(problems)
    if held.published_id == document.pk:
        raise ValidationError(ALREADY)
    before = held.published_id
    held.published, held.published_at = document, at
    held.save(update_fields=["published", "published_at"])
    text = f"Synthèse publiée (version {document.number} du document)."
    if before:
        text = f"Synthèse publiée remplacée par la version {document.number} du document."
    _note(held, "publish", text, actor=actor, at=at)
    record(verb="bilans.publish", target=held, actor=actor, changes={"published": [before, document.pk]})
    published.changed(held.year)
    return document


@transaction.atomic
def withdraw(campaign: Campaign, *, actor: User, at: dt.datetime, reason: str) -> None:
    """Take the synthesis back: its page, its files and its place in the search are gone at once; its document stays.

    Raises `ValidationError`: nothing is published, no reason is given.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": NO_REASON})
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if held.published_id is None:
        raise ValidationError(NOT_PUBLIC)
    before = held.published_id
    held.published = held.published_at = None
    held.save(update_fields=["published", "published_at"])
    _note(held, "withdraw", f"Synthèse retirée\u00a0: {reason}", actor=actor, at=at)
    record(verb="bilans.withdraw", target=held, actor=actor, changes={"published": [before, None]})
    published.changed(held.year)


def unfit(content: Content, year: int) -> list[str]:
    """Why this content is not one for the public: of another year, not final, or with an indicator kept inside."""
    found = []
    fits = (content.get("format"), content.get("kind"), content.get("year")) == (FORMAT, Kind.REGION, year)
    if not fits or content.get("state", {}).get("key") != Bilan.State.ACCEPTED:
        found.append(NOT_FINAL)
    told = {figure["key"] for figure in [*published.figures(content), *content.get("headlines", [])]}
    inside = Indicator.objects.filter(public=False, key__in=told).order_by("label").values_list("label", flat=True)
    if labels := " », « ".join(inside):
        found.append(f"Ce document montre des indicateurs qui ne sont pas publics\u00a0: «\u00a0{labels}\u00a0».")
    return found


def _note(campaign: Campaign, what: str, text: str, *, actor: Any, at: dt.datetime) -> None:
    CampaignAct.objects.create(
        campaign=campaign, key=f"{what}:{at.isoformat()}", at=at, label=actor.journal_label[:40], text=text[:300]
    )
