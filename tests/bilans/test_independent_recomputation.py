"""Every figure of the regional bilan, worked out again from the raw tables by plain SQL that knows nothing of the
room's own functions, is the one that is told (B1, B3; issue 8).

The year is drawn at random from a fixed seed: drafts, returned and missing bilans, blanks, « non disponible », weights
that lack, classes that do not make the total, organisations that come and go, an invented published row of the PSAD.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from bilans.breakdowns import classes
from bilans.consolidating import consolidate
from bilans.consolidation import Figure
from bilans.content import content_of
from bilans.models import Bilan, Breakdown, Campaign, Indicator, Kind, Value
from members.models import Network
from psad import context
from psad.models import Figure as Published
from psad.models import Publication
from territories.models import Agency
from tests.bilans.whole_year import amount, indicators, places, subjects
from tests.bilans.world import accepted, bilan, campaign, returned, submitted

pytestmark = pytest.mark.django_db

Row = dict[str, Any]
COUNTED = "b.state in ('submitted', 'accepted')"
SQL = f"""
select i.key, i.adding, i.decimals, i.required,
  count(*) as asked,
  count(*) filter (where {COUNTED} and v.amount is not null) as answers,
  count(*) filter (where {COUNTED} and v.amount is not null and w.amount > 0) as weighted,
  count(*) filter (where {COUNTED} and (v.amount is not null or v.unavailable or v.hidden)) as spoke,
  sum(v.amount) filter (where {COUNTED}) as total,
  round(sum(v.amount * w.amount) filter (where {COUNTED} and w.amount > 0)
    / nullif(sum(w.amount) filter (where {COUNTED} and v.amount is not null), 0), i.decimals) as mean,
  array_remove(array_agg(b.name) filter (where not ({COUNTED}) or v.id is null
    or (v.amount is null and not v.unavailable and not v.hidden)), null) as silent,
  array_remove(array_agg(b.name) filter (where {COUNTED} and v.amount is not null and coalesce(w.amount, 0) = 0), null)
    as weightless,
  array_remove(array_agg(b.name) filter (where {COUNTED} and v.unavailable), null) as unavailable
from bilans_indicator i
join bilans_campaign c on c.year = %(year)s
join bilans_bilan b on b.campaign_id = c.id and b.kind = i.filled_by
left join bilans_value v on v.bilan_id = b.id and v.indicator_id = i.id and v.breakdown = ''
left join bilans_indicator j on j.key = i.weight and i.weight <> ''
left join bilans_value w on w.bilan_id = b.id and w.indicator_id = j.id and w.breakdown = ''
where i.filled_by = %(kind)s and i.first_year <= %(asked)s and coalesce(i.last_year, 9999) >= %(asked)s
  and (%(network)s = 0 or exists (
    select from members_organisation o where o.id = b.organisation_id and o.network_id = %(network)s))
  and (%(both)s = 0 or exists (
    select from bilans_bilan b2
    join bilans_campaign c2 on c2.id = b2.campaign_id and c2.year = %(both)s
    join bilans_value v2 on v2.bilan_id = b2.id and v2.indicator_id = i.id and v2.breakdown = ''
    left join bilans_value w2 on w2.bilan_id = b2.id and w2.indicator_id = j.id and w2.breakdown = ''
    where b2.kind = b.kind and b2.state in ('submitted', 'accepted') and v2.amount is not null
      and (i.adding <> 'mean' or w2.amount > 0)
      and b2.organisation_id is not distinct from b.organisation_id
      and b2.agency_id is not distinct from b.agency_id and b2.platform_id is not distinct from b.platform_id))
group by i.id
"""
CLASSES = """
select i.key, v.breakdown, v.category, sum(v.amount)
from bilans_value v
join bilans_indicator i on i.id = v.indicator_id
join bilans_bilan b on b.id = v.bilan_id
join bilans_campaign c on c.id = b.campaign_id
where c.year = %(year)s and b.kind = %(kind)s and b.state in ('submitted', 'accepted') and v.breakdown <> ''
  and (%(network)s = 0 or exists (
    select from members_organisation o where o.id = b.organisation_id and o.network_id = %(network)s))
group by 1, 2, 3 having sum(v.amount) is not null
"""
PUBLISHED = """
select f.value from psad_figure f join psad_publication p on p.id = f.publication_id
where p.kind = 'year' and p.starts_on = %s and f.level = 'region' and f.unit = ''
  and f.measure = %s and f.dimension = %s and f.category = %s
"""
# The cell that each flow of the PSAD is.
CELLS = {
    "psad-recus": ("received", "", ""), "psad-recus-rio": ("received", "source", "rio"),
    "psad-recus-femmes": ("received", "sex", "f"), "psad-recus-mineurs": ("received", "age", "16"),
    "psad-prepares": ("prepared", "", ""), "psad-joints": ("contacted", "", ""),
    "psad-joints-15": ("contacted", "delay", "15"), "psad-proposees": ("proposed", "", ""),
    "psad-solutions": ("solved", "", ""), "psad-solutions-scolaire": ("solved", "kind", "school"),
    "psad-solutions-apprentissage": ("solved", "kind", "apprentice"),
    "psad-solutions-formation": ("solved", "kind", "training"), "psad-solutions-autres": ("solved", "kind", "other"),
    "psad-clos": ("closed", "", ""), "psad-tenus-3": ("held3", "", ""), "psad-perdus-3": ("lost3", "", ""),
    "psad-tenus-6": ("held6", "", ""), "psad-perdus-6": ("lost6", "", ""),
}  # fmt: skip


def fill(of: Bilan, asked: list[Indicator], known: dict[str, list[str]], chance: random.Random) -> None:
    """Blanks, unavailable ones, classes that are told or not and that make the total or not."""
    made = []
    for one in asked:
        draw = chance.random()
        if draw < 0.1:
            continue
        if draw < 0.2:
            made.append(Value(bilan=of, indicator=one, unavailable=draw < 0.15))
            continue
        total = amount(one, chance)
        made.append(Value(bilan=of, indicator=one, amount=total))
        for breakdown in one.breakdowns:
            left = int(total) if chance.random() < 0.7 else 0
            for key in chance.sample(known[breakdown], min(4, len(known[breakdown]))) if left else []:
                part = chance.randint(0, left)
                left -= part
                made.append(Value(bilan=of, indicator=one, amount=part, breakdown=breakdown, category=key))
    Value.objects.bulk_create(made)


def publish(number: int, chance: random.Random) -> None:
    """The region's row of the PSAD, one cell hidden: it is not the sum of any platforms."""
    with context.task("figures"):
        publication = Publication.objects.create(
            kind="year", starts_on=dt.date(number, 1, 1), published_at=timezone.now()
        )
        for measure, dimension, category in CELLS.values():
            value = None if category == "training" else chance.randint(5, 900)
            Published.objects.create(
                publication=publication, level="region", measure=measure, dimension=dimension, category=category,
                value=value,
            )  # fmt: skip


@pytest.fixture
def year() -> Campaign:
    chance = random.Random(2025)
    indicators()
    asked = subjects(16, 4, places())
    known = {breakdown: [key for key, _ in classes(breakdown)] for breakdown in Breakdown.values}
    for number in (2024, 2025):
        held = campaign(number)
        agreed = list(Indicator.objects.of_year(number))
        for kind, subject in asked:
            if kind == Kind.ORGANISATION and chance.random() < 0.1:
                continue  # not there this year
            of = bilan(kind, subject, of=held)
            end = chance.choice([accepted, accepted, accepted, submitted, returned, None])
            if kind == Kind.REGION:
                end = accepted
            if end is not None or chance.random() < 0.5:
                fill(of, [one for one in agreed if one.filled_by == kind], known, chance)
            if end is not None:
                end(of)
        publish(number, chance)
    return Campaign.objects.get(year=2025)


def ask(sql: str, **parameters: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def recomputed(year: int, kind: str, *, asked: int = 0, network: int = 0, both: int = 0) -> dict[str, Row]:
    rows = ask(SQL, year=year, kind=kind, asked=asked or year, network=network, both=both)
    return {row["key"]: row | {"amount": _amount(row, kind, year)} for row in rows}


def _amount(row: Row, kind: str, year: int) -> Decimal | None:
    if row["adding"] == "sum":
        return row["total"]  # type: ignore[no-any-return]
    if row["adding"] == "mean":
        return row["mean"]  # type: ignore[no-any-return]
    if row["key"] in CELLS:
        with connection.cursor() as cursor:
            cursor.execute(PUBLISHED, [dt.date(year, 1, 1), *CELLS[row["key"]]])
            found = cursor.fetchone()
        return None if found is None or found[0] is None else Decimal(found[0])
    if kind == Kind.REGION or (row["adding"] == "none" and row["asked"] == 1):
        return row["total"]  # type: ignore[no-any-return]
    return None if row["adding"] == "none" else Decimal(0)  # distinct: nothing happened in the agenda of this world


def differences(told: dict[str, Figure], now: dict[str, Row], before: dict[str, Row]) -> Iterator[tuple[Any, ...]]:
    """What a figure tells otherwise than the tables: its value, who answered, who did not, the year before."""
    assert told.keys() == now.keys()
    for key, figure in told.items():
        row = now[key]
        distinct = row["adding"] == "distinct" and figure.indicator.filled_by != Kind.REGION
        expected = 0 if distinct else row["asked"] if row["required"] else row["spoke"]
        answered = 0 if distinct else row["weighted" if row["adding"] == "mean" else "answers"]
        missing = [] if distinct or not row["required"] else sorted(row["silent"] or [])
        if row["adding"] == "mean":
            missing = sorted([*missing, *(f"{name} (pondération non renseignée)" for name in row["weightless"] or [])])
        pairs = {
            "amount": (figure.amount, row["amount"]),
            "answered": (figure.answered, answered),
            "expected": (figure.expected, expected),
            "missing": (sorted(figure.missing), missing),
            "unavailable": (sorted(figure.unavailable), [] if distinct else sorted(row["unavailable"] or [])),
            "previous": (figure.previous, before[key]["amount"] if key in before else None),
        }
        yield from ((key, name, said, true) for name, (said, true) in pairs.items() if said != true)


def test_B3_every_figure_is_that_of_the_tables(year: Campaign) -> None:
    """Of the region, of each network, of each territory, and every class."""
    of_the_region(year)
    of_each_network(year)
    of_each_class(year)
    of_each_territory(year)


def of_the_region(year: Campaign) -> None:
    for kind in Kind:
        told = consolidate(year, kind=kind, whole=True)
        assert len(told) > 10
        now, before = recomputed(2025, kind), recomputed(2024, kind, asked=2025)
        assert list(differences(told, now, before)) == []
        assert sum(figure.amount is not None for figure in told.values()) > 5
        # Those that answered in both years: the same sums, over them alone.
        after, former = recomputed(2025, kind, both=2024), recomputed(2024, kind, asked=2025, both=2025)
        for key, figure in told.items():
            if figure.indicator.adding in {"sum", "mean"}:
                pair = (former.get(key, {}).get("amount"), after.get(key, {}).get("amount"))
                assert figure.comparable == (None if None in pair else pair), key


def of_each_network(year: Campaign) -> None:
    for network in Network.objects.order_by("number"):
        told = consolidate(year, kind=Kind.ORGANISATION, network=network, whole=True)
        now = {key: row for key, row in recomputed(2025, "organisation", network=network.pk).items() if key in told}
        before = recomputed(2024, "organisation", asked=2025, network=network.pk)
        assert list(differences(told, now, before)) == []
        assert max(figure.expected for figure in told.values()) > 2


def of_each_class(year: Campaign) -> None:
    seen = 0
    for kind in Kind:
        totals = {key: row["total"] for key, row in recomputed(2025, kind).items()}
        true: dict[tuple[str, str], dict[str, Decimal]] = {}
        for row in ask(CLASSES, year=2025, kind=kind, network=0):
            true.setdefault((row["key"], row["breakdown"]), {})[row["category"]] = row["sum"]
        for key, figure in consolidate(year, kind=kind, whole=True).items():
            for breakdown, cells in figure.breakdowns.items():
                if figure.indicator.adding == "distinct":
                    continue
                expected = true.get((key, breakdown), {})
                if expected and (rest := totals[key] - sum(expected.values())):
                    expected = expected | {"non-ventile": rest}
                told = {cell.category: cell.amount for cell in cells if cell.amount is not None}
                assert told == expected, (key, breakdown)
                seen += len(told)
    assert seen > 100


def of_each_territory(year: Campaign) -> None:
    """What organisations declare there, and the agency's own answers."""
    declared = {
        (row["key"], row["category"]): row["sum"]
        for row in ask(CLASSES, year=2025, kind="organisation", network=0)
        if row["breakdown"] == "agency"
    }
    own = f"""select i.key, v.amount from bilans_value v join bilans_indicator i on i.id = v.indicator_id
        join bilans_bilan b on b.id = v.bilan_id join bilans_campaign c on c.id = b.campaign_id
        where c.year = 2025 and b.agency_id = %(agency)s and {COUNTED} and v.breakdown = ''"""
    for agency in Agency.objects.filter(bilans__isnull=False).distinct().order_by("order"):
        told = consolidate(year, kind=Kind.ORGANISATION, agency=agency, whole=True)
        assert len(told) > 5
        for key, figure in told.items():
            assert (figure.amount or 0) == declared.get((key, agency.slug), 0), key
        answers = {row["key"]: row["amount"] for row in ask(own, agency=agency.pk)}
        mine = consolidate(year, kind=Kind.TERRITORY, agency=agency, whole=True)
        said = {key: figure.amount for key, figure in mine.items() if figure.indicator.adding != "mean"}
        assert said == {key: answers.get(key) for key in said}


def test_B3_every_figure_of_the_regional_document_is_that_of_the_tables(year: Campaign) -> None:
    of_the_document(year, whole=True)
    of_the_document(year, whole=False)


def of_the_document(year: Campaign, *, whole: bool) -> None:
    """As it is printed and as its file says it: the value of the tables, or « n.c. » where people are counted."""
    content = content_of(Bilan.objects.get(campaign=year, kind=Kind.REGION), at=dt.date(2026, 5, 1), whole=whole)
    rows = {key: row for kind in Kind.values for key, row in recomputed(2025, kind).items()}
    sums = {
        (row["key"], row["breakdown"], row["category"]): row["sum"]
        for kind in Kind.values for row in ask(CLASSES, year=2025, kind=kind, network=0)
    }  # fmt: skip
    of_people = set(Indicator.objects.filter(of_people=True).values_list("key", flat=True))
    weighted = set(Indicator.objects.filter(weight__in=of_people).values_list("key", flat=True))
    shown = [*content["headlines"], *(one for section in content["sections"] for one in section["figures"])]
    assert len({one["key"] for one in shown}) > 70
    hidden = 0
    for one in shown:
        true = rows[one["key"]]["amount"]
        if one["state"] == "hidden":
            assert one["key"] in of_people | weighted
            assert one["key"] in CELLS or not whole
        else:
            assert (None if one["value"] is None else Decimal(one["value"])) == true, one["key"]
        for breakdown in one["breakdowns"]:
            for cell in breakdown["cells"]:
                if cell["said"] == "n.c.":
                    assert not whole
                    assert one["key"] in of_people
                    hidden += 1
                elif cell["key"] != "non-ventile" and (one["key"], breakdown["key"], cell["key"]) in sums:
                    assert Decimal(cell["value"]) == sums[one["key"], breakdown["key"], cell["key"]]
    assert whole or hidden
    told = content["completeness"]
    states = ask(
        "select count(*) as expected, count(*) filter (where b.state in ('submitted', 'accepted')) as received, "
        "count(*) filter (where b.state = 'accepted') as accepted from bilans_bilan b "
        "join bilans_campaign c on c.id = b.campaign_id where c.year = 2025 and b.kind <> 'region'"
    )[0]
    assert {name: told[name] for name in states} == states
