"""The quality grid: what the Region found of each criterion, for the whole organisation or for one site (R5, R15)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count

from accounts.models import User
from core.journal import record
from members.models import QualityCriterion
from recognition.models import Assessment, CandidateSite, Candidature
from recognition.services.checking import criteria_of
from recognition.services.transitions import locked

Level = Assessment.Level
LONGEST = 3_000  # characters of an observation
NO_LEVEL = "Choisissez un niveau."
NO_COMMENT = "Dites ce qui manque."
TOO_LONG = f"Une observation compte {LONGEST} caractères au plus."
# What is said of what is not reached must be written: it grounds what follows (R14).
_EXPLAINED = {Level.PARTLY, Level.UNMET}


@dataclass(frozen=True)
class Line:
    """What an officer typed of one criterion; `seen`: the `stamp` of what the page showed them.

    No level and no comment: the line is emptied.
    """

    criterion: QualityCriterion
    level: str
    comment: str
    seen: str


@dataclass(frozen=True)
class Outcome:
    """What became of the lines: how many were written, and by criterion why the others were not."""

    saved: int
    refused: dict[int, ValidationError]
    # The lines that a colleague wrote meanwhile, as they stand: nothing of theirs was overwritten.
    theirs: dict[int, Assessment | None]


def stamp(level: str, comment: str) -> str:
    """What a line says, in a word: another one when it comes back says that a colleague wrote in between."""
    return hashlib.sha256(f"{level}\x1f{tidy(comment)}".encode()).hexdigest()[:16]


def tidy(comment: str) -> str:
    return comment.replace("\r\n", "\n").strip()


@transaction.atomic
def assess(
    *, candidature: Candidature, criterion: QualityCriterion, site: CandidateSite | None, level: str,
    comment: str = "", user: User, at: dt.datetime,
) -> Assessment:  # fmt: skip
    """Write, or write anew, what was found of `criterion`, for the organisation (`site` is None) or one of its sites.

    Raises `ValidationError`, by field (French): a dossier that is not being examined, a criterion of another version of
    the cahier des charges (R15), a site of another dossier, a level that does not exist, a lack without a word.
    """
    held = locked(candidature, {Candidature.State.COMPLETE})
    _check_place(held, [criterion], site)
    check(level, comment)
    made = _Hand(held, site, user, at).write(criterion, level, comment)
    record(verb="candidature.assess", target=held, actor=user, changes={criterion.key: [None, str(level)]})
    return made


@transaction.atomic
def assess_all(
    *, candidature: Candidature, site: CandidateSite | None, lines: Sequence[Line], user: User, at: dt.datetime
) -> Outcome:
    """Save a page of the grid in one go: a line refused does not keep the others from being written.

    A line left as the page showed it is not touched, whatever a colleague wrote in it; one that both changed is refused
    to the second, who is shown what the first wrote. Raises `ValidationError` when the dossier is not being examined.
    """
    held = locked(candidature, {Candidature.State.COMPLETE})
    _check_place(held, [line.criterion for line in lines], site)
    hand = _Hand(held, site, user, at)
    there = {row.criterion_id: row for row in held.assessments.filter(site=site).select_related("assessed_by")}
    refused: dict[int, ValidationError] = {}
    theirs: dict[int, Assessment | None] = {}
    saved = 0
    for line in lines:
        key, now = line.criterion.pk, there.get(line.criterion.pk)
        mine, stands = stamp(line.level, line.comment), stamp(*_words(now))
        if mine in {line.seen, stands}:  # nothing typed here, or the same words as a colleague
            continue
        if line.seen != stands:
            theirs[key] = now
            continue
        try:
            hand.keep(line, now)
            saved += 1
        except ValidationError as error:
            refused[key] = error
    if saved:
        record(verb="candidature.assess", target=held, actor=user)
    return Outcome(saved, refused, theirs)


def unassessed(candidature: Candidature) -> list[QualityCriterion]:
    """The criteria of the version it is examined against that nobody assessed: neither for the whole organisation, nor
    for each of its sites. A fixed number of queries."""
    sites = set(candidature.sites.values_list("pk", flat=True))
    found: dict[int, set[int | None]] = {}
    for criterion, site in candidature.assessments.values_list("criterion_id", "site_id"):
        found.setdefault(criterion, set()).add(site)
    return [
        criterion for criterion in criteria_of(candidature.charter) if not is_assessed(found.get(criterion.pk), sites)
    ]


def is_assessed(said_of: set[int | None] | None, sites: set[int]) -> bool:
    """`said_of`: where a criterion was assessed, None standing for the organisation as a whole."""
    return said_of is not None and (None in said_of or (bool(sites) and sites <= said_of))


def unmet(dossiers: Iterable[Candidature]) -> dict[int, int]:
    """By dossier, how many of its criteria are not reached somewhere: for the whole organisation or on a site (R5, R7).

    A dossier whose criteria are all reached, at least in part, has 0. One query.
    """
    keys = [dossier.pk for dossier in dossiers]
    rows = Assessment.objects.filter(candidature__in=keys, level=Level.UNMET).order_by().values_list("candidature")
    found = dict(rows.annotate(count=Count("criterion", distinct=True)))
    return {key: found.get(key, 0) for key in keys}


def unmet_words(count: int) -> str:
    """« 1 critère non atteint »; nothing for none."""
    if not count:
        return ""
    return "1 critère non atteint" if count == 1 else f"{count} critères non atteints"


def check(level: str, comment: str) -> None:
    """Raises `ValidationError`, by field, for a level that does not exist or a lack without a word."""
    if level not in Level.values:
        raise ValidationError({"level": NO_LEVEL})
    if level in _EXPLAINED and not tidy(comment):
        raise ValidationError({"comment": NO_COMMENT})
    if len(tidy(comment)) > LONGEST:
        raise ValidationError({"comment": TOO_LONG})


def _words(row: Assessment | None) -> tuple[str, str]:
    return (row.level, row.comment) if row else ("", "")


def _check_place(held: Candidature, criteria: Sequence[QualityCriterion], site: CandidateSite | None) -> None:
    examined = set(criteria_of(held.charter).values_list("pk", flat=True))
    if any(criterion.pk not in examined for criterion in criteria):
        raise ValidationError({"criterion": "Ce critère n’est pas de la version examinée du cahier des charges."})
    if site is not None and site.candidature_id != held.pk:
        raise ValidationError({"site": "Ce site est d’un autre dossier."})


@dataclass(frozen=True)
class _Hand:
    """Who writes, when, in which column of the grid of which dossier."""

    dossier: Candidature
    site: CandidateSite | None
    user: User
    at: dt.datetime

    def keep(self, line: Line, now: Assessment | None) -> None:
        if not line.level and not tidy(line.comment):
            if now is not None:
                now.delete()
            return
        check(line.level, line.comment)
        self.write(line.criterion, line.level, line.comment)

    def write(self, criterion: QualityCriterion, level: str, comment: str) -> Assessment:
        made, _ = Assessment.objects.update_or_create(
            candidature=self.dossier, criterion=criterion, site=self.site,
            defaults={"level": level, "comment": tidy(comment), "assessed_by": self.user, "assessed_at": self.at},
        )  # fmt: skip
        return made
