"""Places, referents and territories, given away whole (O3): the rows and the shapes are those of the API.

Never the contacts of a referent, never a name withdrawn (T3): the queries are the API's, which do not read them.
"""

from __future__ import annotations

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from rest_framework import serializers

from core.datasets import Row, Table
from core.links import absolute
from core.reference import Need, Status
from members.models import Network, Organisation
from territories.api.kinds import KindSerializer, KindViewSet
from territories.api.referents import ReferentSerializer, ReferentViewSet
from territories.api.shapes import SiteSerializer
from territories.api.sites import SiteViewSet
from territories.api.territory import (
    AgencySerializer,
    AgencyViewSet,
    BasinSerializer,
    BasinViewSet,
    CommuneSerializer,
    CommuneViewSet,
)
from territories.models import (
    Agency,
    Commune,
    EmploymentBasin,
    FormerCommune,
    Referent,
    RoutingRule,
    Site,
    SiteKind,
)

TARGETS = [("kind", "Une sorte de lieux"), ("organisation", "Un organisme"), ("network", "Un réseau")]


class RoutingSerializer(serializers.Serializer):
    """Une règle d’aiguillage : pour cette situation et ce besoin, ces lieux-là, à ce rang, pour cette raison."""

    status = serializers.ChoiceField(choices=Status.choices, help_text="Situation de la personne ; vide : toutes.")
    need = serializers.ChoiceField(choices=Need.choices, help_text="Ce qu’elle cherche ; vide : tout besoin.")
    target = serializers.ChoiceField(choices=TARGETS, help_text="Ce que la règle désigne.")
    target_slug = serializers.SlugField(help_text="Identifiant de la sorte, de l’organisme ou du réseau désigné.")
    rank = serializers.IntegerField(help_text="1 : en premier ; 2 : bien aussi ; 3 : peut aider.")
    reason = serializers.CharField(help_text="Pourquoi ces lieux, en une phrase.")
    source = serializers.CharField(help_text="D’où vient la règle.")  # type: ignore[assignment]


def _rules() -> QuerySet[RoutingRule]:
    """Rules that send to somebody who belongs (R11)."""
    belongs = Q(organisation=None) | Q(organisation__status__in=Organisation.BELONGING)
    return RoutingRule.objects.filter(belongs).annotate(
        target=Case(
            When(kind__isnull=False, then=Value("kind")),
            When(organisation__isnull=False, then=Value("organisation")),
            default=Value("network"),
            output_field=CharField(),
        ),
        target_slug=Coalesce(F("kind__slug"), F("organisation__slug"), F("network__slug")),
    )


def _site(row: Row) -> Row:
    commune = {"insee": row["commune"], "name": row["commune_name"]}
    shown = row | {"commune": commune, "url": absolute(reverse("site", args=[row["slug"]]))}
    del shown["commune_name"]
    return shown


def directory_sources() -> list[str]:
    """The national directories that places came from or were completed by, as they ask to be cited."""
    completed = Site.objects.public().exclude(external_id="").exclude(source="")
    return list(completed.order_by("source").values_list("source", flat=True).distinct())


def _agency(row: Row) -> Row:
    return row | {"url": absolute(reverse("territory", args=[row["slug"]]))}


SITES = Table(
    slug="lieux",
    title="Les lieux",
    text="Les lieux de l’annuaire, où les membres du SPRO reçoivent le public : adresse, horaires, services, publics, "
    "accès. « provisional » vrai : la charte ne donne que la ville, le lieu est placé au centre de sa commune.",
    serializer=SiteSerializer,
    rows=lambda: SiteViewSet().get_queryset(),
    columns=SiteViewSet.fields,
    models=(Site, SiteKind, Organisation, Network, Agency, Commune),
    finish=_site,
    # Answers to a question (from where, for whom), which a file is not.
    without=frozenset({"distance_km", "rank", "reason"}),
    positioned=True,
    sources=directory_sources,
)
KINDS = Table(
    slug="sortes-de-lieux",
    title="Les sortes de lieux",
    text="CIO, missions locales, agences… : ce que désigne la colonne « kind » des lieux.",
    serializer=KindSerializer,
    rows=lambda: KindViewSet().get_queryset(),
    columns=KindViewSet.fields,
    models=(SiteKind, Network),
    frequency="IRREG",
)
REFERENTS = Table(
    slug="referents",
    title="Les référent·es",
    text="Les personnes que les organismes désignent, pour la région ou pour le territoire d’une agence, telles "
    "qu’elles sont publiées. Ni courriel ni téléphone ; un nom vide : poste vacant, ou nom retiré à la demande de la "
    "personne.",
    serializer=ReferentSerializer,
    rows=lambda: ReferentViewSet().get_queryset(),
    columns=ReferentViewSet.fields,
    models=(Referent, Organisation, Agency),
)
ROUTING = Table(
    slug="aiguillage",
    title="La table d’aiguillage",
    text="Qui est le mieux placé pour répondre, selon la situation et le besoin, et pourquoi : les règles mêmes que "
    "suit la recherche de lieux du portail.",
    serializer=RoutingSerializer,
    rows=_rules,
    columns={name: name for name in ("status", "need", "target", "target_slug", "rank", "reason", "source")},
    models=(RoutingRule, SiteKind, Organisation, Network),
    frequency="IRREG",
)
AGENCIES = Table(
    slug="agences",
    title="Les agences territoriales",
    text="Les agences de la Région, chacune avec ses bassins d’emploi.",
    serializer=AgencySerializer,
    rows=lambda: AgencyViewSet().get_queryset(),
    columns=AgencyViewSet.fields,
    models=(Agency, EmploymentBasin),
    finish=_agency,
    frequency="IRREG",
)
BASINS = Table(
    slug="bassins",
    title="Les bassins d’emploi",
    text="Les bassins d’emploi de la charte, chacun avec son agence.",
    serializer=BasinSerializer,
    rows=lambda: BasinViewSet().get_queryset(),
    columns=BasinViewSet.fields,
    models=(EmploymentBasin, Agency),
    frequency="IRREG",
)
COMMUNES = Table(
    slug="communes",
    title="Les communes",
    text="Les communes de la région, chacune avec son bassin d’emploi et son agence.",
    serializer=CommuneSerializer,
    rows=lambda: CommuneViewSet().get_queryset(),
    columns=CommuneViewSet.fields,
    models=(Commune, FormerCommune, Agency),
    positioned=True,
    origin="communes",
    frequency="ANNUAL",
)
TABLES = (SITES, KINDS, REFERENTS, ROUTING, AGENCIES, BASINS, COMMUNES)
