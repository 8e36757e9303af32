"""What a person chose to show, read once: every CV, file, site and shared view is made of this and of nothing else.

`of_selection` reads the chosen items in their order; `whole` everything. No query after that: what draws cannot show
an item that was not chosen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from lorfolio.lists import Certainty, ExtraKind, Kind, Section
from lorfolio.models import Choice, Experience, Extra, Language, Portfolio, Proof, Selection, Skill

STUDIES = frozenset({Kind.STUDY})
_RANK = {Certainty.DECLARED: 0, Certainty.PROVED: 1, Certainty.ATTESTED: 2}


@dataclass(frozen=True)
class ProofSeen:
    """A proof as others see it: never a file's name, nor an address."""

    kind: str
    title: str
    url: str = ""
    by: str = ""  # « Camille Exemple, cheffe d’équipe, Menuiserie Exemple »
    on: str = ""  # ISO date of the answer
    statement: str = ""


@dataclass(frozen=True)
class ExperienceSeen:
    id: UUID
    kind: str
    title: str
    organisation: str = ""
    place: str = ""
    url: str = ""
    starts: str = ""
    ends: str = ""
    summary: str = ""
    highlights: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    proofs: tuple[ProofSeen, ...] = ()
    certainty: str = Certainty.DECLARED
    details: Mapping[str, Any] = field(default_factory=dict)
    translations: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_study(self) -> bool:
        return self.kind in STUDIES

    @property
    def ongoing(self) -> bool:
        return bool(self.starts) and not self.ends


@dataclass(frozen=True)
class SkillSeen:
    id: UUID
    label: str
    group: str = ""  # of the reference list; empty for own words
    level: int = 0
    note: str = ""
    keywords: tuple[str, ...] = ()
    experiences: tuple[str, ...] = ()  # their titles
    proofs: tuple[ProofSeen, ...] = ()
    certainty: str = Certainty.DECLARED
    details: Mapping[str, Any] = field(default_factory=dict)
    translations: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LanguageSeen:
    id: UUID
    name: str
    level: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExtraSeen:
    id: UUID
    kind: str
    title: str
    issuer: str = ""
    date: str = ""
    url: str = ""
    summary: str = ""
    proofs: tuple[ProofSeen, ...] = ()
    certainty: str = Certainty.DECLARED
    details: Mapping[str, Any] = field(default_factory=dict)
    translations: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonSeen:
    """Who it is about; what is not to be shown is empty. `photo` is a JPEG or WebP, drawn again by us."""

    given_name: str = ""
    family_name: str = ""
    headline: str = ""
    summary: str = ""
    email: str = ""
    phone: str = ""
    place: str = ""
    postal_code: str = ""
    url: str = ""
    profiles: tuple[Mapping[str, str], ...] = ()
    photo: bytes = field(default=b"", repr=False)
    photo_type: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    translations: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.given_name, self.family_name)))


@dataclass(frozen=True)
class Content:
    person: PersonSeen
    experiences: tuple[ExperienceSeen, ...] = ()
    skills: tuple[SkillSeen, ...] = ()
    languages: tuple[LanguageSeen, ...] = ()
    extras: tuple[ExtraSeen, ...] = ()
    sections: tuple[str, ...] = tuple(Section.values)

    @property
    def studies(self) -> tuple[ExperienceSeen, ...]:
        return tuple(row for row in self.experiences if row.is_study)

    @property
    def lived(self) -> tuple[ExperienceSeen, ...]:
        """Everything but studies."""
        return tuple(row for row in self.experiences if not row.is_study)

    def extras_of(self, kind: ExtraKind) -> tuple[ExtraSeen, ...]:
        return tuple(row for row in self.extras if row.kind == kind)


def of_selection(selection: Selection, person: PersonSeen) -> Content:
    """The chosen items in their order; three queries at most, whatever there is."""
    rows = Choice.objects.filter(selection=selection).order_by("position", "id")
    choices = rows.select_related("experience", "skill__reference", "language", "extra")
    chosen: dict[str, list[Any]] = {item: [] for item in Choice.ITEMS}
    for choice in choices:
        for item in Choice.ITEMS[:4]:
            if getattr(choice, f"{item}_id"):
                chosen[item].append(getattr(choice, item))
    return _read(
        person, tuple(selection.sections) or tuple(Section.values), experiences=chosen["experience"],
        skills=chosen["skill"], languages=chosen["language"], extras=chosen["extra"],
    )  # fmt: skip


def whole(portfolio: Portfolio, person: PersonSeen) -> Content:
    """Everything that the portfolio holds, in its own order; six queries at most."""
    return _read(
        person, tuple(Section.values),
        experiences=list(Experience.objects.filter(portfolio=portfolio)),
        skills=list(Skill.objects.filter(portfolio=portfolio).select_related("reference")),
        languages=list(Language.objects.filter(portfolio=portfolio)),
        extras=list(Extra.objects.filter(portfolio=portfolio)),
    )  # fmt: skip


def person_of(portfolio: Portfolio, **shown: Any) -> PersonSeen:
    """The person's own lines; `shown` says otherwise (a headline of the CV, `email=""` to hide it)."""
    commune = portfolio.commune
    facts: dict[str, Any] = {
        "given_name": portfolio.given_name, "family_name": portfolio.family_name, "headline": portfolio.headline,
        "summary": portfolio.summary, "email": portfolio.email, "phone": portfolio.phone,
        "place": portfolio.place or (commune.name if commune else ""),
        "postal_code": commune.postal_codes[0] if commune and commune.postal_codes and not portfolio.place else "",
        "url": portfolio.url, "profiles": tuple(portfolio.profiles), "details": portfolio.details,
        "translations": portfolio.translations,
    }  # fmt: skip
    return PersonSeen(**(facts | shown))


def certainty_of(proofs: Iterable[Proof]) -> Certainty:
    """The best that the proofs say (L11)."""
    return max((proof.certainty for proof in proofs), key=_RANK.__getitem__, default=Certainty.DECLARED)


def _read(
    person: PersonSeen, sections: tuple[str, ...], *, experiences: list[Experience], skills: list[Skill],
    languages: list[Language], extras: list[Extra],
) -> Content:  # fmt: skip
    """What stands beside the items, in two queries. Titles of other items are named only when these are here too."""
    proofs = _proofs_of(experiences, skills, extras)
    links = _links(experiences, skills)
    titles = {row.pk: row.title for row in experiences}
    labels = {row.pk: row.label for row in skills}
    used: dict[UUID, list[str]] = {row.pk: [labels[s] for s, e in links if e == row.pk] for row in experiences}
    drawn: dict[UUID, list[str]] = {row.pk: [titles[e] for s, e in links if s == row.pk] for row in skills}
    return Content(
        person,
        tuple(_experience(row, used[row.pk], proofs[row.pk]) for row in experiences),
        tuple(_skill(row, drawn[row.pk], proofs[row.pk]) for row in skills),
        tuple(LanguageSeen(row.pk, row.name, row.level, row.details) for row in languages),
        tuple(_extra(row, proofs[row.pk]) for row in extras),
        sections,
    )


def _proofs_of(experiences: list[Experience], skills: list[Skill], extras: list[Extra]) -> dict[UUID, list[Proof]]:
    """The proofs of each item, under its key."""
    found: dict[UUID, list[Proof]] = defaultdict(list)
    if experiences or skills or extras:
        about = Q(experience__in=experiences) | Q(skill__in=skills) | Q(extra__in=extras)
        for proof in Proof.objects.filter(about):
            found[proof.experience_id or proof.skill_id or proof.extra_id].append(proof)  # type: ignore[index]
    return found


def _links(experiences: list[Experience], skills: list[Skill]) -> list[tuple[UUID, UUID]]:
    """(skill, experience), both among these, in the order of both."""
    if not experiences or not skills:
        return []
    rows = Skill.experiences.through._default_manager.filter(skill__in=skills, experience__in=experiences)
    known = set(rows.values_list("skill_id", "experience_id"))
    return [(s.pk, e.pk) for s in skills for e in experiences if (s.pk, e.pk) in known]


def _experience(row: Experience, skills: list[str], proofs: list[Proof]) -> ExperienceSeen:
    return ExperienceSeen(
        row.pk, row.kind, row.title, row.organisation, row.place, row.url, row.starts, row.ends, row.summary,
        tuple(row.highlights), tuple(skills), _proofs(proofs), certainty_of(proofs), row.details, row.translations,
    )  # fmt: skip


def _skill(row: Skill, experiences: list[str], proofs: list[Proof]) -> SkillSeen:
    return SkillSeen(
        row.pk, row.label, row.reference.group if row.reference else "", row.level, row.note, tuple(row.keywords),
        tuple(experiences), _proofs(proofs), certainty_of(proofs), row.details, row.translations,
    )  # fmt: skip


def _extra(row: Extra, proofs: list[Proof]) -> ExtraSeen:
    return ExtraSeen(
        row.pk, row.kind, row.title, row.issuer, row.date, row.url, row.summary, _proofs(proofs),
        certainty_of(proofs), row.details, row.translations,
    )  # fmt: skip


def _proofs(proofs: list[Proof]) -> tuple[ProofSeen, ...]:
    """Those that stand: an attestation asked for and not given says nothing."""
    return tuple(
        ProofSeen(
            proof.kind, proof.title, proof.url,
            ", ".join(filter(None, (proof.attester_name, proof.attester_role, proof.attester_organisation))),
            proof.answered_at.date().isoformat() if proof.answered_at else "", proof.statement,
        )
        for proof in proofs
        if proof.certainty != Certainty.DECLARED
    )  # fmt: skip
