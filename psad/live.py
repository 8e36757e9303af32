"""The working counts of a platform, for those who read all its cases: of this moment, nothing hidden (D9).

They are read in the name of the person: outside of it the database counts nobody. A fixed number of queries.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import models
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import ExtractDay

from psad.figures import PEOPLE, after, quarter_of
from psad.lists import CheckResult, ClosingReason, SolutionKind, Step
from psad.models import Case, Check, Platform, Proposal

MONTHS = 12
"""How far back one looks."""
QUARTERS = 5
"""The one under way and the four before."""
UNFOLLOWED = "Sans personne qui accompagne"


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = models.FloatField()


def counts(platform: Platform, today: dt.date) -> dict[str, Any]:
    """What the page of figures shows of a platform."""
    cases = Case.objects.filter(platform=platform, anonymised_at=None).exclude(closing_reason=ClosingReason.MERGED)
    since = today - relativedelta(months=MONTHS)
    return {
        "since": since, "now": _now(cases, today), "flows": _flows(cases, today), "delay": _delay(cases, since),
        "solutions": _solutions(platform, since), "lasting": _lasting(platform, since),
        "people": _people(cases.filter(received_on__gte=since)),
    }  # fmt: skip


def _now(cases: Any, today: dt.date) -> list[tuple[str, int]]:
    """By step, then what is late and what nobody follows."""
    running = ~Q(step=Step.CLOSED)
    found = cases.aggregate(
        late=Count("pk", filter=running & Q(due_on__lt=today)),
        alone=Count("pk", filter=running & Q(follower=None)),
        **{step: Count("pk", filter=Q(step=step)) for step in Step.values if step != Step.CLOSED},
    )
    steps = [(str(label), found[step]) for step, label in Step.choices if step != Step.CLOSED]
    return [*steps, ("En retard", found["late"]), (UNFOLLOWED, found["alone"])]


def _flows(cases: Any, today: dt.date) -> dict[str, Any]:
    """What happened in each of the last quarters, the latest first."""
    quarters = [after(quarter_of(today), -number) for number in range(QUARTERS)]
    steps = (
        ("Jeunes reçus", "received_on"), ("Jeunes joints", "first_contact_at__date"),
        ("Solutions commencées", "solution_on"), ("Accompagnements clos", "closed_on"),
    )  # fmt: skip
    asked = {
        f"c{column}_{number}": Count("pk", filter=Q(**{f"{name}__gte": start, f"{name}__lt": after(start)}))
        for column, (_, name) in enumerate(steps)
        for number, start in enumerate(quarters)
    }
    found = cases.aggregate(**asked)
    rows = [
        (quarter_name(start), [found[f"c{column}_{number}"] for column in range(len(steps))])
        for number, start in enumerate(quarters)
    ]
    return {"header": [label for label, _ in steps], "rows": rows}


def quarter_name(start: dt.date) -> str:
    number = (start.month + 2) // 3
    return f"{number}{'er' if number == 1 else 'e'} trimestre {start.year}"


def _delay(cases: Any, since: dt.date) -> dict[str, Any]:
    """Days from the reception to the first contact, of those joined since then."""
    joined = cases.filter(first_contact_at__date__gte=since)
    waited = ExpressionWrapper(F("first_contact_at__date") - F("received_on"), output_field=DurationField())
    found = joined.annotate(days=ExtractDay(waited)).aggregate(
        people=Count("pk"), median=Median("days"), soon=Count("pk", filter=Q(days__lte=15)),
        month=Count("pk", filter=Q(days__gt=15, days__lte=30)), later=Count("pk", filter=Q(days__gt=30)),
    )  # fmt: skip
    median = found["median"]
    classes = [
        ("15 jours ou moins", found["soon"]), ("16 à 30 jours", found["month"]), ("Plus de 30 jours", found["later"]),
    ]  # fmt: skip
    return {"people": found["people"], "median": None if median is None else round(median), "classes": classes}


def _solutions(platform: Platform, since: dt.date) -> list[tuple[str, int]]:
    """Those begun since then, the most frequent first."""
    rows = Proposal.objects.filter(case__platform=platform, started_on__gte=since).order_by()
    found = rows.values_list("solution__kind").annotate(people=Count("case", distinct=True))
    named = dict(SolutionKind.choices)
    return sorted(((str(named[kind]), people) for kind, people in found), key=lambda row: (-row[1], row[0]))


def _lasting(platform: Platform, since: dt.date) -> list[dict[str, Any]]:
    """Checks of three and six months that were due since then and are done."""
    rows = Check.objects.filter(case__platform=platform, months__in=[3, 6], due_on__gte=since).exclude(result="")
    held = Q(result__in=[CheckResult.HOLDS, CheckResult.OTHER])
    found = rows.order_by().values("months").annotate(
        done=Count("pk"), held=Count("pk", filter=held), broken=Count("pk", filter=Q(result=CheckResult.BROKEN)),
        unknown=Count("pk", filter=Q(result=CheckResult.UNKNOWN)),
    )  # fmt: skip
    return [row | {"share": round(100 * row["held"] / row["done"])} for row in sorted(found, key=lambda r: r["months"])]


def _people(cases: Any) -> list[dict[str, Any]]:
    """Who was received: by sex, age at their reception, origin."""
    days = {years: dt.timedelta(days=round(365.25 * years)) for years in (18, 21)}
    minor = Q(birth_month__gt=F("received_on") - days[18])
    older = Q(birth_month__lte=F("received_on") - days[21])
    known = Q(origin__in=["scolaire", "apprentissage"])
    found = cases.aggregate(
        sex_f=Count("pk", filter=Q(sex="f")), sex_other=Count("pk", filter=~Q(sex="f")),
        age_16=Count("pk", filter=minor), age_21=Count("pk", filter=older), age_18=Count("pk", filter=~minor & ~older),
        origin_scolaire=Count("pk", filter=Q(origin="scolaire")), origin_other=Count("pk", filter=~known),
        origin_apprentissage=Count("pk", filter=Q(origin="apprentissage")),
    )  # fmt: skip
    return [
        {"title": title, "classes": [(label, found[f"{key}_{one}"]) for one, label in classes]}
        for key, (title, classes) in PEOPLE.items()
    ]
