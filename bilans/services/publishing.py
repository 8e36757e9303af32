"""The regional synthesis is given to the public, and taken back (issue 8; S1, O3).

What is published is one document, drawn from the accepted bilan of the region once the others do not change any more:
its content is the page, its file the PDF, its figures the open data. What changes afterwards changes nothing public.
The desk asks a worker for it (`asking.py`); a command publishes by itself (`publish`).
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from bilans import published
from bilans.content import FORMAT, Content
from bilans.models import Bilan, Campaign, Document, Indicator, Kind
from bilans.services.deciding import accept
from bilans.services.noting import note
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
REOPENED = (
    "Le bilan de la région a été rouvert depuis que la publication est demandée\u00a0: relisez-le, puis publiez-le."
)
# What a campaign holds of a publication that is asked, and what it holds when none is.
NO_REQUEST = {
    "publication_asked_at": None, "publication_asked_by": None, "publication_attempts": 0, "publication_error": "",
}  # fmt: skip


class DroppedError(Exception):
    """This publication is not asked any more: it was called off, or made by somebody else."""


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
        settle(held, actor=actor, at=at)
    document, read = draw(held, at=at)
    return freeze(held, document, read=read, actor=actor, at=at)


def settle(held: Campaign, *, actor: User, at: dt.datetime) -> None:
    """Accept the bilan of the region, once nothing stands in the way; the row of the campaign is held by the caller."""
    bilan = regional(held)
    if problems := hindrances(held, bilan):
        raise ValidationError(problems)
    if bilan is not None and bilan.state == Bilan.State.SUBMITTED:
        accept(bilan, user=actor, at=at)


def draw(
    campaign: Campaign, *, at: dt.datetime, asked_at: dt.datetime | None = None
) -> tuple[Document, dt.datetime]:  # fmt: skip
    """The document of the bilan that was accepted, by `asked_at` when it is given, and when that was.

    Raises `ValidationError` with everything that stands in the way.
    """
    bilan = regional(campaign)
    if problems := hindrances(campaign, bilan):
        raise ValidationError(problems)
    read = bilan.accepted_at if bilan and bilan.state == Bilan.State.ACCEPTED else None
    if bilan is None or read is None or (asked_at is not None and read > asked_at):
        raise ValidationError(REOPENED)
    return produce(bilan, at=at)[0], read


@transaction.atomic
def freeze(
    campaign: Campaign, document: Document, *, read: dt.datetime, actor: User, at: dt.datetime,
    asked_at: dt.datetime | None = None,
) -> Document:  # fmt: skip
    """Give `document` to the public, drawn from what was accepted at `read`, if all is still as it was.

    `asked_at`: for the publication that was asked then. Raises `ValidationError` with what came in the way,
    `DroppedError` when that publication is not asked any more.
    """
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if asked_at is not None and held.publication_asked_at != asked_at:
        raise DroppedError
    bilan = regional(held)
    if problems := [*hindrances(held, bilan), *unfit(document.content, held.year)]:
        raise ValidationError(problems)
    if bilan is None or bilan.accepted_at != read:  # reopened while it was drawn, perhaps accepted anew
        raise ValidationError(REOPENED)
    if held.published_id == document.pk:
        raise ValidationError(ALREADY)
    before = held.published_id
    held.published, held.published_at = document, at
    forget_request(held, "published", "published_at")
    text = f"Synthèse publiée (version {document.number} du document)."
    if before:
        text = f"Synthèse publiée remplacée par la version {document.number} du document."
    note(held, text=text, at=at, actor=actor)
    record(verb="bilans.publish", target=held, actor=actor, changes={"published": [before, document.pk]})
    published.changed(held.year)
    return document


def forget_request(held: Campaign, *others: str) -> None:
    """No publication is asked any more, nor said to have failed; saved, with these `others` of its columns."""
    for name, value in NO_REQUEST.items():
        setattr(held, name, value)
    held.save(update_fields=[*NO_REQUEST, *others])


@transaction.atomic
def withdraw(campaign: Campaign, *, actor: User, at: dt.datetime, reason: str) -> None:
    """Take the synthesis back: its page, its files and its place in the search are gone at once; its document stays.

    Another one that is being made does not appear either: who takes back does not see it come back by itself.
    Raises `ValidationError`: nothing is published, no reason is given.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": NO_REASON})
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if held.published_id is None:
        raise ValidationError(NOT_PUBLIC)
    before = held.published_id
    said = "Synthèse retirée, publication demandée annulée" if held.publishing else "Synthèse retirée"
    held.published = held.published_at = None
    forget_request(held, "published", "published_at")
    note(held, text=f"{said}\u00a0: {reason}", at=at, actor=actor)
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
