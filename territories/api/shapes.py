"""The shapes of what the API says of a place."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from core.reference import Access, Channel, Service, Status

HOURS = {
    "type": "object",
    "additionalProperties": {
        "type": "array",
        "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}},
    },
}
EXAMPLE = {
    "slug": "cio-epinal", "name": "CIO d’Épinal", "kind": "cio", "organisation": "academie-nancy-metz",
    "network": "autorites-academiques", "agency": "epinal", "basin": 12,
    "commune": {"insee": "88160", "name": "Épinal"}, "description": "", "address": "", "postal_code": "",
    "lat": 48.1744, "lon": 6.4512, "provisional": True, "phone": "", "email": "", "website": "",
    "hours": {"1": [["09:00", "12:00"], ["13:30", "17:00"]]}, "hours_text": "",
    "services": ["accueil", "premiere-information", "premier-conseil"], "channels": ["sur-place"],
    "publics": ["lyceen"], "access": [], "access_text": "", "source": "Charte, annexe 2", "source_url": "",
    "source_updated_on": None, "updated_at": "2026-11-21T08:00:00Z",
    "url": "https://portail.example/lieux/cio-epinal/", "distance_km": None, "rank": None, "reason": None,
}  # fmt: skip


class CommuneRefSerializer(serializers.Serializer):
    """La commune d’un lieu."""

    insee = serializers.CharField(help_text="Code INSEE.")
    name = serializers.CharField(help_text="Nom.")


@extend_schema_field(HOURS)
class HoursField(serializers.JSONField):
    """Weekday (1 is Monday) to opened ranges."""


@extend_schema_serializer(examples=[OpenApiExample("Un lieu", value=EXAMPLE)])
class SiteSerializer(serializers.Serializer):
    """Un lieu où un organisme reçoit le public."""

    slug = serializers.SlugField(help_text="Identifiant stable.")
    name = serializers.CharField(help_text="Nom.")
    kind = serializers.SlugField(help_text="Sorte de lieu.")
    organisation = serializers.SlugField(help_text="Identifiant de l’organisme.")
    network = serializers.SlugField(allow_null=True, help_text="Identifiant du réseau.")
    agency = serializers.SlugField(help_text="Identifiant de l’agence.")
    basin = serializers.IntegerField(help_text="Numéro du bassin d’emploi.")
    commune = CommuneRefSerializer(help_text="Commune.")
    description = serializers.CharField(help_text="Présentation.")
    address = serializers.CharField(help_text="Adresse ; vide si elle n’est pas connue.")
    postal_code = serializers.CharField(help_text="Code postal.")
    lat = serializers.FloatField(help_text="Latitude, en degrés (WGS 84).")
    lon = serializers.FloatField(help_text="Longitude, en degrés (WGS 84).")
    provisional = serializers.BooleanField(
        help_text="Vrai : le lieu est placé au centre de sa commune, son adresse est à confirmer."
    )
    phone = serializers.CharField(help_text="Téléphone.")
    email = serializers.CharField(help_text="Courriel du lieu.")
    website = serializers.CharField(help_text="Site internet.")
    hours = HoursField(help_text="Plages d’ouverture par jour : 1 pour lundi, 7 pour dimanche. Vide : inconnues.")
    hours_text = serializers.CharField(help_text="Horaires tels que publiés.")
    services = serializers.ListField(
        child=serializers.ChoiceField(choices=Service.choices), help_text="Services rendus."
    )
    channels = serializers.ListField(
        child=serializers.ChoiceField(choices=Channel.choices), help_text="Modes de contact."
    )
    publics = serializers.ListField(
        child=serializers.ChoiceField(choices=Status.choices), help_text="Publics. Vide : tout public."
    )
    access = serializers.ListField(child=serializers.ChoiceField(choices=Access.choices), help_text="Accessibilité.")
    access_text = serializers.CharField(help_text="Précisions sur l’accès.")
    source = serializers.CharField(help_text="Source.")  # type: ignore[assignment]
    source_url = serializers.CharField(help_text="Adresse de la source.")
    source_updated_on = serializers.DateField(allow_null=True, help_text="Date de mise à jour chez la source.")
    updated_at = serializers.DateTimeField(help_text="Date de mise à jour ici.")
    url = serializers.URLField(help_text="Page du portail.")
    distance_km = serializers.FloatField(
        allow_null=True, help_text="Distance du point cherché, en km ; null sans « commune » ni « near »."
    )
    rank = serializers.IntegerField(
        allow_null=True,
        help_text="1 : en premier ; 2 : bien aussi ; 3 : peut aider ; null sans « status » ni « need ».",
    )
    reason = serializers.CharField(allow_null=True, help_text="Pourquoi ce lieu ; null sans « status » ni « need ».")


class ClosureSerializer(serializers.Serializer):
    """Des jours sans public, les deux compris."""

    to = serializers.DateField(help_text="Dernier jour, compris.")
    reason = serializers.CharField(help_text="Raison ; peut être vide.")

    def get_fields(self) -> dict[str, Any]:
        # « from » is a word of the language: it cannot be written as the others are.
        return {"from": serializers.DateField(help_text="Premier jour, compris."), **super().get_fields()}


_MORE = {"closures": [{"from": "2026-12-24", "to": "2027-01-02", "reason": "Congés"}], "confirmed_on": "2026-11-20"}


@extend_schema_serializer(examples=[OpenApiExample("Un lieu en détail", value=EXAMPLE | _MORE)])
class SiteDetailSerializer(SiteSerializer):
    """Un lieu, avec ses fermetures annoncées (Europe/Paris)."""

    closures = ClosureSerializer(many=True, help_text="Fermetures en cours et à venir, dans l’ordre.")
    confirmed_on = serializers.DateField(
        allow_null=True, help_text="Jour où l’organisme a confirmé la fiche ; null si personne ne l’a fait."
    )
