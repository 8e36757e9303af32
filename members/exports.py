"""Networks and organisations, given away whole (O3): the rows and the shapes are those of the API."""

from __future__ import annotations

from django.urls import reverse

from core.datasets import Row, Table
from core.links import absolute
from members.api import NetworkSerializer, NetworkViewSet, OrganisationSerializer, OrganisationViewSet
from members.models import Network, Organisation
from members.websites import websites


def _network(row: Row) -> Row:
    return row | {"url": absolute(reverse("network", args=[row["slug"]]))}


def _organisation(row: Row) -> Row:
    return row | {
        "websites": [site.url for site in websites(row["websites"])],
        "fte": None if row["fte"] is None else float(row["fte"]),
        "url": absolute(reverse("organisation", args=[row["slug"]])),
    }


NETWORKS = Table(
    slug="reseaux",
    title="Les réseaux",
    text="Les familles d’organismes qui forment le service public régional de l’orientation.",
    serializer=NetworkSerializer,
    rows=lambda: NetworkViewSet().get_queryset(),
    columns=NetworkViewSet.fields,
    models=(Network, Organisation),
    finish=_network,
    frequency="IRREG",
)
ORGANISATIONS = Table(
    slug="organismes",
    title="Les organismes",
    text="Les signataires de la charte, les missions locales, les membres reconnus et les partenaires associés.",
    serializer=OrganisationSerializer,
    rows=lambda: OrganisationViewSet().get_queryset(),
    columns=OrganisationViewSet.fields,
    models=(Organisation, Network),
    finish=_organisation,
)
TABLES = (NETWORKS, ORGANISATIONS)
