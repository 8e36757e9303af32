"""The directory of referents for those who work in the SPRO (E3): what is asked, in the address; who answers to it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from territories.confirmed import stale
from territories.models import Referent

PAGE = 50
LONGEST_QUERY = 120
MOST_WORDS = 6
REGION = "region"  # posts for the whole region, where an agency's identifier stands otherwise
NO_NETWORK = "aucun"
_IDENTIFIER = re.compile(r"[a-z0-9-]+")
STATES = {"vacant": "Vacant", "a-confirmer": "À confirmer", "confirme": "Confirmé"}
VACANT = Q(name="") | Q(withdrawn_at__isnull=False)
_WORDS = (
    "name", "function", "town", "area", "organisation__name", "organisation__current_name", "structure__name",
    "structure__current_name", "agency__name",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the address asks: words, and identifiers of a network, a territory, an organisation; a state."""

    q: str = ""
    reseau: str = ""
    agence: str = ""
    organisme: str = ""
    etat: str = ""

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Asked:
        """What is asked, words folded to one line; an unknown identifier finds nobody, and a page says so."""
        said = {field.name: " ".join(str(query.get(field.name, "")).split())[:LONGEST_QUERY] for field in fields(cls)}
        return cls(**said)

    @property
    def query(self) -> str:
        """As an address writes it, empty words left out."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    @property
    def for_journal(self) -> dict[str, Any]:
        """What the journal may keep for good: identifiers; of words, which may name a person, that there were some."""
        return {
            name: value if name != "q" and _IDENTIFIER.fullmatch(value) else True
            for name, value in vars(self).items()
            if value
        }


def rows(asked: Asked, day: dt.date | None = None) -> QuerySet[Referent]:
    """The posts that answer, in order of organisation and territory; those of a former member are not there."""
    found = Referent.objects.public()
    if asked.reseau:
        slug = None if asked.reseau == NO_NETWORK else asked.reseau
        found = found.filter(organisation__network__slug=slug)
    if asked.agence:
        found = found.filter(Q(agency=None) if asked.agence == REGION else Q(agency__slug=asked.agence))
    if asked.organisme:
        found = found.filter(Q(organisation__slug=asked.organisme) | Q(structure__slug=asked.organisme))
    if asked.etat:
        found = found.filter(_state(asked.etat, day or timezone.localdate()))
    for word in asked.q.split()[:MOST_WORDS]:
        found = found.filter(_said(word))
    return found.annotate(rank=Coalesce(F("agency__order"), Value(0), output_field=IntegerField())).order_by(
        "organisation__sort_key", "rank", "pk"
    )


def with_names(found: QuerySet[Referent]) -> QuerySet[Referent]:
    """The same rows with what a sheet shows, in one query."""
    return found.select_related("organisation__network", "structure", "agency")


def _state(state: str, day: dt.date) -> Q:
    if state == "vacant":
        return VACANT
    if state == "a-confirmer":
        return ~VACANT & stale(day)
    if state == "confirme":
        return ~VACANT & ~stale(day)
    return Q(pk__in=[])


def _said(word: str) -> Q:
    said = Q()
    for name in _WORDS:
        match = Q(**{f"{name}__unaccent__icontains": word})
        said |= match & Q(withdrawn_at=None) if name == "name" else match
    return said


@dataclass(frozen=True)
class Page:
    """Some rows in order, and the keys of the pages around (empty: none)."""

    rows: list[Referent]
    previous: str
    next: str


def page(found: QuerySet[Referent], *, after: str = "", before: str = "") -> Page:
    """A page of `PAGE` rows by key: after or before a post (its public identifier); the first one by default."""
    pivot, back = _pivot(before or after), bool(before)
    chosen = found
    if pivot is not None:
        chosen = found.filter(_beyond(pivot, "lt" if back else "gt"))
        if back:
            chosen = chosen.reverse()
    back = back and pivot is not None
    shown = list(with_names(chosen)[: PAGE + 1])
    more, shown = len(shown) > PAGE, shown[:PAGE]
    if back:
        shown.reverse()
    first, last = (str(shown[0].public_id), str(shown[-1].public_id)) if shown else ("", "")
    return Page(
        shown,
        previous=first if (more if back else pivot is not None) else "",
        next=last if (back or more) else "",
    )


def _pivot(key: str) -> tuple[str, int, int] | None:
    try:
        public_id = uuid.UUID(key)
    except ValueError:
        return None
    found = Referent.objects.filter(public_id=public_id).values_list("organisation__sort_key", "agency__order", "pk")
    pivot = found.first()
    return None if pivot is None else (pivot[0], pivot[1] or 0, pivot[2])


def _beyond(pivot: tuple[str, int, int], way: str) -> Q:
    key, rank, pk = pivot
    return Q(**{f"organisation__sort_key__{way}": key}) | Q(organisation__sort_key=key) & (
        Q(**{f"rank__{way}": rank}) | Q(rank=rank, **{f"pk__{way}": pk})
    )
