"""What the bilans of a year and of the year before say, read at once and held plainly (B3).

A fixed number of queries whatever the number of bilans, of indicators and of classes.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bilans import kinds
from bilans.breakdowns import classes
from bilans.models import Adding, Bilan, Breakdown, Campaign, Indicator, Kind, Value
from members.models import Network
from territories.models import Agency, Site

Class = tuple[str, str]
"""A breakdown and its class; both empty for the total."""
TOTAL: Class = ("", "")
UNSHARED = ("non-ventile", "Non ventilé")
"""The class of what a total holds beyond the classes that were told: it is said, so that classes make the total."""


@dataclass(frozen=True)
class Said:
    """What a bilan says of one class of an indicator."""

    amount: Decimal | None
    unavailable: bool = False
    hidden: bool = False


Answer = Mapping[Class, Said]


@dataclass(frozen=True)
class Subject:
    """Who was asked. `key` is theirs from one year to the next; `group` what they are added up in below the region:
    the network of an organisation, the territory of a platform, an agency itself."""

    bilan: int
    public_id: str
    name: str
    kind: str
    key: Hashable
    group: str
    state: str

    @property
    def counted(self) -> bool:
        return self.state in Bilan.COUNTED

    @property
    def accepted(self) -> bool:
        return self.state == Bilan.State.ACCEPTED


@dataclass(frozen=True)
class Scope:
    """Over what: the region, or one group of subjects, or what organisations declare of one territory."""

    kind: str
    agency: Agency | None = None
    network: Network | None = None

    @property
    def declared(self) -> Class | None:
        """The class asked about instead of the total."""
        return (Breakdown.AGENCY, self.agency.slug) if self.agency and self.kind == Kind.ORGANISATION else None

    @property
    def group(self) -> str:
        if self.declared:
            return ""
        return self.agency.slug if self.agency else self.network.slug if self.network else ""

    def holds(self, indicator: Indicator) -> bool:
        """Whether the indicator has a figure at this level."""
        if self.declared:
            return Breakdown.AGENCY in indicator.breakdowns
        if self.network or (self.agency and self.kind != Kind.TERRITORY):
            return indicator.adding != Adding.DISTINCT  # nobody counts them at this level
        return True

    def takes(self, subject: Subject) -> bool:
        return not self.group or subject.group == self.group

    @property
    def single(self) -> bool:
        """Whether the level is that of one subject, whose own answer is the figure."""
        return self.kind == Kind.REGION or (self.kind == Kind.TERRITORY and self.agency is not None)


@dataclass(frozen=True)
class Year:
    """The bilans of a campaign and the answers of those that count, by bilan and indicator."""

    campaign: Campaign
    subjects: tuple[Subject, ...] = ()
    answers: Mapping[tuple[int, int], Answer] = field(default_factory=dict)

    def answer(self, subject: Subject, indicator: Indicator) -> Answer:
        """Empty when there is none, or when the bilan does not count."""
        return self.answers.get((subject.bilan, indicator.pk), {})


@dataclass(frozen=True)
class Ground:
    """All that figures of one kind are made of. `before` has no subject when there was no campaign the year before."""

    kind: str
    indicators: tuple[Indicator, ...]  # those asked for
    by_key: Mapping[str, Indicator]  # those and what they are weighted by
    now: Year
    before: Year
    classes: Mapping[str, tuple[tuple[str, str], ...]]
    present: frozenset[int] = frozenset()  # organisations that receive the public in the agency asked about


def gather(
    campaign: Campaign, kind: str, *, agency: Agency | None = None, only: Collection[str] | None = None
) -> Ground:
    """Read the two years. `only` names the indicators wanted; those that weigh them are read too."""
    agreed = list(Indicator.objects.of_year(campaign.year).filter(filled_by=kind))
    wanted = tuple(one for one in agreed if only is None or one.key in only)
    weights = {one.weight for one in wanted if one.adding == Adding.MEAN}
    by_key = {one.key: one for one in agreed if one in wanted or one.key in weights}
    before = Campaign.objects.filter(year=campaign.year - 1).first()
    years = [campaign, *([before] if before else [])]
    subjects = _subjects(years, kind)
    answers = _answers(years, kind, [one.pk for one in by_key.values()])
    now = Year(campaign, tuple(subjects.get(campaign.pk, ())), answers)
    then = Year(before, tuple(subjects.get(before.pk, ())), answers) if before else Year(campaign)
    shared = [breakdown for breakdown in Breakdown.values if any(breakdown in one.breakdowns for one in wanted)]
    named = {breakdown: tuple(classes(breakdown)) for breakdown in shared}
    return Ground(kind, wanted, by_key, now, then, named, _present(kind, agency))


def asked_of(campaign: Campaign, scope: Scope) -> list[Subject]:
    """Who is asked for a bilan over a level: of a territory, the organisations that receive the public there."""
    among = [one for one in _subjects([campaign], scope.kind).get(campaign.pk, []) if scope.takes(one)]
    if scope.declared is None:
        return among
    present = _present(scope.kind, scope.agency)
    return [one for one in among if one.key in present]


def _subjects(years: list[Campaign], name: str) -> dict[int, list[Subject]]:
    kind = kinds.get(name)
    key, group, groups = kind.key_column, kind.group, kind.groups()
    found: dict[int, list[Subject]] = {}
    columns = ["pk", "public_id", "name", "state", "campaign_id", *([key] if key else []), *([group] if group else [])]
    rows = Bilan.objects.filter(campaign__in=years, kind=name).order_by(*kind.ordering, "pk")
    for row in rows.values(*columns):
        whose = row[key] if key else 0
        of = str(row[group] or "") if group else groups.get(whose, "")
        subject = Subject(row["pk"], str(row["public_id"]), row["name"], name, whose, of, row["state"])
        found.setdefault(row["campaign_id"], []).append(subject)
    return found


def _answers(years: list[Campaign], kind: str, indicators: list[int]) -> dict[tuple[int, int], dict[Class, Said]]:
    rows: Any = Value.objects.filter(
        bilan__campaign__in=years, bilan__kind=kind, bilan__state__in=Bilan.COUNTED, indicator__in=indicators
    ).order_by("pk")
    found: dict[tuple[int, int], dict[Class, Said]] = {}
    for bilan, indicator, breakdown, category, amount, unavailable, hidden in rows.values_list(
        "bilan_id", "indicator_id", "breakdown", "category", "amount", "unavailable", "hidden"
    ):
        found.setdefault((bilan, indicator), {})[breakdown, category] = Said(amount, unavailable, hidden)
    return found


def _present(kind: str, agency: Agency | None) -> frozenset[int]:
    if agency is None or kind != Kind.ORGANISATION:
        return frozenset()
    return frozenset(Site.objects.public().filter(agency=agency).order_by().values_list("organisation_id", flat=True))
