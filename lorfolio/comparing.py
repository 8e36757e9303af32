"""What one can do already and what is missing for a target job (L6): by the ROME when it says, else by ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from lorfolio.lists import Level
from lorfolio.models import Portfolio, Skill, Target
from lorfolio.skill_keys import skill_key
from metiers.models import FamilySkill, JobSkill
from metiers.models import Skill as ReferenceSkill


@dataclass(frozen=True)
class Wanted:
    """A skill that the job asks for; `own` is the person's, when they say to have it."""

    skill: ReferenceSkill
    essential: bool
    own: Skill | None

    @property
    def learning(self) -> bool:
        """Held, but said to be a beginning."""
        return self.own is not None and self.own.level in (Level.DISCOVERED, Level.HELPED)


@dataclass(frozen=True)
class Comparison:
    """`source`: « rome », « famille », or nothing to compare with. Essential skills come first in both lists."""

    source: str = ""
    held: tuple[Wanted, ...] = ()
    missing: tuple[Wanted, ...] = ()

    @property
    def total(self) -> int:
        return len(self.held) + len(self.missing)

    @property
    def essential_total(self) -> int:
        return sum(one.essential for one in (*self.held, *self.missing))

    @property
    def essential_held(self) -> int:
        return sum(one.essential for one in self.held)


def compare(portfolio: Portfolio, targets: Sequence[Target]) -> dict[UUID, Comparison]:
    """A comparison for each target; three queries, whatever their number."""
    if not targets:
        return {}
    by_job, by_family = _asked(targets)
    own = list(Skill.objects.filter(portfolio=portfolio).only("id", "label", "folded", "reference_id", "level"))
    by_reference = {skill.reference_id: skill for skill in own if skill.reference_id}
    by_words = {skill.folded: skill for skill in own}
    found = {}
    for target in targets:
        rows = by_job.get(target.job_id or "") or by_family.get(target.family_id or "", [])
        source = "rome" if by_job.get(target.job_id or "") else "famille" if rows else ""
        wanted = [
            Wanted(row, essential, by_reference.get(row.pk) or by_words.get(skill_key(row.label)))
            for row, essential in rows
        ]
        found[target.pk] = Comparison(
            source, _first(w for w in wanted if w.own), _first(w for w in wanted if not w.own)
        )
    return found


Asked = dict[str, list[tuple[ReferenceSkill, bool]]]


def _asked(targets: Sequence[Target]) -> tuple[Asked, Asked]:
    by_job: Asked = defaultdict(list)
    by_family: Asked = defaultdict(list)
    jobs = JobSkill.objects.filter(job__in=[t.job_id for t in targets if t.job_id], skill__active=True)
    for row in jobs.select_related("skill").order_by("skill__label"):
        by_job[row.job_id].append((row.skill, row.essential))
    families = FamilySkill.objects.filter(family__in=[t.family_id for t in targets if t.family_id], skill__active=True)
    for link in families.select_related("skill").order_by("position"):
        by_family[link.family_id].append((link.skill, link.essential))
    return by_job, by_family


def _first(wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    return tuple(sorted(wanted, key=lambda one: not one.essential))
