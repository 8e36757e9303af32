"""What a dossier lacks before it can be deposited, said so that one knows where to go (R2, R3: all or nothing)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q, QuerySet
from django.urls import reverse

from core.reference import Service
from members.models import Charter, QualityCriterion
from recognition.models import OWED, Attachment, CandidateSite, Candidature

Section = Literal["organisme", "sites", "criteres", "pieces"]
SECTIONS: dict[str, str] = {
    "organisme": "L’organisme", "sites": "Les sites", "criteres": "Les critères", "pieces": "Les pièces",
}  # fmt: skip

# What the dossier must say of the organisation, and how its lack is told.
_SAID = {
    "address": "L’adresse du siège manque.",
    "legal_representative": "Le nom de la personne qui représente l’organisme manque.",
    "legal_representative_title": "La fonction de la personne qui représente l’organisme manque.",
    "contact_name": "Le nom de la personne à joindre manque.",
    "contact_email": "Le courriel de la personne à joindre manque.",
    "presentation": "La présentation de l’organisme manque.",
    "environment": "La description de l’environnement et des partenaires manque.",
    "offer": "La mise en œuvre de l’offre de services manque.",
}
_PREMISES = {
    "has_reception": "d’espace d’accueil", "has_confidential": "d’espace confidentiel",
    "has_internet": "d’accès à internet", "has_telephone": "de téléphone",
}  # fmt: skip
_OWED_SAID = {
    Service.ACCUEIL: "l’accueil n’est pas coché",
    Service.PREMIERE_INFORMATION: "la première information n’est pas cochée",
    Service.PREMIER_CONSEIL: "le premier conseil n’est pas coché",
}


@dataclass(frozen=True)
class Gap:
    """One thing that is missing: its section, a French sentence, the page (and field) that mends it."""

    section: Section
    message: str
    url: str
    site: CandidateSite | None = None
    criterion: QualityCriterion | None = None


def criteria_of(charter: Charter) -> QuerySet[QualityCriterion]:
    """The criteria a candidate answers: those of article 2 and the engagements of article 3.b, in order (R3, R15)."""
    asked = Q(article__startswith="2", applies_to__in=("all", "candidate")) | Q(article="3.b")
    return QualityCriterion.objects.filter(asked, charter=charter).order_by("order", "pk")


def gaps(candidature: Candidature) -> list[Gap]:
    """Everything the dossier lacks; empty when it can be deposited. A fixed number of queries."""
    sites = list(candidature.sites.select_related("commune").order_by("order", "pk"))
    return [
        *_of_organisation(candidature, len(sites)),
        *_of_sites(candidature, sites),
        *_of_criteria(candidature),
        *_of_files(candidature),
    ]


def _of_organisation(candidature: Candidature, sites: int) -> Iterable[Gap]:
    page = reverse("candidature_organisation", args=[candidature.public_id])
    for name, message in _SAID.items():
        if not str(getattr(candidature, name)).strip():
            yield Gap("organisme", message, f"{page}#id_{name}")
    if sites > 1 and not candidature.coordination.strip():
        message = "Vous avez plusieurs sites\u00a0: dites comment ils sont pilotés et coordonnés."
        yield Gap("organisme", message, f"{page}#id_coordination")
    if candidature.kind == Candidature.Kind.RENEWAL and not candidature.activity_review.strip():
        message = "Le bilan d’activité, demandé pour un renouvellement, manque."
        yield Gap("organisme", message, f"{page}#id_activity_review")


def _of_sites(candidature: Candidature, sites: list[CandidateSite]) -> Iterable[Gap]:
    if not sites:
        page = reverse("candidature_site_add", args=[candidature.public_id])
        yield Gap("sites", "Le dossier n’a pas de site\u00a0: ajoutez au moins un lieu d’accueil.", page)
    for site in sites:
        page = reverse("candidature_site", args=[candidature.public_id, site.pk])
        for message, anchor in _of_site(site):
            yield Gap("sites", f"{site.name}\u00a0: {message}.", f"{page}#{anchor}", site=site)


def _of_site(site: CandidateSite) -> Iterable[tuple[str, str]]:
    if not site.address.strip():
        yield "l’adresse manque", "id_address"
    if site.commune_id is None:
        yield "la commune manque", "id_commune"
    if not site.hours:
        yield "les horaires manquent", "id_h-1-0-start"
    if not site.perimeter.strip():
        yield "le périmètre géographique manque", "id_perimeter"
    if not site.publics_text.strip():
        yield "le public accueilli manque", "id_publics_text"
    for service in OWED:
        if service not in site.services:
            yield _OWED_SAID[service], "id_services_0"
    for name, message in _PREMISES.items():
        if not getattr(site, name):
            yield f"pas {message}", f"id_{name}"


def _of_criteria(candidature: Candidature) -> Iterable[Gap]:
    answered = dict(candidature.answers.values_list("criterion_id", "text"))
    page = reverse("candidature_criteria", args=[candidature.public_id])
    for criterion in criteria_of(candidature.charter):
        if not answered.get(criterion.pk, "").strip():
            message = f"Article {criterion.article}\u00a0: «\u00a0{short(criterion)}\u00a0» n’a pas de réponse."
            yield Gap("criteres", message, f"{page}#critere-{criterion.key}", criterion=criterion)


def short(criterion: QualityCriterion) -> str:
    """A criterion in a line, as every page names it."""
    return criterion.in_a_line


def _of_files(candidature: Candidature) -> Iterable[Gap]:
    given = set(candidature.attachments.filter(replaced_at=None).values_list("kind", flat=True))
    page = reverse("candidature_files", args=[candidature.public_id])
    for kind in Attachment.REQUIRED:
        if kind not in given:
            label = Attachment.Kind(kind).label.replace("N-1", str(candidature.campaign.year - 1))
            yield Gap("pieces", f"{label}\u00a0: le fichier manque.", f"{page}#piece-{kind}")
