"""Who is recognised: the rows of the public list and of its file, chosen by name and by territory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from core.text import fold
from recognition.models import CandidateSite, Recognition
from recognition.standing import Standing, standing, until_words
from territories.models import Agency, Department

LONGEST_QUERY = 120


@dataclass(frozen=True)
class Search:
    """What a visitor asked: words of the name, a department, an agency, and whether those that are over count too.

    `unknown` says in French what was asked and does not exist; it is then left aside.
    """

    words: str = ""
    department: str = ""
    agency: str = ""
    past: bool = False
    unknown: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.words or self.department or self.agency)


@dataclass(frozen=True)
class Line:
    """One recognition, how it stands, until when in words, how many places, in which departments."""

    recognition: Recognition
    standing: Standing
    until: str
    places: int
    departments: list[str]


def read(asked: Mapping[str, str]) -> Search:
    """The search of an address: nothing in it is an error."""
    words = " ".join(asked.get("q", "").split())[:LONGEST_QUERY]
    department, agency = asked.get("departement", "")[:10], asked.get("agence", "")[:80]
    unknown = ""
    if department and not Department.objects.filter(code=department).exists():
        unknown, department = "Ce département n’est pas dans la région\u00a0: voici tous les départements.", ""
    if agency and not Agency.objects.filter(slug=agency).exists():
        unknown, agency = "Cette agence n’existe pas\u00a0: voici tous les territoires.", ""
    return Search(words, department, agency, asked.get("etat") == "toutes", unknown)


def rows(search: Search, on: dt.date) -> QuerySet[Recognition]:
    """Those of the search, by name; those that one may rely on today, unless the others are asked too."""
    found = Recognition.objects.filter(starts_on__lte=on) if search.past else Recognition.objects.in_force(on)
    if not search.past:  # annulled today: it ends tonight, and may not be relied on any more
        found = found.exclude(end_reason__in=[Recognition.End.WITHDRAWN, Recognition.End.REPEALED])
        found = found.filter(suspended_since=None)
    for word in fold(search.words).split():
        name = Q(organisation__sort_key__contains=word) | Q(organisation__slug__contains=word)
        typed = Q(organisation__name__icontains=word) | Q(organisation__current_name__icontains=word)
        found = found.filter(name | typed)
    its = CandidateSite.objects.filter(candidature=OuterRef("candidature"))
    if search.department:
        found = found.filter(Exists(its.filter(commune__department=search.department)))
    if search.agency:
        found = found.filter(Exists(its.filter(commune__agency__slug=search.agency)))
    found = found.select_related("organisation", "plan", "granted_by").annotate(places=Count("candidature__sites"))
    return found.order_by("organisation__sort_key", "-starts_on", "pk")


def lines(found: list[Recognition], on: dt.date) -> list[Line]:
    """As pages and files say them. One query more, whatever their number."""
    names = _departments([row.candidature_id for row in found])
    return [
        Line(row, standing(row, on), until_words(row), row.places, names.get(row.candidature_id, []))  # type: ignore[attr-defined]
        for row in found
    ]


def _departments(dossiers: list[int]) -> dict[int, list[str]]:
    sites = CandidateSite.objects.filter(candidature__in=dossiers, commune__isnull=False)
    pairs = sites.order_by("commune__department__code").values_list("candidature", "commune__department__name")
    found: dict[int, list[str]] = {}
    for dossier, name in pairs.distinct():
        found.setdefault(dossier, []).append(name)
    return found


HEADER = (
    "organisme", "identifiant", "etat", "depuis_le", "jusqu_au", "terme_notifie", "plan", "deliberation", "lieux",
    "departements", "page",
)  # fmt: skip
