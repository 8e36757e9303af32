"""A CV ready to be set: every text knows its language and its direction, every date is written; no query, no HTML.

Templates only lay it out, so that all models say the same things (`templates/lorfolio/cv/models/`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.text import fold
from lorfolio.content import Content, ExperienceSeen, ExtraSeen, LanguageSeen, PersonSeen, ProofSeen, SkillSeen
from lorfolio.drawing.words import DE, KINDS, LEVELS, WORDS, language_name, moment, period
from lorfolio.lists import Cefr, Certainty, ExtraKind, ProofKind, Section

# Level of the bars drawn beside a language, out of six.
_CEFR_RANK = {level: rank for rank, level in enumerate([Cefr.A1, Cefr.A2, Cefr.B1, Cefr.B2, Cefr.C1, Cefr.C2], 1)}


class Text(str):
    """Words of the person: `{{ text.marks }}` inside a tag says their language, and their direction when it is rtl."""

    lang: str
    marks: SafeString

    def __new__(cls, words: str, lang: str = "") -> Text:
        made = super().__new__(cls, words)
        made.lang = lang
        made.marks = format_html(' lang="{}"', lang) if lang else SafeString("")
        if is_rtl(words):
            made.marks += SafeString(' dir="rtl"')
        return made


@dataclass(frozen=True)
class Entry:
    """Something lived, or an extra: `dates` is written, `mark` is « Attesté », « Prouvé » or nothing."""

    title: Text
    where: Text
    place: str = ""
    dates: str = ""
    what: str = ""  # « Bénévolat »
    summary: tuple[Text, ...] = ()
    highlights: tuple[Text, ...] = ()
    skills: tuple[Text, ...] = ()
    mark: str = ""
    certainty: str = Certainty.DECLARED
    attested: tuple[str, ...] = ()
    link: str = ""
    foreign: str = ""  # the language of its words, when it is not the page's


@dataclass(frozen=True)
class Ability:
    label: Text
    level: str = ""
    rank: int = 0  # of 4 (a skill) or 6 (a language); 0: nothing is drawn
    note: tuple[Text, ...] = ()
    seen_in: tuple[str, ...] = ()
    mark: str = ""
    certainty: str = Certainty.DECLARED
    attested: tuple[str, ...] = ()
    foreign: str = ""


@dataclass(frozen=True)
class Group:
    """Abilities or entries under one name; the name may be empty."""

    name: str
    rows: tuple[Any, ...]


@dataclass(frozen=True)
class Part:
    """A part of the CV, in the order that the person gave: `key` is of `Section`."""

    key: str
    title: str
    groups: tuple[Group, ...]

    @property
    def rows(self) -> tuple[Any, ...]:
        return tuple(row for group in self.groups for row in group.rows)


@dataclass(frozen=True)
class Line:
    """A line of contact: where it leads is empty for a place."""

    key: str
    label: str
    value: str
    href: str = ""


@dataclass(frozen=True)
class Sheet:
    lang: str
    name: Text
    headline: Text
    summary: tuple[Text, ...]
    contact: tuple[Line, ...]
    parts: tuple[Part, ...]
    marked: bool  # whether anything says « Attesté » or « Prouvé »: the legend is needed
    words: Mapping[str, str]


def sheet_of(content: Content, lang: str) -> Sheet:
    """`content` in `lang`; what has no translation stays in French, and says so to who reads aloud."""
    builder = _Builder(lang)
    person = content.person
    parts = tuple(part for key in content.sections if (part := builder.part(key, content)).rows)
    marks = {row.certainty for part in parts for row in part.rows if part.key != Section.LANGUAGES}
    return Sheet(
        lang, Text(person.name), builder.text(person, "headline"), builder.lines(person, "summary"),
        builder.contact(person), parts, bool(marks - {Certainty.DECLARED}), WORDS[lang],
    )  # fmt: skip


class _Builder:
    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.words = WORDS[lang]

    def part(self, key: str, content: Content) -> Part:
        made = {
            Section.EXPERIENCES: lambda: [Group("", tuple(map(self.experience, content.lived)))],
            Section.STUDIES: lambda: [Group("", tuple(map(self.experience, content.studies)))],
            Section.SKILLS: lambda: self.skills(content.skills),
            Section.LANGUAGES: lambda: [Group("", tuple(map(self.language, content.languages)))],
            Section.EXTRAS: lambda: self.extras(content.extras),
        }[Section(key)]()
        return Part(key, self.words[key], tuple(group for group in made if group.rows))

    def experience(self, row: ExperienceSeen) -> Entry:
        return Entry(
            self.text(row, "title"), self.text(row, "organisation"), self.text(row, "place"),
            period(row.starts, row.ends, self.lang), KINDS[self.lang].get(row.kind, ""), self.lines(row, "summary"),
            self.several(row, "highlights"), tuple(Text(label) for label in row.skills), self.mark(row.certainty),
            row.certainty, _attested(row.proofs), _web(row.url), self.foreign(row),
        )  # fmt: skip

    def skills(self, rows: Iterable[SkillSeen]) -> list[Group]:
        """In groups of the reference list, as they first come; own words last, named only beside others."""
        by_group: dict[str, list[Ability]] = {}
        for row in rows:
            by_group.setdefault(row.group, []).append(self.skill(row))
        own = by_group.pop("", [])
        # Names of groups are French: another language shows one list.
        if self.lang == DE:
            return [Group("", tuple(ability for made in by_group.values() for ability in made) + tuple(own))]
        groups = [Group(name, tuple(made)) for name, made in by_group.items()]
        return [*groups, Group(self.words["other_skills"] if groups else "", tuple(own))]

    def skill(self, row: SkillSeen) -> Ability:
        return Ability(
            self.text(row, "label"), LEVELS[self.lang].get(row.level, ""), row.level, self.lines(row, "note"),
            row.experiences, self.mark(row.certainty), row.certainty, _attested(row.proofs), self.foreign(row, "label"),
        )  # fmt: skip

    def language(self, row: LanguageSeen) -> Ability:
        said = language_name(fold(row.name)) if self.lang == DE else ""
        level = self.words["native"] if row.level == Cefr.NATIVE else row.level
        rank = 6 if row.level == Cefr.NATIVE else _CEFR_RANK.get(Cefr(row.level), 0) if row.level else 0
        return Ability(Text(said or row.name), level, rank)

    def extras(self, rows: Iterable[ExtraSeen]) -> list[Group]:
        return [
            Group(self.words[ExtraKind(kind)], tuple(map(self.extra, several)))
            for kind, several in groupby(sorted(rows, key=_rank), key=lambda row: row.kind)
        ]

    def extra(self, row: ExtraSeen) -> Entry:
        return Entry(
            self.text(row, "title"), self.text(row, "issuer"),
            dates=moment(row.date, self.lang) if row.date else "", summary=self.lines(row, "summary"),
            mark=self.mark(row.certainty), certainty=row.certainty, attested=_attested(row.proofs), link=_web(row.url),
            foreign=self.foreign(row),
        )  # fmt: skip

    def contact(self, person: PersonSeen) -> tuple[Line, ...]:
        place = " ".join(filter(None, (person.postal_code, person.place)))
        lines = (
            Line("place", self.words["place"], place),
            Line("phone", self.words["phone"], person.phone, f"tel:{_dialled(person.phone)}"),
            Line("email", self.words["email"], person.email, f"mailto:{person.email}"),
            Line("url", self.words["url"], _bare(person.url), _web(person.url)),
            *(
                Line("url", said.get("network", "") or self.words["url"], _profile(said), _web(said.get("url", "")))
                for said in person.profiles
            ),
        )  # fmt: skip
        return tuple(line for line in lines if line.value)

    def mark(self, certainty: str) -> str:
        return self.words.get(certainty, "")

    def translated(self, row: Any, name: str) -> Any:
        return (row.translations.get(self.lang) or {}).get(name) if self.lang == DE else None

    def foreign(self, row: Any, name: str = "title") -> str:
        return "fr" if self.lang == DE and not self.translated(row, name) else ""

    def text(self, row: Any, name: str) -> Text:
        return Text(str(self.translated(row, name) or getattr(row, name)))

    def lines(self, row: Any, name: str) -> tuple[Text, ...]:
        """The paragraphs of a longer text."""
        return tuple(Text(line.strip()) for line in self.text(row, name).splitlines() if line.strip())

    def several(self, row: Any, name: str) -> tuple[Text, ...]:
        said = self.translated(row, name) or getattr(row, name)
        said = said.splitlines() if isinstance(said, str) else said
        return tuple(Text(str(line).strip()) for line in said if str(line).strip())


def is_rtl(words: str) -> bool:
    """Whether the first letter that has a direction goes from right to left (Arabic, Hebrew)."""
    strong = (kind for letter in words if (kind := unicodedata.bidirectional(letter)) in {"L", "R", "AL"})
    return next(strong, "L") != "L"


def _attested(proofs: Iterable[ProofSeen]) -> tuple[str, ...]:
    return tuple(proof.by for proof in proofs if proof.kind == ProofKind.ATTESTATION and proof.by)


def _rank(row: ExtraSeen) -> int:
    return [str(kind) for kind in ExtraKind].index(row.kind)


def _dialled(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")


def _web(url: str) -> str:
    """The address, if a browser may follow it from a document (an imported file says anything)."""
    return url if url.startswith(("https://", "http://")) else ""


def _bare(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def _profile(said: Mapping[str, str]) -> str:
    return _bare(said.get("url", "")) or " ".join(filter(None, (said.get("network"), said.get("username"))))
