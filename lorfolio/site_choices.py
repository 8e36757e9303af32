"""What the editor of a site offers: every item of the portfolio, part by part, those shown first in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lorfolio import content, selecting
from lorfolio.content import Content
from lorfolio.lists import Cefr, ExtraKind, Section
from lorfolio.models import PersonalSite
from lorfolio.periods import partial_words, period_words
from lorfolio.site_page import TITLES


@dataclass(frozen=True)
class Offered:
    """One box; `new` says that the item came since the person last looked."""

    name: str  # « experience/<uuid> »
    title: str
    hint: str
    shown: bool
    new: bool = False


@dataclass(frozen=True)
class OfferedPart:
    slug: str
    title: str
    label: str
    items: tuple[Offered, ...]

    @property
    def shown(self) -> int:
        return sum(item.shown for item in self.items)


def parts_of(
    site: PersonalSite, *, keys: list[selecting.Key] | None = None, sections: list[str] | None = None
) -> list[OfferedPart]:
    """Every part in its order; seven queries at most."""
    whole = content.whole(site.portfolio, content.person_of(site.portfolio))
    choices = list(site.selection.choices.all())
    chosen = selecting.keys_of(site.selection, choices) if keys is None else keys
    fresh = set(selecting.differences(site.selection, whole, choices).appeared)
    items = _items(whole)
    ordered = selecting.in_full(site.selection.sections if sections is None else sections)
    return [
        OfferedPart(slug, TITLES[Section(slug)], Section(slug).label, _offered(items[slug], chosen, fresh))
        for slug in ordered
    ]


def _offered(
    rows: list[tuple[str, Any, str]], chosen: list[selecting.Key], fresh: set[selecting.Key]
) -> tuple[Offered, ...]:
    rank = {key: at for at, key in enumerate(chosen)}
    rows.sort(key=lambda row: rank.get((row[0], row[1].id), len(rank)))
    return tuple(
        Offered(f"{kind}/{row.id}", _title(row), hint, (kind, row.id) in rank, (kind, row.id) in fresh)
        for kind, row, hint in rows
    )


def _title(row: Any) -> str:
    return str(getattr(row, "title", "") or getattr(row, "label", "") or getattr(row, "name", ""))


def _items(whole: Content) -> dict[str, list[tuple[str, Any, str]]]:
    """(kind of the item, the item, what is said under it) of each part."""
    cefr: dict[str, str] = dict(Cefr.choices)
    return {
        Section.EXPERIENCES: [("experience", row, _lived(row)) for row in whole.lived],
        Section.STUDIES: [("experience", row, _lived(row)) for row in whole.studies],
        Section.SKILLS: [("skill", row, "") for row in whole.skills],
        Section.LANGUAGES: [("language", row, cefr.get(row.level, "") if row.level else "") for row in whole.languages],
        Section.EXTRAS: [("extra", row, _extra(row)) for row in whole.extras],
    }


def _lived(row: Any) -> str:
    return ", ".join(filter(None, (row.organisation, period_words(row.starts, row.ends))))


def _extra(row: Any) -> str:
    return ", ".join(filter(None, (ExtraKind(row.kind).label, row.issuer, partial_words(row.date) if row.date else "")))
