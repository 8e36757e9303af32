"""The work of a platform, late things first: pages by key, filters that say nothing of anybody (D2, S2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Max, Q, QuerySet, Subquery

from accounts.models import User
from psad import reading
from psad.lists import Role, Step
from psad.models import Case, CaseGrant, Grant, Platform, Wish
from psad.reading import Opened
from psad.services import young_rights

PAGE = 50
OBLIGATION_UNTIL = 18
OPEN = [step for step in Step if step != Step.CLOSED]
# What `Case.due_what` says, as an adviser reads it; the page of a case opens the form that does it.
DUE = {
    "prepare": "Préparer le premier contact", "contact": "Faire le premier essai", "call_back": "Réessayer de joindre",
    "interview": "Faire l’entretien", "propose": "Proposer une solution", "answer": "Demander la réponse",
    "start": "Vérifier que la solution a commencé",
    "check": "Vérifier que la solution tient", "convoke": "Convoquer (16-18 ans)",
    "pass_on": "Transmettre au département (16-18 ans)", "transfer": "Suivre la transmission demandée",
    "wish": "Répondre à la demande de la personne (ses droits)", "oppose": "Prendre acte de son opposition",
}  # fmt: skip
WHO = {"": "Toute l’équipe", "moi": "Les miens", "personne": "Sans accompagnement"}
_NEVER = "sans"
_FILLING, _FILLING_FOR = "psad.filling", 300  # seconds: one that was killed says nothing any more


@dataclass(frozen=True)
class Filters:
    """What the address asks for, closed values only. `step` is a step's value, `who` a key of `WHO`."""

    step: str = ""
    who: str = ""
    late: bool = False
    after: tuple[dt.date | None, UUID] | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        """Unknown values are left out."""
        step, who = query.get("etape", ""), query.get("qui", "")
        return cls(
            step if step in Step.values else "", who if who in WHO else "", query.get("retard") == "1",
            _cursor(query.get("apres", "")),
        )  # fmt: skip

    def address(self, **changes: Any) -> str:
        """The query of these filters, changed; the first page unless `after` is given."""
        values = {"etape": self.step, "qui": self.who, "retard": "1" if self.late else "", "apres": ""} | changes
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class Line:
    """One case of a list, opened. `late` in days (0: not late)."""

    opened: Opened
    today: dt.date

    @property
    def case(self) -> Case:
        return self.opened.case

    @property
    def name(self) -> str:
        return self.opened.identity.name

    @property
    def age(self) -> int:
        return self.opened.identity.age_on(self.today)

    @property
    def obliged(self) -> bool:
        """16 or 17: the training obligation gives priority (D3)."""
        return self.age < OBLIGATION_UNTIL and self.case.step not in {Step.FOLLOWED, Step.CLOSED}

    @property
    def what(self) -> str:
        return DUE.get(self.case.due_what, "")

    @property
    def late(self) -> int:
        return max(0, (self.today - self.case.due_on).days) if self.case.due_on else 0

    @property
    def due_today(self) -> bool:
        return self.case.due_on == self.today


def page(platform: Platform, grant: Grant, filters: Filters, today: dt.date) -> tuple[list[Line], str]:
    """The lines of a page, their reading logged, and the cursor of the next one (empty: the last)."""
    rows = list(_after(_asked(platform, grant.user_id, filters, today), filters)[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return lines(rows, grant, today), _told(rows[-1], filters) if more else ""


def lines(rows: list[Case], grant: Grant, today: dt.date, *, verb: str = "case.list") -> list[Line]:
    if not rows:
        return []
    return [Line(opened, today) for opened in reading.read_all(rows, role=grant.role, verb=verb)]


def asked(platform: Platform, grant: Grant, today: dt.date) -> list[tuple[Wish, Line]]:
    """What people ask about their data and nobody has answered, oppositions first, closed cases too."""
    wishes = young_rights.waiting(platform.pk)
    cases = list({row.case_id: row.case for row in wishes}.values())
    found = {line.case.pk: line for line in lines(cases, grant, today)}
    return [(row, found[row.case_id]) for row in wishes]


def counts(platform: Platform, grant: Grant, filters: Filters, today: dt.date) -> dict[str, int]:
    """How many cases each filter would show, the others staying as they are: one query."""
    asked = _who(Case.objects.filter(platform=platform, anonymised_at=None), grant.user_id, filters.who)
    late = Q(due_on__lt=today) & ~Q(step=Step.CLOSED)
    wanted = {step: Count("id", filter=Q(step=step) & (late if filters.late else Q())) for step in Step.values}
    wishes = young_rights.unanswered(platform.pk)
    many = wishes.values("case__platform").annotate(many=Count("id")).values("many")
    told: dict[str, Any] = asked.aggregate(
        **wanted, late=Count("id", filter=late & (Q(step=filters.step) if filters.step else Q())),
        asked=Max(Subquery(many)),
    )  # fmt: skip
    # Of the platform, whatever the filters: when these show no case at all, it is asked apart.
    waiting = wishes.count() if not any(told[step] for step in Step.values) else told["asked"] or 0
    return told | {"open": sum(told[step] for step in OPEN), "asked": waiting}


def following(case: Case, grant: Grant) -> Case | None:
    """The most urgent case of the person besides `case`; of the team, for who follows none and reads them all."""
    rows = Case.objects.filter(platform=case.platform_id, anonymised_at=None).exclude(step=Step.CLOSED)
    rows = rows.exclude(pk=case.pk).exclude(due_on=None).only("pk", "due_on", "platform_id", "follower_id")
    # Without somebody to follow it, a case sorts after the person's own.
    own = ExpressionWrapper(Q(follower=grant.user_id), output_field=BooleanField())
    found: Case | None = rows.annotate(own=own).order_by(F("own").desc(nulls_last=True), "due_on", "pk").first()
    return found


def listed() -> QuerySet[Case]:
    """Cases with all that a line shows, and no more."""
    return Case.objects.filter(anonymised_at=None).select_related("commune", "follower").only(
        "platform_id", "log_key", "sealed_key", "identity", "step", "disposition", "due_on", "due_what", "closed_on",
        "closing_reason", "last_contact_at", "opposed_at", "source", "commune__name", "follower__name",
        "follower__email",
    )  # fmt: skip


def _asked(platform: Platform, user: UUID, filters: Filters, today: dt.date) -> QuerySet[Case]:
    rows = _who(listed().filter(platform=platform), user, filters.who)
    rows = rows.filter(step=filters.step) if filters.step else rows.exclude(step=Step.CLOSED)
    if filters.late:
        rows = rows.filter(due_on__lt=today)
    if filters.step == Step.CLOSED:
        return rows.order_by("-closed_on", "pk")
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def _who(rows: QuerySet[Case], user: UUID, who: str) -> QuerySet[Case]:
    if who == "moi":
        return rows.filter(follower=user)
    return rows.filter(follower=None) if who == "personne" else rows


def _after(rows: QuerySet[Case], filters: Filters) -> QuerySet[Case]:
    if filters.after is None:
        return rows
    day, key = filters.after
    if filters.step == Step.CLOSED:
        return rows.filter(Q(closed_on__lt=day) | Q(closed_on=day, pk__gt=key)) if day else rows
    if day is None:
        return rows.filter(due_on=None, pk__gt=key)
    return rows.filter(Q(due_on__gt=day) | Q(due_on=day, pk__gt=key) | Q(due_on=None))


def _told(row: Case, filters: Filters) -> str:
    day = row.closed_on if filters.step == Step.CLOSED else row.due_on
    return f"{day.isoformat() if day else _NEVER}.{row.pk}"


def _cursor(text: str) -> tuple[dt.date | None, UUID] | None:
    day, _, key = text.partition(".")
    try:
        return (None if day == _NEVER else dt.date.fromisoformat(day)), UUID(key)
    except ValueError:
        return None


def filling() -> dict[str, int] | None:
    """How far the demonstration is in inventing cases (`done`, `whole`), when it is at it."""
    told: dict[str, int] | None = cache.get(_FILLING) if settings.DEMO else None
    return told


def now_filling(done: int, whole: int) -> None:
    """Said to the heads; no `whole`: it is over."""
    if whole:
        cache.set(_FILLING, {"done": done, "whole": whole}, _FILLING_FOR)
    else:
        cache.delete(_FILLING)


def colleagues(platform: Platform) -> list[User]:
    """Who holds a grant there today, by name."""
    grants = Grant.objects.in_force().filter(platform=platform).select_related("user")
    return sorted((grant.user for grant in grants), key=lambda user: (user.name or user.email).lower())


def nameable(case: Case, grant: Grant) -> list[User]:
    """Who may be named for a first contact: anybody of the team, by who reads the whole platform; else oneself, or who
    does it already."""
    team = colleagues(case.platform)
    if grant.role in {Role.HEAD, Role.COORDINATION}:
        return team
    # Who reads it for a few hours by necessity does not take it.
    follows = CaseGrant.objects.filter(case=case, user=grant.user_id, kind=CaseGrant.Kind.FOLLOWS, ends_at=None)
    own = {grant.user_id} if follows.exists() else set()
    return [user for user in team if user.pk in own | {case.follower_id}]
