"""What a person says they can do: held once, whatever the way it came (L3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from lorfolio.lists import Level
from lorfolio.models import Choice, Comment, Experience, Portfolio, Proof, Skill
from lorfolio.services.path import FULL, locked
from lorfolio.skill_keys import LONGEST, skill_key
from metiers.models import Skill as Reference

MOST = 500
TWICE = "Cette compétence est déjà dans votre liste\u00a0: vous pouvez réunir les deux."


@transaction.atomic
def hold(
    *,
    portfolio: Portfolio,
    label: str = "",
    reference: Reference | None = None,
    experience: Experience | None = None,
    level: int = Level.UNSAID,
) -> Skill:
    """The skill `label` (or the one of the list) of this person, made when they had it not; linked to `experience`.

    Raises `ValidationError` (French): nothing that can be read, too many skills.
    """  # fmt: skip
    locked(portfolio)
    label = " ".join((reference.label if reference else label).split())[:LONGEST]
    folded = skill_key(label)
    if not label:
        raise ValidationError({"label": "Écrivez ce que vous savez faire."})
    row = Skill.objects.filter(portfolio=portfolio, folded=folded).first()
    if row is None and reference is not None:
        row = Skill.objects.filter(portfolio=portfolio, reference=reference).first()
    if row is None:
        if Skill.objects.filter(portfolio=portfolio).count() >= MOST:
            raise ValidationError({"label": FULL})
        row = Skill.objects.create(portfolio=portfolio, label=label, folded=folded, reference=reference, level=level)
    elif reference is not None and row.reference_id is None:
        row.reference = reference
        row.save(update_fields=["reference", "changed_at"])
    if experience is not None:
        row.experiences.add(experience)
    return row


@transaction.atomic
def answer(
    *, portfolio: Portfolio, experience: Experience | None, asked: Iterable[Reference], yes: Collection[str]
) -> int:
    """What was answered to a page of questions: how many « yes ».

    A « yes » holds the skill and links it. A « no » to what was a « yes » unlinks it; nothing else of it left, it goes.
    """
    locked(portfolio)
    held = {row.reference_id: row for row in Skill.objects.filter(portfolio=portfolio, reference__isnull=False)}
    number = 0
    for reference in asked:
        if reference.pk in yes:
            hold(portfolio=portfolio, reference=reference, experience=experience)
            number += 1
        elif reference.pk in held and experience is not None:
            _no_more(held[reference.pk], experience)
    return number


def _no_more(row: Skill, experience: Experience) -> None:
    if not row.experiences.filter(pk=experience.pk).exists():
        return
    row.experiences.remove(experience)
    bare = row.level == Level.UNSAID and not row.note and not row.keywords and not row.translations
    kept = row.experiences.exists() or row.proofs.exists() or Choice.objects.filter(skill=row).exists()
    if bare and not kept:
        row.delete()


@transaction.atomic
def change(*, skill: Skill, facts: dict[str, Any], experiences: Iterable[Experience], german: str = "") -> Skill:
    """`facts`: label, level, note, keywords. Own words for what came from the list leave the list.

    Raises `ValidationError` (French, on `label`).
    """
    locked(skill.portfolio)
    row = Skill.objects.select_related("reference").get(pk=skill.pk)
    label = " ".join(str(facts["label"]).split())
    folded = skill_key(label)
    if Skill.objects.filter(portfolio=row.portfolio_id, folded=folded).exclude(pk=row.pk).exists():
        raise ValidationError({"label": TWICE})
    if row.reference and skill_key(row.reference.label) != folded:
        row.reference = None
    row.label, row.folded = label, folded
    row.level, row.note, row.keywords = facts["level"], facts["note"], facts["keywords"]
    others = {language: said for language, said in row.translations.items() if language != "de"}
    row.translations = others | ({"de": {"label": german}} if german else {})
    row.save()
    row.experiences.set(experiences)
    return row


@transaction.atomic
def rate(*, portfolio: Portfolio, levels: dict[Skill, int]) -> None:
    """How well each is done; what is not of this person is left alone."""
    locked(portfolio)
    for skill, level in levels.items():
        rows = Skill.objects.filter(pk=skill.pk, portfolio=portfolio).exclude(level=level)
        if row := rows.first():
            row.level = level
            row.save(update_fields=["level", "changed_at"])


@transaction.atomic
def merge(*, kept: Skill, other: Skill) -> Skill:
    """Make one of two: its experiences, proofs, examples, places in CVs and comments; the better level.

    Raises `ValidationError` (French) for twice the same, or two people's.
    """
    if kept.pk == other.pk or kept.portfolio_id != other.portfolio_id:
        raise ValidationError("Choisissez deux compétences différentes.")
    locked(kept.portfolio)
    rows = {row.pk: row for row in Skill.objects.select_for_update().filter(pk__in=[kept.pk, other.pk])}
    if len(rows) < 2:
        raise ValidationError("L’une des deux n’est plus dans votre liste.")
    into, gone = rows[kept.pk], rows[other.pk]
    into.experiences.add(*gone.experiences.all())
    Proof.objects.filter(skill=gone).update(skill=into)
    chosen = Choice.objects.filter(skill=into).values("selection")
    Choice.objects.filter(skill=gone).exclude(selection__in=chosen).update(skill=into)
    about = Comment.objects.filter(advice__portfolio=into.portfolio_id, about=f"skill/{gone.pk}")
    about.update(about=f"skill/{into.pk}")
    into.level = max(into.level, gone.level)
    into.note = "\n".join(dict.fromkeys(filter(None, (into.note, gone.note))))[:1_000]
    into.keywords = list(dict.fromkeys([*into.keywords, *gone.keywords]))[:30]
    into.reference_id = into.reference_id or gone.reference_id
    into.translations = gone.translations | into.translations
    into.details = gone.details | into.details
    gone.delete()
    into.save()
    return into
