"""The shapes of what the API says of an event and of its dates. No contact of a person, nothing unpublished (O2)."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from core.reference import Access, EventType, Sector, Status
from events.models import Event, Session

# What an event may be here: another state is nobody's business but its authors'.
STATES: Final = [(state.value, state.label) for state in Event.PUBLIC_STATES]
SESSION_STATES: Final = [
    (Event.State.PUBLISHED.value, Event.State.PUBLISHED.label),
    (Event.State.WITHDRAWN.value, Event.State.WITHDRAWN.label),
]
_WHEN = "2027-03-16T14:00:00+01:00"
SESSION_EXAMPLE: dict[str, Any] = {
    "id": "5b0f1d0e-2c55-4c5b-9a0e-0d8f5f0a7c11", "event": "forum-des-metiers-de-troyes", "state": "published",
    "title": "Forum des métiers de Troyes", "label": "", "type": "forum", "sectors": ["industrie"],
    "publics": ["lyceen"], "starts_at": _WHEN, "ends_at": "2027-03-16T18:00:00+01:00", "all_day": False,
    "session_status": "scheduled", "session_status_text": "", "full": False, "former_starts_at": None,
    "former_place": "",
    "attendance": "place", "site": None, "place_name": "Espace Argence", "address": "20 bis boulevard Gambetta",
    "postal_code": "10000", "commune": "10387", "town": "Troyes", "country": "FR", "lat": 48.2992, "lon": 4.0739,
    "online_url": "",
    "agency": "troyes-chaumont", "basin": 2, "accessibility": ["pmr"], "organisation": None,
    "organiser": "Ville de Troyes", "free": True, "price_text": "", "registration": "none", "registration_url": "",
    "registration_closes_at": None, "seats": None, "sequence": 0, "changed_at": "2026-11-21T09:00:00+01:00",
    "url": "https://portail.example/agenda/forum-des-metiers-de-troyes/",
}  # fmt: skip
EVENT_EXAMPLE: dict[str, Any] = {
    "slug": "forum-des-metiers-de-troyes", "state": "published", "merged_into": None,
    "title": "Forum des métiers de Troyes", "summary": "Soixante métiers présentés par celles et ceux qui les font.",
    "description": "", "type": "forum", "sectors": ["industrie"], "publics": ["lyceen"], "age_min": None,
    "age_max": None, "accessibility": ["pmr"], "accessibility_text": "", "organisation": None,
    "organiser": "Ville de Troyes", "network": None, "partners": [], "partners_text": "", "agency": "troyes-chaumont",
    "website": "", "registration": "none", "registration_url": "", "free": True, "price_text": "", "image_alt": "",
    "image_credit": "", "flagship": False, "date_note": "", "first_starts_at": _WHEN,
    "last_ends_at": "2027-03-16T18:00:00+01:00", "source": None, "source_url": "",
    "published_at": "2026-11-20T10:00:00+01:00", "updated_at": "2026-11-21T09:00:00+01:00",
    "url": "https://portail.example/agenda/forum-des-metiers-de-troyes/",
}  # fmt: skip


class SharedSerializer(serializers.Serializer):
    """What an event and each of its dates say alike."""

    title = serializers.CharField(help_text="Titre.")
    type = serializers.ChoiceField(choices=EventType.choices, help_text="Type d’évènement.")
    sectors = serializers.ListField(
        child=serializers.ChoiceField(choices=Sector.choices), help_text="Secteurs. Vide : tous les secteurs."
    )
    publics = serializers.ListField(
        child=serializers.ChoiceField(choices=Status.choices), help_text="Publics. Vide : tout public."
    )
    accessibility = serializers.ListField(
        child=serializers.ChoiceField(choices=Access.choices), help_text="Accessibilité."
    )
    organisation = serializers.SlugField(
        allow_null=True, help_text="Identifiant de l’organisme ; null s’il n’est pas membre du SPRO."
    )
    organiser = serializers.CharField(help_text="Qui l’organise, en toutes lettres.")
    agency = serializers.SlugField(allow_null=True, help_text="Identifiant de l’agence ; null : toute la région.")
    free = serializers.BooleanField(help_text="Vrai : gratuit.")
    price_text = serializers.CharField(help_text="Prix ; vide si c’est gratuit.")
    registration = serializers.ChoiceField(
        choices=Event.RegistrationMode.choices, help_text="Comment l’on s’inscrit ; « builtin » : sur la page « url »."
    )
    registration_url = serializers.CharField(help_text="Adresse d’inscription sur un autre site ; vide sinon.")
    url = serializers.URLField(help_text="Page du portail.")


@extend_schema_serializer(examples=[OpenApiExample("Une séance", value=SESSION_EXAMPLE)])
class SessionSerializer(SharedSerializer):
    """Une date d’un évènement, en un lieu ou en ligne. Heures de Paris, avec leur décalage."""

    id = serializers.UUIDField(help_text="Identifiant stable, le même que l’UID des calendriers.")
    event = serializers.SlugField(help_text="Identifiant de l’évènement.")
    state = serializers.ChoiceField(choices=SESSION_STATES, help_text="État de l’évènement.")
    label = serializers.CharField(help_text="Intitulé de la séance ; peut être vide.")  # type: ignore[assignment]
    starts_at = serializers.DateTimeField(help_text="Début.")
    ends_at = serializers.DateTimeField(help_text="Fin.")
    all_day = serializers.BooleanField(
        help_text="Vrai : journées entières ; la fin est le minuit qui suit la dernière."
    )
    session_status = serializers.ChoiceField(choices=Session.Status.choices, help_text="Ce que devient la séance.")
    session_status_text = serializers.CharField(help_text="Message de l’organisateur au public.")
    full = serializers.BooleanField(help_text="Vrai : complet.")
    former_starts_at = serializers.DateTimeField(allow_null=True, help_text="Date d’avant, si elle a changé.")
    former_place = serializers.CharField(help_text="Lieu d’avant, s’il a changé.")
    attendance = serializers.ChoiceField(
        choices=Session.Attendance.choices, help_text="Sur place, en ligne, ou les deux."
    )
    site = serializers.SlugField(allow_null=True, help_text="Identifiant du lieu de l’annuaire, si c’en est un.")
    place_name = serializers.CharField(help_text="Nom du lieu.")
    address = serializers.CharField(help_text="Adresse.")
    postal_code = serializers.CharField(help_text="Code postal.")
    commune = serializers.CharField(allow_null=True, help_text="Code INSEE ; null en ligne et hors de la région.")
    town = serializers.CharField(help_text="Ville.")
    country = serializers.CharField(help_text="Pays (code à deux lettres).")
    lat = serializers.FloatField(
        allow_null=True, help_text="Latitude (WGS 84) ; celle de la commune quand seule l’adresse est connue."
    )
    lon = serializers.FloatField(allow_null=True, help_text="Longitude, comme la latitude.")
    online_url = serializers.CharField(
        help_text="Lien de connexion ; vide s’il est réservé aux personnes inscrites, ou si tout est sur place."
    )
    basin = serializers.IntegerField(allow_null=True, help_text="Numéro du bassin d’emploi.")
    registration_closes_at = serializers.DateTimeField(allow_null=True, help_text="Fin des inscriptions.")
    seats = serializers.IntegerField(allow_null=True, help_text="Nombre de places ; null : sans limite.")
    sequence = serializers.IntegerField(help_text="Augmente à chaque changement, comme SEQUENCE dans les calendriers.")
    changed_at = serializers.DateTimeField(help_text="Dernier changement.")


@extend_schema_serializer(examples=[OpenApiExample("Un évènement", value=EVENT_EXAMPLE)])
class EventSerializer(SharedSerializer):
    """Un évènement. Retiré ou fusionné, il n’en reste que de quoi le reconnaître et l’ôter d’une copie."""

    slug = serializers.SlugField(help_text="Identifiant stable.")
    state = serializers.ChoiceField(choices=STATES, help_text="Publié, retiré de l’agenda, ou fusionné avec un autre.")
    merged_into = serializers.SlugField(allow_null=True, help_text="Identifiant de l’évènement qui le remplace.")
    summary = serializers.CharField(help_text="En une phrase.")
    description = serializers.CharField(help_text="Présentation, en texte simple ou en Markdown.")
    age_min = serializers.IntegerField(allow_null=True, help_text="À partir de cet âge.")
    age_max = serializers.IntegerField(allow_null=True, help_text="Jusqu’à cet âge.")
    accessibility_text = serializers.CharField(help_text="Précisions sur l’accessibilité.")
    network = serializers.SlugField(allow_null=True, help_text="Identifiant du réseau de l’organisme.")
    partners = serializers.ListField(
        child=serializers.SlugField(), help_text="Identifiants des organismes partenaires."
    )
    partners_text = serializers.CharField(help_text="Autres partenaires.")
    website = serializers.CharField(help_text="Page de l’évènement chez l’organisateur.")
    image_alt = serializers.CharField(help_text="Ce que montre son image ; vide s’il n’en a pas.")
    image_credit = serializers.CharField(help_text="Crédit de l’image.")
    flagship = serializers.BooleanField(help_text="Vrai : temps fort.")
    date_note = serializers.CharField(help_text="Ce qui est dit de la date quand aucune séance n’est fixée.")
    first_starts_at = serializers.DateTimeField(allow_null=True, help_text="Début de la première séance.")
    last_ends_at = serializers.DateTimeField(allow_null=True, help_text="Fin de la dernière séance.")
    source = serializers.CharField(allow_null=True, help_text="Agenda d’où il vient ; null s’il est né ici.")  # type: ignore[assignment]
    source_url = serializers.CharField(help_text="Son adresse d’origine.")
    published_at = serializers.DateTimeField(help_text="Date de publication.")
    updated_at = serializers.DateTimeField(help_text="Dernière modification : l’ordre de la liste.")


@extend_schema_serializer(
    examples=[OpenApiExample("Un évènement en détail", value=EVENT_EXAMPLE | {"sessions": [SESSION_EXAMPLE]})]
)
class EventDetailSerializer(EventSerializer):
    """Un évènement, avec ses séances."""

    sessions = SessionSerializer(many=True, help_text="Ses séances, passées et à venir, dans l’ordre.")
