"""Figures of the recognition for the Region: dossiers by state, delays by step, territories, by year of campaign.

No figure is of a person; a draft is counted, never read.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from recognition.clock import day_of
from recognition.due_life import in_force
from recognition.models import Campaign, Candidature, Decision, Letter, LetterKind, PieceRequest, Recognition

State = Candidature.State
TOTAL = "Total"
HOLDING = "Reconnaissances en vigueur aujourd’hui"
HELD = (
    "Une reconnaissance décidée n’est plus en vigueur une fois suspendue, retirée, abrogée, renouvelée ou arrivée à "
    "son terme."
)
_DECIDED: dict[str, str] = {State.GRANTED: "Reconnaissances décidées", State.REFUSED: "Refus décidés"}


@dataclass(frozen=True)
class Table:
    """A table that is shown and that leaves in a file; a cell is a number, a word, or nothing."""

    key: str
    title: str
    note: str
    header: list[str]
    rows: list[list[Any]]


def tables(year: int | None = None) -> list[Table]:
    """Every table; `year` narrows that of territories. A fixed number of queries."""
    return [by_state(), by_step(), by_territory(year)]


def years() -> list[int]:
    return list(Campaign.objects.order_by("-year").values_list("year", flat=True))


def by_state() -> Table:
    """A row a state: how many dossiers of each campaign; then what the grants have become today."""
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    found = Candidature.objects.values_list("campaign__year", "state").annotate(count=Count("pk")).order_by()
    for year, state, count in found:
        counts[state][year] = count
    for year, count in _holding().values_list("candidature__campaign__year").annotate(Count("pk")).order_by():
        counts[HOLDING][year] = count
    shown = years()
    lines = [(TOTAL, [sum(counts[state].get(year, 0) for state in State.values) for year in shown])]
    named = [*((state, _DECIDED.get(state, label)) for state, label in State.choices), (HOLDING, HOLDING)]
    lines += [(str(label), [counts[key].get(year, 0) for year in shown]) for key, label in named]
    header = ["État", *map(str, shown), TOTAL]
    rows: list[list[Any]] = [[label, *cells, sum(cells)] for label, cells in lines] if shown else []
    note = f"Au jour d’aujourd’hui, par campagne. {HELD}"
    return Table("etats", "Dossiers par état", note, header, rows)


def by_step() -> Table:
    """A row a step and a campaign where a dossier went through it: its median delay in days, over how many dossiers."""
    rows: list[list[Any]] = []
    for label, delays in _STEPS:
        found: dict[int, list[int]] = defaultdict(list)
        for year, days in delays():
            found[year].append(days)
        rows += [[label, year, _whole(median(found[year])), len(found[year])] for year in sorted(found, reverse=True)]
    note = "Délai médian en jours\u00a0: la moitié des dossiers va plus vite, l’autre moitié plus lentement."
    return Table("delais", "Délais par étape", note, ["Étape", "Campagne", "Jours", "Dossiers"], rows)


def _whole(days: float) -> int | float:
    """« 203 », not « 203,0 », beside a median that falls between two days."""
    return int(days) if days == int(days) else days


def by_territory(year: int | None) -> Table:
    """A row an agency: what became of the dossiers deposited there, of one campaign or of all."""
    rows = Candidature.objects.filter(deposited_at__isnull=False)
    if year is not None:
        rows = rows.filter(campaign__year=year)
    kinds = {
        "examined": Q(state__in=Candidature.EXAMINED), "granted": Q(state=State.GRANTED),
        "held": Q(recognition__in=_holding()), "refused": Q(state=State.REFUSED),
        "ended": Q(state__in=[State.WITHDRAWN, State.DROPPED]),
    }  # fmt: skip
    counted = rows.values("agency__name", "agency__order").annotate(
        total=Count("pk"), **{name: Count("pk", filter=kept) for name, kept in kinds.items()}
    )  # fmt: skip
    lines = [
        [line["agency__name"] or "Sans agence", *(line[name] for name in ("total", *kinds))]  # type: ignore[literal-required]
        for line in counted.order_by("agency__order", "agency__name")
    ]
    decided, refused = _DECIDED[State.GRANTED], _DECIDED[State.REFUSED]
    header = ["Agence", "Déposés", "En cours", decided, HOLDING, refused, "Retirés ou classés"]
    note = f"{f'Campagne {year}.' if year is not None else 'Toutes les campagnes.'} {HELD}"
    return Table("territoires", "Dossiers déposés par territoire", note, header, lines)


def _holding() -> QuerySet[Recognition]:
    """The recognitions that hold today and are not suspended; one that was renewed holds through the next one."""
    return in_force(Recognition.objects.all()).filter(suspended_since=None)


# --- Delays: (year of the campaign, days) for each dossier that went through a step

Delays = Iterable[tuple[int, int]]


def _days(start: dt.datetime, end: dt.datetime | dt.date) -> int:
    last = day_of(end) if isinstance(end, dt.datetime) else end
    return (last - day_of(start)).days


def _between(first: str, last: str) -> Delays:
    rows = Candidature.objects.filter(**{f"{first}__isnull": False, f"{last}__isnull": False})
    for year, start, end in rows.values_list("campaign__year", first, last):
        yield year, _days(start, end)


def _answers() -> Delays:
    rows = PieceRequest.objects.filter(answered_at__isnull=False)
    for year, start, end in rows.values_list("candidature__campaign__year", "asked_at", "answered_at"):
        yield year, _days(start, end)  # type: ignore[arg-type]


def _first_decisions() -> Any:
    return Decision.objects.filter(kind__in=Decision.OF_CANDIDATURE, follows=None)


def _decided_since(column: str) -> Delays:
    rows = _first_decisions().filter(**{f"candidature__{column}__isnull": False})
    for year, start, day in rows.values_list("candidature__campaign__year", f"candidature__{column}", "decided_on"):
        yield year, _days(start, day)


def _notified() -> Delays:
    letters = Letter.objects.filter(
        decision__kind__in=Decision.OF_CANDIDATURE, kind__in=[LetterKind.GRANT, LetterKind.REFUSAL]
    )
    columns = ("decision__candidature__campaign__year", "decision__decided_on")
    rows = letters.order_by().values_list("decision", *columns).annotate(told=Min("dated_on"))
    for _, year, decided, told in rows:
        yield year, (told - decided).days


_STEPS: tuple[tuple[str, Callable[[], Delays]], ...] = (
    ("Du dépôt au dossier complet", lambda: _between("deposited_at", "completed_at")),
    ("D’une demande de pièces à la réponse", _answers),
    ("Du dossier complet au dossier prêt pour avis", lambda: _between("completed_at", "ready_at")),
    ("Du dossier prêt à la décision", lambda: _decided_since("ready_at")),
    ("De la décision à la notification", _notified),
    ("Du dépôt à la décision", lambda: _decided_since("deposited_at")),
)
