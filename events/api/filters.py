"""What may be asked of events and of sessions, by the names that interfaces fix."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet

from core.api.filters import EveryFilter, PublicFilterSet, ReferenceFilter
from core.reference import Access, EventType, Sector, Status
from core.text import fold
from events.api.shapes import STATES
from events.models import Session
from events.render.times import PARIS
from members.models import Network, Organisation
from territories.api.referents import ORGANISATION_UNKNOWN
from territories.api.sites import PositionFilter, RadiusFilter
from territories.api.territory import BasinFilter, agency_filter

NETWORK_UNKNOWN = "Aucun réseau ne s’appelle « {} »."
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


def midnight(day: dt.date, *, days: int = 0) -> dt.datetime:
    """The first instant, in Paris, of the day that is `days` after `day` (brought back within our time)."""
    near = min(max(day, FIRST_DAY), LAST_DAY)
    return dt.datetime.combine(near, dt.time(), PARIS) + dt.timedelta(days=days)


class AnyFilter(EveryFilter):
    """Keeps the rows that have one of the values given: the parameter may be repeated."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class OpenListFilter(EveryFilter):
    """As `AnyFilter`, on a list that means « all of them » when it is empty (or holds `every`)."""

    every = ""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        if not value:
            return qs
        wanted = [*value, self.every] if self.every else list(value)
        return qs.filter(Q(**{self.field_name: []}) | Q(**{f"{self.field_name}__overlap": wanted}))


class SectorFilter(OpenListFilter):
    every = Sector.TOUS.value


def _type(field: str) -> AnyFilter:
    return AnyFilter(
        choices=EventType.choices, field_name=field, label="type", help_text="Type ; répété, l’un de ceux-là."
    )


def _sector() -> SectorFilter:
    return SectorFilter(
        choices=Sector.choices, field_name="sectors", label="secteur",
        help_text="Secteur ; répété, l’un de ceux-là. Ce qui concerne tous les secteurs y est aussi.",
    )  # fmt: skip


def _public() -> OpenListFilter:
    return OpenListFilter(
        choices=Status.choices, field_name="publics", label="public",
        help_text="Public ; répété, l’un de ceux-là. Ce qui est ouvert à tous y est aussi.",
    )  # fmt: skip


def _accessibility() -> EveryFilter:
    return EveryFilter(
        choices=Access.choices, field_name="access", label="accessibilité",
        help_text="Accessibilité ; répétée, tout cela à la fois.",
    )  # fmt: skip


def _network(field: str) -> ReferenceFilter:
    return ReferenceFilter(Network, field, unknown=NETWORK_UNKNOWN, help_text="Identifiant du réseau.")


def _organisation() -> ReferenceFilter:
    return ReferenceFilter(
        Organisation, "organisation_id", unknown=ORGANISATION_UNKNOWN, help_text="Identifiant de l’organisme."
    )


def _day(text: str, method: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(method=method, label="jour", help_text=text)


class EventFilterBase(PublicFilterSet):
    q = django_filters.CharFilter(
        method="by_words", max_length=200, label="mots", help_text="Mots du titre, sans égard aux accents."
    )
    type = _type("kind")
    sector = _sector()
    public = _public()
    accessibility = _accessibility()
    agency = agency_filter()
    network = _network("organisation__network_id")
    organisation = _organisation()
    state = django_filters.ChoiceFilter(
        choices=STATES, label="état", help_text="État. Sans lui, tous : ce qui a été retiré ou fusionné le dit."
    )
    updated_since = django_filters.IsoDateTimeFilter(
        method="since", label="date",
        help_text="Modifiés depuis ce moment, compris (ISO 8601, par exemple 2027-01-31T08:00:00Z).",
    )  # fmt: skip

    def by_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in fold(value).split():
            queryset = queryset.filter(folded_title__contains=word)
        return queryset

    def since(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(updated_at__gte=value if value.tzinfo else value.replace(tzinfo=PARIS))

    def from_day(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(last_ends_at__gt=midnight(value))

    def to_day(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(first_starts_at__lt=midnight(value, days=1))


# « from » is a word of the language: it cannot be written as the others are.
EventFilters = type(
    "EventFilters",
    (EventFilterBase,),
    {
        "from": _day("Qui ne sont pas finis avant ce jour (AAAA-MM-JJ, heure de Paris).", "from_day"),
        "to": _day("Commencés ce jour au plus tard (AAAA-MM-JJ).", "to_day"),
    },
)


class SessionFilterBase(PublicFilterSet):
    """What may be asked of sessions: checked and described here, answered by `events.search`."""

    q = django_filters.CharFilter(
        method="elsewhere", max_length=200, label="mots",
        help_text="Mots du titre, de l’organisateur, du lieu, de la présentation.",
    )  # fmt: skip
    type = AnyFilter(
        choices=EventType.choices, method="elsewhere", label="type", help_text="Type ; répété, l’un de ceux-là."
    )
    sector = AnyFilter(
        choices=Sector.choices, method="elsewhere", label="secteur",
        help_text="Secteur ; répété, l’un de ceux-là. Ce qui concerne tous les secteurs y est aussi.",
    )  # fmt: skip
    public = AnyFilter(
        choices=Status.choices, method="elsewhere", label="public",
        help_text="Public ; répété, l’un de ceux-là. Ce qui est ouvert à tous y est aussi.",
    )  # fmt: skip
    accessibility = AnyFilter(
        choices=Access.choices, method="elsewhere", label="accessibilité",
        help_text="Accessibilité ; répétée, tout cela à la fois.",
    )  # fmt: skip
    online = django_filters.ChoiceFilter(
        choices=[("1", "Oui"), ("true", "Oui")], method="elsewhere", label="en ligne",
        help_text="« 1 » : que l’on peut suivre en ligne.",
    )  # fmt: skip
    agency = agency_filter()
    basin = BasinFilter("basin_id")
    network = _network("network_id")
    organisation = _organisation()
    commune = django_filters.CharFilter(
        method="elsewhere", label="commune", help_text="Code INSEE de la commune d’où l’on part.",
        validators=[RegexValidator(r"\A[0-9][0-9AB][0-9]{3}\Z", "Un code INSEE compte cinq caractères.")],
    )  # fmt: skip
    near = PositionFilter(
        method="elsewhere", label="position", help_text="Point de départ : « latitude,longitude », en degrés."
    )
    radius = RadiusFilter(
        method="elsewhere", label="rayon", min_value=1, max_value=100,
        help_text="Rayon en km, de 1 à 100, avec « commune » ou « near ».",
    )  # fmt: skip
    status = AnyFilter(
        choices=Status.choices, method="elsewhere", label="situation",
        help_text="Situation de la personne : comme « public ».",
    )  # fmt: skip
    session_status = AnyFilter(
        choices=Session.Status.choices, field_name="status", label="état",
        help_text="Ce que devient la séance ; répété, l’un de ceux-là.",
    )  # fmt: skip

    def elsewhere(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset


SessionFilters = type(
    "SessionFilters",
    (SessionFilterBase,),
    {
        "from": _day(
            "Qui commencent ce jour au plus tôt (AAAA-MM-JJ, heure de Paris) ; sans lui, aujourd’hui.", "elsewhere"
        ),
        "to": _day("Qui commencent ce jour au plus tard (AAAA-MM-JJ).", "elsewhere"),
    },
)
