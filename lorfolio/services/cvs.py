"""A CV is made in one act, filled with what makes sense; then it is the person's to change, copy, delete (L4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from lorfolio import content, selecting
from lorfolio.content import Content, ExperienceSeen, ExtraSeen, SkillSeen
from lorfolio.lists import Certainty, CvModel, ExtraKind, Kind, Section
from lorfolio.models import Choice, Cv, Portfolio, Selection
from lorfolio.periods import MONTHS
from lorfolio.selecting import Differences, Key

MOST = 50
TOO_MANY = f"Vous avez déjà {MOST}\u00a0CV\u00a0: supprimez ceux qui ne servent plus."
_SURE = {Certainty.ATTESTED: 2, Certainty.PROVED: 1}
_E, _S, _C, _L, _P = Section.EXPERIENCES, Section.STUDIES, Section.SKILLS, Section.LANGUAGES, Section.EXTRAS


@dataclass(frozen=True)
class Recipe:
    """What a model shows at first: its parts in their order, and how many items of each hold on one page."""

    sections: tuple[str, ...]
    lived: int
    studies: int
    skills: int
    kinds: frozenset[str] = frozenset(Kind.values)


RECIPES: Mapping[CvModel, Recipe] = {
    CvModel.CHRONOLOGICAL: Recipe((_E, _S, _C, _L, _P), 5, 3, 8),
    CvModel.SKILLS: Recipe((_C, _E, _S, _L, _P), 4, 3, 12),
    CvModel.FIRST_JOB: Recipe((_S, _E, _C, _L, _P), 6, 4, 8),
    CvModel.LEBENSLAUF: Recipe((_E, _S, _C, _L, _P), 6, 4, 8, frozenset({Kind.WORK, Kind.STUDY, Kind.VOLUNTEERING})),
    CvModel.BILINGUAL: Recipe((_E, _S, _C, _L, _P), 4, 3, 8),
}
LANGUAGES, EXTRAS = 5, 6


def suggested(whole: Content, model: CvModel) -> list[Key]:
    """A sensible first choice: what is recent, what is sure, what one does best, no more than a page holds."""
    recipe = RECIPES[model]
    lived = sorted((row for row in whole.lived if row.kind in recipe.kinds), key=_recent, reverse=True)
    if not lived:  # somebody whose path is not made of jobs has lived all the same
        lived = sorted(whole.lived, key=_recent, reverse=True)
    studies = sorted(whole.studies, key=_recent, reverse=True)
    extras = sorted((row for row in whole.extras if row.kind != ExtraKind.REFERENCE), key=_useful)
    return [
        *(("experience", row.id) for row in lived[: recipe.lived]),
        *(("experience", row.id) for row in studies[: recipe.studies]),
        *(("skill", row.id) for row in sorted(whole.skills, key=_best, reverse=True)[: recipe.skills]),
        *(("language", row.id) for row in whole.languages[:LANGUAGES]),
        *(("extra", row.id) for row in extras[:EXTRAS]),
    ]


def sketched(whole: Content, model: CvModel) -> Content:
    """What the CV of `model` would show, for a small drawing of it: without addresses."""
    order = {key: place for place, key in enumerate(suggested(whole, model))}
    kept: dict[str, tuple[object, ...]] = {}
    for name, kind in (
        ("experiences", "experience"),
        ("skills", "skill"),
        ("languages", "language"),
        ("extras", "extra"),
    ):
        rows = [row for row in getattr(whole, name) if (kind, row.id) in order]
        kept[name] = tuple(sorted(rows, key=lambda row, kind=kind: order[kind, row.id]))  # type: ignore[misc]
    bare = replace(whole.person, email="", phone="", url="", profiles=(), photo=b"")
    return replace(whole, person=bare, sections=RECIPES[model].sections, **kept)  # type: ignore[arg-type]


@transaction.atomic
def make(*, portfolio: Portfolio, model: CvModel, at: dt.datetime, key: UUID | None = None) -> Cv:
    """A new CV of `model`, filled. `key` is of the click: the same one twice makes one CV. Raises `ValidationError`."""
    held, made = _room(portfolio, key)
    if made is not None:
        return made
    whole = content.whole(portfolio, content.person_of(portfolio))
    selection = Selection.objects.create(portfolio=held, sections=list(RECIPES[model].sections))
    selecting.choose(selection=selection, keys=suggested(whole, model))
    free = key is not None and not Cv.objects.filter(pk=key).exists()
    cv = Cv(
        portfolio=held, selection=selection, model=model, with_photo=bool(held.photo_id), name=_name(model, at),
        **({"pk": key} if free else {}),
    )  # fmt: skip
    cv.save(force_insert=True)
    look(cv=cv, whole=whole, at=at)
    return cv


@transaction.atomic
def copy(*, cv: Cv, at: dt.datetime, key: UUID | None = None) -> Cv:
    """Another CV that says the same, to be changed for another offer. Raises `ValidationError`: too many."""
    held, made = _room(cv.portfolio, key)
    if made is not None:
        return made
    choices = list(Choice.objects.filter(selection=cv.selection))
    selection = Selection.objects.create(portfolio=held, sections=cv.selection.sections, seen=cv.selection.seen)
    selecting.choose(selection=selection, keys=selecting.keys_of(selection, choices))
    fields = {f.name: getattr(cv, f.name) for f in Cv._meta.fields if f.name not in {"id", "selection", "created_at"}}
    free = key is not None and not Cv.objects.filter(pk=key).exists()
    fields |= {"name": _copied(cv.name), "selection": selection} | ({"id": key} if free else {})
    return Cv.objects.create(**fields)


@transaction.atomic
def save(
    *,
    cv: Cv,
    keys: Iterable[Key] | None,
    sections: Iterable[str] | None,
    after: Callable[[Selection], None] | None = None,
) -> None:
    """What the editor holds: the fields of `cv`, the chosen items in their order, the order of the parts.

    `after` moves something in what was just saved. Raises `Cv.DoesNotExist` when another tab deleted it.
    """
    Cv.objects.select_for_update(of=("self",)).get(pk=cv.pk, portfolio=cv.portfolio_id)
    cv.save(force_update=True)
    if keys is not None:
        selecting.choose(selection=cv.selection, keys=list(keys))
    if sections is not None:
        selecting.order_sections(selection=cv.selection, sections=list(sections))
    if after is not None:
        after(cv.selection)


@transaction.atomic
def look(*, cv: Cv, whole: Content, at: dt.datetime) -> None:
    """The person has seen the CV as it is now: what changes later is told from here."""
    selecting.mark_seen(selection=cv.selection, whole=whole)
    cv.seen_at, cv.seen_person = at, lines_digest(cv)
    Cv.objects.filter(pk=cv.pk).update(seen_at=at, seen_person=cv.seen_person)


@transaction.atomic
def delete(*, cv: Cv) -> None:
    """The CV and its choice go; the items stay in the portfolio. Twice is once."""
    Selection.objects.filter(pk=cv.selection_id).delete()


def differences(cv: Cv, whole: Content, choices: Iterable[Choice] | None = None) -> Differences:
    """What is not as the person last saw it, their own lines aside (`lines_changed`)."""
    return selecting.differences(cv.selection, whole, choices)


def lines_changed(cv: Cv) -> bool:
    """Whether the person's own lines that this CV shows (name, contact, photo) changed since they looked."""
    return bool(cv.seen_person) and cv.seen_person != lines_digest(cv)


def lines_digest(cv: Cv) -> str:
    """Of the person's lines in their portfolio; what the CV itself says or hides is no change of theirs."""
    person = content.person_of(cv.portfolio, details={})
    return selecting.person_digest(replace(person, photo=str(cv.portfolio.photo_id or "").encode()))


def _room(portfolio: Portfolio, key: UUID | None) -> tuple[Portfolio, Cv | None]:
    """The portfolio, locked (two clicks wait for each other), and what the click has made already.

    Raises `ValidationError` when it has too many CVs.
    """
    held = Portfolio.objects.select_for_update(of=("self",)).select_related("commune").get(pk=portfolio.pk)
    made = Cv.objects.filter(portfolio=held, pk=key).first() if key else None
    if made is None and Cv.objects.filter(portfolio=held).count() >= MOST:
        raise ValidationError(TOO_MANY)
    return held, made


def _name(model: CvModel, at: dt.datetime) -> str:
    words = {
        CvModel.CHRONOLOGICAL: "CV chronologique", CvModel.SKILLS: "CV par compétences",
        CvModel.FIRST_JOB: "CV premier emploi", CvModel.LEBENSLAUF: "Lebenslauf",
        CvModel.BILINGUAL: "CV français-allemand",
    }  # fmt: skip
    return f"{words[model]}, {MONTHS[at.month - 1]} {at.year}"


def _copied(name: str) -> str:
    room = Cv._meta.get_field("name").max_length or 0
    return f"{name[: room - 8]} (copie)"


def _recent(row: ExperienceSeen) -> tuple[str, str]:
    """What goes on first, then what ended last; what has no date at all comes last."""
    return (row.ends or ("9999" if row.starts else ""), row.starts)


def _best(row: SkillSeen) -> tuple[int, int, int]:
    return (_SURE.get(Certainty(row.certainty), 0), row.level, len(row.experiences))


def _useful(row: ExtraSeen) -> int:
    return [str(kind) for kind in ExtraKind].index(row.kind)
