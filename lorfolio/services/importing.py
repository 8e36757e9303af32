"""A CV that comes from elsewhere: what it would add is shown, then what was chosen is added, once (L10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts.models import User
from core.journal import record
from lorfolio.interchange.incoming import COLUMNS, TITLES, Incoming, Row, close, exact
from lorfolio.interchange.json_fields import EXPERIENCE, EXTRA, LANGUAGE, SKILL
from lorfolio.models import Experience, Extra, Language, Portfolio, Skill
from lorfolio.skill_keys import skill_key
from territories.models import Commune

MODELS: dict[str, type[Any]] = {EXPERIENCE: Experience, SKILL: Skill, LANGUAGE: Language, EXTRA: Extra}
NEW, ALIKE, SAME = "new", "alike", "same"
_LINES = ("given_name", "family_name", "headline", "summary", "email", "phone", "place", "url", "profiles")


@dataclass(frozen=True)
class Planned:
    """A row and what the portfolio already holds of it: nothing, something alike (`beside`: its title), the same."""

    row: Row
    state: str
    beside: str = ""


@dataclass
class Plan:
    rows: list[Planned] = field(default_factory=list)
    fills: list[str] = field(default_factory=list)  # columns of the person that are empty and would be filled
    differs: list[str] = field(default_factory=list)  # columns that say something else

    def of_state(self, state: str) -> list[Planned]:
        return [planned for planned in self.rows if planned.state == state]


def plan(portfolio: Portfolio, incoming: Incoming) -> Plan:
    """What `incoming` would change; five queries."""
    held = _held(portfolio)
    made = Plan()
    for row in incoming.rows:
        made.rows.append(_planned(row, held))
    for column in _LINES:
        said = incoming.person.get(column)
        if said and said != _line(portfolio, column):
            (made.differs if _line(portfolio, column) else made.fills).append(column)
    return made


@transaction.atomic
def apply(
    *,
    portfolio: Portfolio,
    incoming: Incoming,
    chosen: Collection[str] | None,
    replace_person: bool,
    actor: User,
    at: dt.datetime,
) -> int:
    """Add the rows whose keys are `chosen` (None: those that are new) and fill the person's empty lines.

    What is there already is never added again: applied twice, or by two clicks at once, it is added once. Returns how
    many rows were added.
    """
    held_portfolio = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    made = plan(held_portfolio, incoming)
    added = [row for row in _wanted(made, chosen) if row is not None]
    for number, row in enumerate(added):
        _create(held_portfolio, row, at, number)
    changed = _person(held_portfolio, incoming, made.fills + (made.differs if replace_person else []), replace_person)
    if added or changed:
        record(verb="lorfolio.import", target=held_portfolio, actor=actor)
    return len(added)


@dataclass
class _Held:
    exact: set[str]
    close: dict[tuple[str, ...], str]
    new_close: set[tuple[str, ...]] = field(default_factory=set)


def _held(portfolio: Portfolio) -> _Held:
    held = _Held(set(), {})
    for item, model in MODELS.items():
        for values in model._default_manager.filter(portfolio=portfolio).values(*COLUMNS[item]):
            held.exact.add(exact(item, values))
            held.close[close(item, values)] = values[TITLES[item]]
    return held


def _planned(row: Row, held: _Held) -> Planned:
    """Rows of one file that look alike are all new, unless they say the very same or are one skill."""
    digest, likeness = row.exact(), row.close()
    if digest in held.exact or (row.item == SKILL and likeness in held.new_close):
        return Planned(row, SAME, row.title)
    if likeness in held.close:
        return Planned(row, ALIKE, held.close[likeness])
    held.exact.add(digest)
    held.new_close.add(likeness)
    return Planned(row, NEW)


def _wanted(made: Plan, chosen: Collection[str] | None) -> Iterator[Row]:
    for planned in made.rows:
        if planned.state == SAME or (planned.state == ALIKE and planned.row.item == SKILL):
            continue
        if planned.state == NEW if chosen is None else planned.row.key in chosen:
            yield planned.row


def _create(portfolio: Portfolio, row: Row, at: dt.datetime, number: int) -> Model:
    """The order of the file is kept where dates say nothing: experiences are listed from the last made."""
    step = dt.timedelta(microseconds=number)
    values = dict(row.values, created_at=at - step if row.item == EXPERIENCE else at + step)
    if row.item == SKILL:
        values["folded"] = skill_key(values["label"])
    made: Model = MODELS[row.item]._default_manager.create(portfolio=portfolio, **values)
    return made


def _person(portfolio: Portfolio, incoming: Incoming, columns: list[str], replace: bool) -> bool:
    """Write the lines named by `columns`, and what the file says besides; whether anything changed."""
    person, before = incoming.person, dict(portfolio.details)
    for column in columns:
        setattr(portfolio, column, person[column])
    if "place" in columns:
        portfolio.commune = _commune(person)
        portfolio.place = "" if portfolio.commune else person["place"]
    kept = person.get("details", {})
    portfolio.details = before | kept if replace else kept | before
    if "location" in kept and "place" in columns:
        portfolio.details["location"] = kept["location"]
    if not columns and portfolio.details == before:
        return False
    portfolio.save()
    return True


def _commune(person: dict[str, Any]) -> Commune | None:
    """The commune of the region that the file names with its postal code, when there is one."""
    code = person.get("details", {}).get("location", {}).get("postalCode", "").strip()
    if not code:
        return None
    found = Commune.objects.filter(name__iexact=person["place"], postal_codes__contains=[code])[:2]
    return found[0] if len(found) == 1 else None


def _line(portfolio: Portfolio, column: str) -> Any:
    if column == "place":
        return portfolio.place or (portfolio.commune.name if portfolio.commune else "")
    return getattr(portfolio, column)
