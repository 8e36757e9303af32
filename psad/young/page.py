"""What the young person reads of their own case, in the context of their link (issue 6, D7, D8)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from django.db import connection
from django.db.models import QuerySet

from psad.lists import NEUTRAL, SENSITIVE, Answer, Role, SharedItem, SharePurpose, Side, Step
from psad.models import Case, Check, Guardian, Obligation, Proposal, Wish, YoungLink
from psad.reading import Opened
from psad.services.cases import PARIS, YOUNG, day_of
from psad.services.noting import MAJORITY

# What the log's verbs are to the person: seen in a list, opened, worked on.
_SEEN = {"case.list", "case.search", "case.transfers", "case.twins", "case.elsewhere"}
_WHAT = {
    "list": "a vu votre nom dans une liste de travail", "read": "a lu votre dossier",
    "break_glass": "a ouvert votre dossier, par exception, pour une urgence",
    "share": "a lu ce qui lui est partagé", "work": "a travaillé sur votre dossier",
}  # fmt: skip
_STEPS = {
    Step.RECEIVED: "L’équipe prépare votre premier contact.",
    Step.PREPARING: "L’équipe prépare votre premier contact.",
    Step.CONTACTING: "L’équipe essaie de vous joindre.",
    Step.PROPOSING: "Vous cherchez une solution avec l’équipe.",
    Step.FOLLOWED: "Vous avez une solution\u00a0; l’équipe prend de vos nouvelles de temps en temps.",
    Step.CLOSED: "Votre accompagnement est terminé.",
}

# What the team reads of « la personne » is « vous » to the person.
_SHARED = {
    SharedItem.NAME: "votre prénom et votre nom", SharedItem.AGE: "votre âge", SharedItem.COMMUNE: "votre commune",
    SharedItem.CONTACT: "vos coordonnées", SharedItem.TRAINING: "la formation que vous avez quittée",
    SharedItem.NEEDS: "ce que vous cherchez", SharedItem.PROPOSAL: "ce que l’on vous propose",
    SharedItem.PLAN: "ce que vous avez décidé avec l’équipe", SharedItem.FOLLOWER: "qui vous accompagne",
}  # fmt: skip
_SHARED_FOR = {
    SharePurpose.FIND: "aider à vous joindre", SharePurpose.OFFER: "vous proposer une place",
    SharePurpose.HOST: "vous accueillir", SharePurpose.FOLLOW: "savoir si la solution vous convient",
}  # fmt: skip
ASKED = {
    Wish.Kind.EXPORT: "Une copie", Wish.Kind.RECTIFY: "Une correction", Wish.Kind.OPPOSE: "Ne plus être contacté·e",
}  # fmt: skip
ANSWERED = {Wish.Outcome.DONE: "c’est fait", Wish.Outcome.TOLD: "ce n’est pas possible, l’équipe vous dit pourquoi"}

_CHECK = "L’équipe prend de vos nouvelles\u00a0: est-ce que ça se passe bien\u00a0?"
_CONVOKED = "Rendez-vous à la mission locale (obligation de formation jusqu’à 18\u00a0ans)"


@dataclass(frozen=True)
class Told:
    """Rows of `psad_my_accesses`, `psad_my_shares` and `psad_my_team`, asked in one question."""

    accesses: list[dict[str, Any]]
    shares: list[dict[str, Any]]
    team: list[dict[str, Any]]


@dataclass
class YoungPage:
    """`today` is the day of the visit."""

    opened: Opened
    link: YoungLink
    today: dt.date

    @property
    def case(self) -> Case:
        return self.opened.case

    @property
    def first_name(self) -> str:
        return (self.opened.identity.given_names.split() or [""])[0]

    @property
    def minor(self) -> bool:
        return self.opened.identity.age_on(self.today) < MAJORITY

    @property
    def where(self) -> str:
        return _STEPS[Step(self.case.step)]

    @property
    def known(self) -> list[tuple[str, str]]:
        """What is written of who they are, (term, value), what is empty left out: one corrects what one has read."""
        who = self.opened.identity
        rows = [
            ("Prénom", who.given_names), ("Nom", who.surname), ("Date de naissance", f"{who.birth_date:%d/%m/%Y}"),
            ("Téléphone", who.phone), ("Autre téléphone", who.other_phone), ("Adresse électronique", who.email),
            ("Adresse", " ".join(filter(None, (who.address, who.postcode, who.town)))),
            ("Établissement quitté", who.school), ("Classe", who.class_name),
        ]  # fmt: skip
        return [(term, value) for term, value in rows if value]

    @cached_property
    def told(self) -> Told:
        return told()

    @cached_property
    def proposals(self) -> list[Any]:
        """The latest first; `open` when the person may still answer."""
        rows: list[Any] = list(proposals(self.case))
        for row in rows:
            row.open = self.case.opposed_at is None and self.case.step != Step.CLOSED
            row.open = row.open and row.started_on is None and row.answer != Answer.WITHDRAWN
        return rows

    @cached_property
    def coming(self) -> list[dict[str, Any]]:
        """What is planned: {on (day), at (or none), what}."""
        if self.case.opposed_at is not None:
            return []
        checks = Check.objects.filter(case=self.case, result="", due_on__gte=self.today).order_by("due_on")[:1]
        found = [{"on": row.due_on, "at": None, "what": _CHECK} for row in checks]
        clocks = Obligation.objects.filter(case=self.case, ended_at=None) if self.minor else []
        for clock in clocks:
            if clock.meeting_at is not None and (day := day_of(clock.meeting_at)) >= self.today:
                found.append({"on": day, "at": clock.meeting_at, "what": _CONVOKED})
        return sorted(found, key=lambda row: row["on"])

    @property
    def team(self) -> list[str]:
        """Who accompanies: structure and function; the heads while nobody does."""
        return [_member(self.case, row["side"], row["function"]) for row in self._followed or self.told.team]

    @property
    def followed(self) -> bool:
        return bool(self._followed)

    @property
    def _followed(self) -> list[dict[str, Any]]:
        return [row for row in self.told.team if row["follows"]]

    @cached_property
    def accesses(self) -> list[dict[str, Any]]:
        return by_day(self.told.accesses)

    @cached_property
    def shares(self) -> list[dict[str, Any]]:
        return [shared(row) for row in self.told.shares]

    @cached_property
    def wishes(self) -> list[Any]:
        rows: list[Any] = list(Wish.objects.filter(case=self.case).order_by("-at"))
        for row in rows:
            row.said = self.opened.text(row.text, field=f"wish/{row.pk}") or ""
            row.asked, row.answered = _asked(row), ANSWERED.get(row.outcome, "")
        return rows

    @cached_property
    def guardians(self) -> list[dict[str, str]]:
        """Of a minor: whose contact is kept, and whether they are associated."""
        rows = Guardian.objects.filter(case=self.case) if self.minor else []
        return [
            {"name": contact["name"], "wish": row.wish}
            for row in rows
            if (contact := self.opened.text(row.contact, field=f"guardian/{row.pk}"))
        ]


def _asked(row: Wish) -> str:
    """The copy is given as it is asked; what waits, or waited, is the notes that the team hands over."""
    if row.kind == Wish.Kind.EXPORT and row.handled_at != row.at:
        return "Les notes de l’équipe"
    return ASKED[Wish.Kind(row.kind)]


def proposals(case: Case) -> QuerySet[Proposal]:
    return Proposal.objects.filter(case=case).select_related("solution").order_by("-at", "-id")


def told() -> Told:
    """What the three functions answer about the person of the link: nothing outside of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1, to_jsonb(a) FROM psad_my_accesses() a UNION ALL SELECT 2, to_jsonb(s) FROM psad_my_shares() s"
            " UNION ALL SELECT 3, to_jsonb(t) FROM psad_my_team() t"
        )
        rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for kind, row in cursor.fetchall():
            rows[kind].append(_loaded(row))
    return Told(rows[1], rows[2], rows[3])


def by_day(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who did what, the latest day first: {day, who, what}, each once a day. What the person did themselves is left
    out; the portal's own tasks are named so."""
    found = {}
    for row in rows:
        if row["role"] == YOUNG:
            continue
        line = {"day": dt.date.fromisoformat(row["day"]), "who": _who(row), "what": _WHAT[_sort(row["verb"])]}
        found[line["day"], line["who"], line["what"]] = line
    return sorted(found.values(), key=lambda line: (-line["day"].toordinal(), line["who"], line["what"]))


def shared(row: dict[str, Any]) -> dict[str, Any]:
    """{at, who, why, what, ends_at, revoked_at}: a social service or the PJJ is a neutral partner (D11)."""
    return {
        "at": dt.datetime.fromisoformat(row["at"]), "who": _partner(row), "why": _SHARED_FOR[row["purpose"]],
        "what": [_SHARED[item] for item in SharedItem if item in row["items"]],
        # it ends at midnight: said as the partner reads it, by its last day
        "ends_at": (dt.datetime.fromisoformat(row["ends_at"]).astimezone(PARIS) - dt.timedelta(days=1)).date(),
        "revoked_at": dt.datetime.fromisoformat(row["revoked_at"]) if row["revoked_at"] else None,
    }  # fmt: skip


def _loaded(row: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads(row) if isinstance(row, str | bytes) else row
    return loaded


def _sort(verb: str) -> str:
    if verb in _SEEN:
        return "list"
    if verb.startswith("share."):
        return "share"
    kind = verb.removeprefix("case.")
    return kind if kind in {"read", "break_glass"} else "work"


def _who(row: dict[str, Any]) -> str:
    if row["organisation"] or row["role"] == "partner":
        return _partner(row)
    if not row["side"]:
        return "Le portail lui-même (tâche automatique)"
    return f"{row['structure'] or Side(row['side']).label}, {_function(row['function'])} ({row['platform']})"


def _partner(row: dict[str, Any]) -> str:
    return NEUTRAL if row["kind"] in SENSITIVE else row["organisation"] or NEUTRAL


def _member(case: Case, side: str, function: str) -> str:
    house = case.platform.cio if side == Side.CIO else case.platform.mission_locale
    return f"{house.name if house else Side(side).label}, {_function(function)}"


def _function(role: str) -> str:
    label = str(Role(role).label)
    return label[:1].lower() + label[1:]
