"""What an adviser is shown: made of the chosen content alone, with what was said of each thing (L9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.formats import date_format

from lorfolio import content
from lorfolio.content import Content, ExperienceSeen, PersonSeen, SkillSeen
from lorfolio.lists import Cefr, Level, Section
from lorfolio.models import Advice, Comment, Step, Target
from lorfolio.periods import partial_words, period_words

_SAID = frozenset(Cefr.values) - {""}
WHOLE = ""  # what a comment on everything is about


@dataclass(frozen=True)
class Said:
    """One thing that is shown. `about` is what a comment on it names: « experience/<uuid> »."""

    about: str
    title: str
    detail: str = ""
    text: str = ""
    lines: tuple[str, ...] = ()
    certainty: str = ""
    url: str = ""
    comments: list[Comment] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """`short` things stand side by side where there is room."""

    title: str
    items: list[Said]
    short: bool = False


@dataclass(frozen=True)
class Seen:
    """Everything an adviser may see of one invitation; `lost` are comments on what is shown no more."""

    person: PersonSeen
    parts: list[Part]
    whole: list[Comment]
    lost: list[Comment]

    @property
    def abouts(self) -> set[str]:
        return {WHOLE} | {item.about for part in self.parts for item in part.items}

    def titled(self, about: str) -> str:
        return next((i.title for part in self.parts for i in part.items if i.about == about), "L’ensemble")


def seen(advice: Advice) -> Seen:
    """A few queries, whatever there is. The person's ways to be reached are not part of it: they gave them, or not."""
    portfolio = advice.portfolio
    person = content.person_of(
        portfolio, email="", phone="", place="", postal_code="", url="", profiles=(), summary="", details={},
        translations={},
    )  # fmt: skip
    found = content.of_selection(advice.selection, person)
    parts = [_part(found, section) for section in found.sections]
    parts.append(
        Part("CV", [Said(f"cv/{cv.pk}", cv.name, cv.headline, url=f"cv/{cv.pk}.pdf") for cv in advice.cvs.all()])
    )
    if advice.with_project:
        parts.append(_project(advice))
    return _commented(person, [part for part in parts if part.items], list(advice.comments.all()))


def _commented(person: PersonSeen, parts: list[Part], comments: Sequence[Comment]) -> Seen:
    said = defaultdict(list)
    for comment in comments:
        said[comment.about].append(comment)
    for part in parts:
        for item in part.items:
            item.comments.extend(said.pop(item.about, []))
    whole = said.pop(WHOLE, [])
    return Seen(person, parts, whole, sorted((c for rest in said.values() for c in rest), key=lambda c: (c.at, c.pk)))


def _part(found: Content, section: str) -> Part:
    items = {
        Section.EXPERIENCES: lambda: [_lived(row) for row in found.lived],
        Section.STUDIES: lambda: [_lived(row) for row in found.studies],
        Section.SKILLS: lambda: [_able(row) for row in found.skills],
        Section.LANGUAGES: lambda: [
            Said(f"language/{row.id}", row.name, str(Cefr(row.level).label) if row.level in _SAID else "")
            for row in found.languages
        ],
        Section.EXTRAS: lambda: [
            Said(
                f"extra/{row.id}", row.title, _joined(row.issuer, partial_words(row.date)), row.summary,
                certainty=row.certainty,
            )
            for row in found.extras
        ],
    }  # fmt: skip
    short = section in (Section.SKILLS, Section.LANGUAGES, Section.EXTRAS)
    return Part(str(Section(section).label), items[Section(section)](), short)


def _lived(row: ExperienceSeen) -> Said:
    detail = _joined(row.organisation, row.place, period_words(row.starts, row.ends))
    return Said(f"experience/{row.id}", row.title, detail, row.summary, row.highlights, row.certainty)


def _able(row: SkillSeen) -> Said:
    level = str(Level(row.level).label) if row.level else ""
    where = f"Dans\u00a0: {', '.join(row.experiences)}" if row.experiences else ""
    return Said(f"skill/{row.id}", row.label, level, "\n\n".join(filter(None, (row.note, where))), (), row.certainty)


def _project(advice: Advice) -> Part:
    """Targets and the steps to come; a target put aside is not shown."""
    aims = Target.objects.filter(portfolio=advice.portfolio, dropped_at=None)
    steps = Step.objects.filter(portfolio=advice.portfolio)
    items = [Said(f"target/{aim.pk}", aim.title, "Métier visé", aim.note) for aim in aims]
    for step in steps:
        done = "Fait" if step.done_at else f"Pour le {date_format(step.due_on, 'j F Y')}" if step.due_on else "À faire"
        items.append(Said(f"step/{step.pk}", step.title, done, step.note))
    return Part("Projet", items, short=True)


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))
