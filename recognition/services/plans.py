"""Under which plan a recognition can be granted on a day, and why not when none will do (R8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.values import day_in_words
from members.models import Plan
from recognition import rulebook


@dataclass(frozen=True)
class PlanChoice:
    """The plan of a grant, and the day on which what it gives ends."""

    plan: Plan
    ends_on: dt.date


@dataclass(frozen=True)
class NoPlan:
    """No grant can be given; `reason` is what the screen says."""

    reason: str


def plan_for(on: dt.date, *, renews_until: dt.date | None = None) -> PlanChoice | NoPlan:
    """The adopted plan in force on that day when it has long enough to run, else the next one if it is adopted.

    A renewal, of a recognition whose term is `renews_until`, asks for a plan that ends after it: under the same one
    nothing would be gained (R9).
    """
    months = rulebook.number("short_plan_months")
    plans = [plan for plan in Plan.objects.order_by("starts_on") if rulebook.months_before(plan.ends_on, months) >= on]
    plans = [plan for plan in plans if renews_until is None or plan.ends_on > renews_until]
    adopted = [plan for plan in plans if plan.adopted_on is not None and plan.adopted_on <= on]
    in_force = [plan for plan in adopted if plan.starts_on <= on]
    chosen = in_force[-1] if in_force else next(iter(adopted), None)
    if chosen is not None:
        return PlanChoice(chosen, chosen.ends_on)
    return NoPlan(f"{_what_ends(on, months)} {_what_comes(plans)}")


def _what_ends(on: dt.date, months: int) -> str:
    running = Plan.objects.filter(starts_on__lte=on, ends_on__gte=on, adopted_on__lte=on).order_by("ends_on").last()
    if running is None:
        return f"Aucun plan (CPRDFOP) n’est en vigueur le {day_in_words(on)}."
    end = day_in_words(running.ends_on)
    if rulebook.months_before(running.ends_on, months) >= on:
        return f"Le plan «\u00a0{running}\u00a0» s’achève le {end}, comme la reconnaissance à renouveler."
    return f"Le plan «\u00a0{running}\u00a0» s’achève le {end}\u00a0: il reste moins de {months} mois."


def _what_comes(plans: list[Plan]) -> str:
    coming = plans[0] if plans else None
    if coming is None:
        return "Le plan suivant n’est pas encore enregistré\u00a0: aucune reconnaissance ne peut être accordée."
    return (
        f"Le plan «\u00a0{coming}\u00a0» n’est pas encore adopté à cette date\u00a0: aucune reconnaissance ne peut "
        "être accordée."
    )
