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

from psad.lists import CheckResult, ClosingReason, SolutionKind, Step
from psad.models import Case, Check, Platform, Proposal
from psad.statistics.figures import PEOPLE, after, quarter_of

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
    """What the page of figures shows of a platform. Three queries."""
    since = today - relativedelta(months=MONTHS)
    cases = Case.objects.filter(platform=platform, anonymised_at=None).exclude(closing_reason=ClosingReason.MERGED)
    waited = ExpressionWrapper(F("first_contact_at__date") - F("received_on"), output_field=DurationField())
    found = cases.annotate(days=ExtractDay(waited)).aggregate(
        **_now_asked(today), **_flows_asked(today), **_delay_asked(since), **_people_asked(since)
    )
    return {
        "since": since, "now": _now(found), "flows": _flows(found, today), "delay": _delay(found),
        "people": _people(found), "solutions": _solutions(platform, since), "lasting": _lasting(platform, since),
    }  # fmt: skip


def _now_asked(today: dt.date) -> dict[str, Any]:
    running = ~Q(step=Step.CLOSED)
    return {
        "late": Count("pk", filter=running & Q(due_on__lt=today)),
        "alone": Count("pk", filter=running & Q(follower=None)),
        **{f"at_{step}": Count("pk", filter=Q(step=step)) for step in Step.values if step != Step.CLOSED},
    }


def _now(found: dict[str, Any]) -> list[tuple[str, int]]:
    """By step, then what is late and what nobody follows."""
    steps = [(str(label), found[f"at_{step}"]) for step, label in Step.choices if step != Step.CLOSED]
    return [*steps, ("En retard", found["late"]), (UNFOLLOWED, found["alone"])]


_STEPS = (
    ("Jeunes reçus", "received_on"), ("Jeunes joints", "first_contact_at__date"),
    ("Solutions commencées", "solution_on"), ("Accompagnements clos", "closed_on"),
)  # fmt: skip


def _quarters(today: dt.date) -> list[dt.date]:
    return [after(quarter_of(today), -number) for number in range(QUARTERS)]


def _flows_asked(today: dt.date) -> dict[str, Any]:
    return {
        f"flow_{column}_{number}": Count("pk", filter=Q(**{f"{name}__gte": start, f"{name}__lt": after(start)}))
        for column, (_, name) in enumerate(_STEPS)
        for number, start in enumerate(_quarters(today))
    }


def _flows(found: dict[str, Any], today: dt.date) -> dict[str, Any]:
    """What happened in each of the last quarters, the latest first."""
    rows = [
        (quarter_name(start), [found[f"flow_{column}_{number}"] for column in range(len(_STEPS))])
        for number, start in enumerate(_quarters(today))
    ]
    return {"header": [label for label, _ in _STEPS], "rows": rows}


def _delay_asked(since: dt.date) -> dict[str, Any]:
    joined = Q(first_contact_at__date__gte=since)
    return {
        "joined": Count("pk", filter=joined), "median": Median("days", filter=joined),
        "soon": Count("pk", filter=joined & Q(days__lte=15)), "later": Count("pk", filter=joined & Q(days__gt=30)),
        "month": Count("pk", filter=joined & Q(days__gt=15, days__lte=30)),
    }  # fmt: skip


def _delay(found: dict[str, Any]) -> dict[str, Any]:
    """Days from the reception to the first contact, of those joined since then."""
    classes = [
        ("15 jours ou moins", found["soon"]), ("16 à 30 jours", found["month"]), ("Plus de 30 jours", found["later"]),
    ]  # fmt: skip
    median = None if found["median"] is None else round(found["median"])
    return {"people": found["joined"], "median": median, "classes": classes}


def quarter_name(start: dt.date) -> str:
    number = (start.month + 2) // 3
    return f"{number}{'er' if number == 1 else 'e'} trimestre {start.year}"


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


def _people_asked(since: dt.date) -> dict[str, Any]:
    days = {years: dt.timedelta(days=round(365.25 * years)) for years in (18, 21)}
    minor = Q(birth_month__gt=F("received_on") - days[18])
    older = Q(birth_month__lte=F("received_on") - days[21])
    known = Q(origin__in=["scolaire", "apprentissage"])
    kept = {
        "sex_f": Q(sex="f"), "sex_other": ~Q(sex="f"), "age_16": minor, "age_18": ~minor & ~older, "age_21": older,
        "origin_scolaire": Q(origin="scolaire"), "origin_apprentissage": Q(origin="apprentissage"),
        "origin_other": ~known,
    }  # fmt: skip
    return {key: Count("pk", filter=Q(received_on__gte=since) & one) for key, one in kept.items()}


def _people(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Who was received since then: by sex, age at their reception, origin."""
    return [
        {"title": title, "classes": [(label, found[f"{key}_{one}"]) for one, label in classes]}
        for key, (title, classes) in PEOPLE.items()
    ]
