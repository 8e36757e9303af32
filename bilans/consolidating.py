"""The figures of a year over the region, a territory or a network (B1, B3; issue 8).

`consolidate` is the only way to them: documents, dashboards, files and public pages call it, so that a figure is the
same everywhere. What a figure counts:

- the bilans submitted or accepted; the others are named as missing, like those that left it blank;
- of an agency, what organisations declare there (the class of that agency), never a share worked out for them: who said
  nothing of it is missing. Zero follows when the whole is zero, or when what was said of other territories makes it up;
- a distinct count is asked of its source for the very level: nobody is asked, `expected` is 0;
- what is not « attendu » is missing from nobody: `expected` then counts those who spoke of it.

`answered`, `missing`, `unavailable` and the parts hidden make up `expected`; a mean names among the missing those whose
weight is not known.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bilans.adding import Term, combined, counts_people, tidy, weighs
from bilans.consolidation import Cell, Figure, Part, State
from bilans.gathering import TOTAL, UNSHARED, Answer, Class, Ground, Said, Scope, Subject, Year, gather
from bilans.hiding import hide
from bilans.models import Adding, Bilan, Campaign, Indicator, Kind
from bilans.sources import Computed, compute, remembered
from members.models import Network
from territories.models import Agency

UNWEIGHTED = "pondération non renseignée"


def consolidate(
    campaign: Campaign,
    *,
    kind: str,
    agency: Agency | None = None,
    network: Network | None = None,
    whole: bool = False,
    only: Collection[str] | None = None,
) -> dict[str, Figure]:
    """The figures of the indicators that `kind` fills, by key, in the order of the forms.

    Over the region, or over one `agency`, or over one `network` (organisations alone have one: nothing for the other
    kinds). `whole` shows small counts: for those that may read them (`rules.may_read_whole`), nobody else.
    """
    if agency is not None and network is not None:
        raise ValueError("one level at a time")
    if (network and kind != Kind.ORGANISATION) or (agency and kind == Kind.REGION):
        return {}
    ground = gather(campaign, kind, agency=agency, only=only)
    return _over(ground, Scope(kind, agency, network), whole=whole)


def by_network(
    campaign: Campaign, networks: Iterable[Network], *, whole: bool = False, only: Collection[str] | None = None
) -> dict[str, dict[str, Figure]]:
    """As `consolidate` over each of `networks`, by slug, the bilans being read once for all of them."""
    ground = gather(campaign, Kind.ORGANISATION, only=only)
    return {one.slug: _over(ground, Scope(Kind.ORGANISATION, None, one), whole=whole) for one in networks}


def there_and_everywhere(
    campaign: Campaign, agency: Agency, *, whole: bool = False
) -> tuple[dict[str, Figure], dict[str, Figure]]:  # fmt: skip
    """As `consolidate` of the organisations over one agency, then over the region, the bilans being read once."""
    ground = gather(campaign, Kind.ORGANISATION, agency=agency)
    there, everywhere = Scope(Kind.ORGANISATION, agency, None), Scope(Kind.ORGANISATION, None, None)
    return _over(ground, there, whole=whole), _over(ground, everywhere, whole=whole)


def _over(ground: Ground, scope: Scope, *, whole: bool) -> dict[str, Figure]:
    with remembered():
        figures = {one.key: _figure(ground, scope, one) for one in ground.indicators if scope.holds(one)}
    return figures if whole else hide(figures, ground, scope)


def _figure(ground: Ground, scope: Scope, indicator: Indicator) -> Figure:
    parts = tuple(
        _part(ground, ground.now, scope, indicator, one) for one in _asked(ground, ground.now, scope, indicator)
    )
    if indicator.adding == Adding.DISTINCT and not scope.single:
        return _distinct(ground, scope, indicator, parts)
    before = {
        one.key: _part(ground, ground.before, scope, indicator, one)
        for one in _asked(ground, ground.before, scope, indicator)
    }
    figure = _counted(Figure(indicator, _combined(indicator, list(parts)), parts=parts))
    return replace(
        figure,
        breakdowns={} if scope.declared else _breakdowns(ground, scope, indicator),
        previous=_combined(indicator, list(before.values())),
        comparable=_comparable(indicator, _both_years(ground, scope, indicator, parts, before)),
    )


def _both_years(
    ground: Ground, scope: Scope, indicator: Indicator, parts: Sequence[Part], before: Mapping[Hashable, Part]
) -> list[tuple[Part, Part]]:
    """(now, before) of those that were asked both years.

    Who declares something of a territory one year only is asked of it that year alone, and said zero of it the other
    when all they counted was elsewhere: left out, a fall from six to one would be « stable ». Of people, nobody is
    added to those that the hiding looked at (D8).
    """
    keys = {one.bilan: one.key for one in ground.now.subjects}
    now, then = {keys[part.bilan]: part for part in parts}, dict(before)
    if scope.declared and not counts_people(indicator):
        for year, found, asked in ((ground.now, now, before), (ground.before, then, set(now))):
            for one in year.subjects:
                if one.key in asked and one.key not in found:
                    found[one.key] = _part(ground, year, scope, indicator, one)
    return [(part, then[key]) for key, part in now.items() if key in then]


def _asked(ground: Ground, year: Year, scope: Scope, indicator: Indicator) -> list[Subject]:
    """Who is asked; of a territory, the organisations that receive the public there or declare something of it."""
    among = [one for one in year.subjects if scope.takes(one)]
    if scope.declared is None:
        return among
    declaring = scope.declared
    return [
        one for one in among
        if one.key in ground.present or ((said := year.answer(one, indicator).get(declaring)) and said.amount)
    ]  # fmt: skip


def _part(ground: Ground, year: Year, scope: Scope, indicator: Indicator, subject: Subject) -> Part:
    said = _said(year.answer(subject, indicator), indicator, scope.declared)
    state: State = (
        "unavailable" if said.unavailable
        else "hidden" if said.hidden
        else "missing" if said.amount is None
        else "answered"
    )  # fmt: skip
    weight = None
    if indicator.adding == Adding.MEAN and indicator.weight in ground.by_key:
        weight = year.answer(subject, ground.by_key[indicator.weight]).get(TOTAL, Said(None)).amount
    return Part(
        subject.bilan, subject.public_id, subject.name, subject.kind, state, said.amount, weight, subject.accepted
    )


def _said(answer: Answer, indicator: Indicator, declared: Class | None) -> Said:
    total = answer.get(TOTAL, Said(None))
    if declared is None:
        return total
    said = answer.get(declared)
    if said is not None and (said.amount is not None or said.hidden or said.unavailable):
        return said
    if total.unavailable:
        return total
    elsewhere = sum((one.amount or 0 for (breakdown, _), one in answer.items() if breakdown == declared[0]), Decimal(0))
    return Said(Decimal(0)) if total.amount is not None and total.amount == elsewhere else Said(None)


def _terms(indicator: Indicator, parts: list[Part]) -> list[Term]:
    return [(part.amount, part.weight) for part in parts if part.state == "answered" and part.amount is not None]


def _combined(indicator: Indicator, parts: list[Part]) -> Decimal | None:
    """What does not add up is the figure of one subject alone: of several asked, it is nobody's."""
    if indicator.adding == Adding.NONE and len(parts) != 1:
        return None
    return combined(indicator, _terms(indicator, parts))


def counts(part: Part, indicator: Indicator) -> bool:
    """Whether a part enters the figure."""
    return part.state == "answered" and (indicator.adding != Adding.MEAN or weighs(part.weight))


def _counted(figure: Figure) -> Figure:
    """Who answered, who did not."""
    indicator, parts = figure.indicator, figure.parts
    spoke = [part for part in parts if part.state != "missing"]
    missing = [part.name for part in parts if part.state == "missing"] if indicator.required else []
    missing += [
        f"{part.name} ({UNWEIGHTED})" for part in spoke if part.state == "answered" and not counts(part, indicator)
    ]
    return replace(
        figure,
        answered=sum(counts(part, indicator) for part in parts),
        expected=len(parts) if indicator.required else len(spoke),
        missing=tuple(missing),
        unavailable=tuple(part.name for part in spoke if part.state == "unavailable"),
    )


def _comparable(indicator: Indicator, pairs: list[tuple[Part, Part]]) -> tuple[Decimal, Decimal] | None:
    """(before, now) of those that answered in both years."""
    both = [(now, before) for now, before in pairs if counts(now, indicator) and counts(before, indicator)]
    then = _combined(indicator, [before for _, before in both])
    now = _combined(indicator, [now for now, _ in both])
    return None if then is None or now is None else (then, now)


def _breakdowns(ground: Ground, scope: Scope, indicator: Indicator) -> dict[str, tuple[Cell, ...]]:
    """Each class added up; the rest of the total, when classes do not make it, is a class of its own."""
    totals: dict[Class, Decimal] = {}
    for subject in filter(scope.takes, ground.now.subjects):
        for key, said in ground.now.answer(subject, indicator).items():
            if said.amount is not None:
                totals[key] = totals.get(key, Decimal(0)) + said.amount
    found = {}
    for breakdown in indicator.breakdowns:
        named = ground.classes[breakdown]
        cells = [
            Cell(key, label, tidy(totals[breakdown, key], indicator) if (breakdown, key) in totals else None)
            for key, label in named
        ]
        rest = totals.get(TOTAL, Decimal(0)) - sum((cell.amount or 0 for cell in cells), Decimal(0))
        if rest > 0 and any(cell.amount is not None for cell in cells):
            cells.append(Cell(*UNSHARED, tidy(rest, indicator)))
        found[breakdown] = tuple(cells)
    return found


# --- Distinct counts


def _distinct(ground: Ground, scope: Scope, indicator: Indicator, parts: tuple[Part, ...]) -> Figure:
    now = _source(ground.now.campaign, scope, indicator)
    before = Computed(None)
    if ground.before.subjects and indicator.first_year <= ground.before.campaign.year:
        before = _source(ground.before.campaign, scope, indicator)
    then = None if before.amount is None else tidy(before.amount, indicator)
    amount = None if now.amount is None else tidy(now.amount, indicator)
    comparable = None if then is None or amount is None else (then, amount)
    breakdowns = {
        breakdown: tuple(
            Cell(key, label, now.parts.get((breakdown, key)), now.hidden) for key, label in ground.classes[breakdown]
        )
        for breakdown in indicator.breakdowns
    }
    return Figure(
        indicator, amount, now.hidden, parts=parts, breakdowns=breakdowns, previous=then, comparable=comparable
    )


def _source(campaign: Campaign, scope: Scope, indicator: Indicator) -> Computed:
    """What the source says of the level itself, never of its parts."""
    if not indicator.source:
        return Computed(None)
    return compute(indicator.source, level_bilan(campaign, scope.agency))


def level_bilan(campaign: Campaign, agency: Agency | None) -> Bilan:
    """The bilan of a level, for a source to answer about; it need not have been asked for yet (nothing is written)."""
    if agency is not None:
        return Bilan(campaign=campaign, kind=Kind.TERRITORY, agency=agency, name=agency.name)
    return Bilan(campaign=campaign, kind=Kind.REGION, name="Région")
