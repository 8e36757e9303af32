"""A dossier on one page, for those who sit in a body: who asks, where, what the examination found, what was said (R6).

Notes of the Region's services are never in it. Whatever a dossier holds, its sheet is one page: what does not fit is
counted, and said to be in the dossier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from core.pdf import Pdf, draw
from core.text import siret_words
from recognition.contents import said
from recognition.documents.dossier import label_of
from recognition.letters.about import day_words, region_name
from recognition.models import OWED, Assessment, Candidature

Level = Assessment.Level


@dataclass(frozen=True)
class _Room:
    """How much of each thing a sheet shows: sites, characters of the presentation, lines of the grid, of an opinion."""

    sites: int
    words: int
    gaps: int
    reasons: int


# From the most to the least: the first that holds on one page is taken.
_ROOMS = (
    _Room(20, 900, 8, 400),
    _Room(20, 500, 5, 200),
    _Room(14, 500, 5, 200),
    _Room(10, 350, 4, 140),
    _Room(5, 250, 3, 110),
    _Room(3, 120, 2, 60),
)


def sheet_pdf(candidatures: Candidature | Iterable[Candidature], *, title: str = "") -> bytes:
    """One page each, in the order given. `title` says what for: « Conseil d’Orientation, 20 septembre 2027 ».

    All are drawn at once, at their fullest; those that take two pages are made shorter, together, until they hold.
    """
    rows = [candidatures] if isinstance(candidatures, Candidature) else list(candidatures)
    region, name = region_name(), title or "Fiches des dossiers"
    facts = [_Facts(row) for row in rows]
    sheets = [
        one.sheet(_ROOMS[0]) | {"number": n, "total": len(rows), "title": title} for n, one in enumerate(facts, 1)
    ]
    drawn = draw(_page(sheets, region, name))
    if not sheets or drawn.pages <= len(sheets):
        return drawn.data
    long = _overflowing(drawn)
    for room in _ROOMS[1:]:
        for number in long:
            sheets[number] |= facts[number].sheet(room)
        again = _overflowing(draw(_page([sheets[number] for number in long], region, name)))
        if not (long := [long[place] for place in again]):
            break
    return draw(_page(sheets, region, name)).data


def _overflowing(drawn: Pdf) -> list[int]:
    """Which sheets (from 0) go on to a second page: each begins a page with its heading."""
    ends = [*drawn.headings[1:], drawn.pages]
    return [number for number, (start, end) in enumerate(zip(drawn.headings, ends, strict=True)) if end - start > 1]


def _page(sheets: list[dict[str, Any]], region: str, name: str) -> str:
    return render_to_string("documents/sheet.html", {"sheets": sheets, "region": region, "name": name})


class _Facts:
    """What the database says of one dossier, asked once whatever the room."""

    def __init__(self, candidature: Candidature) -> None:
        self.dossier = candidature
        self.sites = list(candidature.sites.select_related("commune__department").order_by("order", "pk"))
        self.grid = list(candidature.assessments.select_related("criterion", "site"))
        self.opinions = list(candidature.opinions.select_related("body", "sitting").order_by("body__order"))
        self.files = candidature.attachments.filter(replaced_at=None).count()

    def sheet(self, room: _Room) -> dict[str, Any]:
        dossier = self.dossier
        lacking = [line for line in self.grid if line.level in {Level.UNMET, Level.PARTLY}]
        lacking.sort(key=lambda line: (line.level != Level.UNMET, line.criterion.order))
        return {
            "name": _cut(dossier.organisation.display_name, 160),
            "rows": self._identity(),
            "presentation": _cut(dossier.presentation, room.words),
            "offer": _cut(dossier.offer, room.words // 2),
            "sites": [_site(site) for site in self.sites[: room.sites]],
            "more_sites": max(0, len(self.sites) - room.sites),
            "count": len(self.sites),
            "departments": _departments(self.sites),
            "levels": self._levels(),
            "gaps": [_gap(line, room.reasons) for line in lacking[: room.gaps]],
            "more_gaps": max(0, len(lacking) - room.gaps),
            "opinions": [
                {
                    "body": opinion.body.short_name,
                    "day": day_words(opinion.sitting.held_on),
                    "value": opinion.get_value_display(),
                    "reasons": _cut(opinion.reasons, room.reasons),
                }
                for opinion in self.opinions
            ],
        }

    def _identity(self) -> list[tuple[str, str]]:
        dossier = self.dossier
        person = ", ".join(filter(None, (dossier.legal_representative, dossier.legal_representative_title)))
        rows = [
            ("Demande", f"{dossier.get_kind_display()}, campagne {dossier.campaign.year}"),
            ("Dossier", dossier.receipt_number),
            ("SIRET", siret_words(dossier.siret)),
            (label_of(Candidature, "legal_form"), _cut(dossier.legal_form, 80)),
            (label_of(Candidature, "address"), _cut(" ".join(dossier.address.split()), 120)),
            ("Représenté par", _cut(person, 120)),
            ("Fichiers joints", str(self.files)),
        ]
        return [(label, value) for label, value in rows if value]

    def _levels(self) -> list[tuple[str, int]]:
        counted = Counter(line.level for line in self.grid)
        return [(str(label), counted[value]) for value, label in Level.choices if counted[value]]


def _site(site: Any) -> dict[str, str]:
    owed = "les trois" if set(OWED) <= set(site.services) else "incomplets"
    return {
        "name": _cut(site.name, 70),
        "town": _cut(site.commune.name, 40) if site.commune else "",
        "publics": _cut(site.publics_text or said("publics", {}, site.publics), 60) or "tout public",
        "services": owed,
    }


def _gap(line: Assessment, room: int) -> dict[str, str]:
    return {
        "what": _cut(line.criterion.in_a_line, 90),
        "where": _cut(line.site.name, 50) if line.site else "",
        "level": line.get_level_display(),
        "comment": _cut(line.comment, room),
    }


def _departments(sites: list[Any]) -> str:
    counted = Counter(site.commune.department.name for site in sites if site.commune)
    return ", ".join(f"{name} ({count})" for name, count in sorted(counted.items()))


def _cut(text: str, longest: int) -> str:
    """`text` in at most `longest` characters, cut between words where it can be."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    return (kept.rpartition(" ")[0] if " " in kept[longest // 2 :] else kept).rstrip(" ,;:") + "…"
