"""Invented young people, hundreds or thousands at once: what an adviser would have written, sealed the same way.

The same seed gives the same cases. Written in bulk: 16,000 cases played act by act would take an hour.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from core.sealing import opened
from psad import reading
from psad.identity import Identity, bound
from psad.lists import (
    Answer,
    CheckResult,
    ClosingReason,
    Disposition,
    Means,
    Need,
    Origin,
    Outcome,
    Purpose,
    Role,
    SolutionKind,
    Source,
    Step,
)
from psad.models import (
    Attempt,
    Case,
    CaseGrant,
    Check,
    Grant,
    Guardian,
    Interview,
    Move,
    Note,
    Partner,
    Platform,
    Proposal,
    Solution,
)
from psad.services.cases import ANSWER_DAYS, CALL_BACK_DAYS, PARIS, PROPOSE_DAYS, day_of
from psad.services.opening import new_case
from psad.services.proposing import months_after
from territories.models import Commune

SEED = 2018
BATCH = 500
CFA = "CFA des Mille Gestes (inventé)"
GIVEN = (
    "Ana", "Malo", "Inaya", "Tiago", "Lison", "Ewen", "Salomé", "Noam", "Maïa", "Elio", "Jade", "Yanis", "Capucine",
    "Ilyès", "Romane", "Soren", "Aïcha", "Timéo", "Louane", "Kenzo", "Apolline", "Rayan", "Zélie", "Mathis", "Nour",
    "Anselme", "Lila", "Basile", "Manon", "Idriss",
)  # fmt: skip
BEGINS = (
    "Ablan", "Brinde", "Courte", "Damel", "Escou", "Fontem", "Gardel", "Haute", "Jolive", "Lunéb", "Marche", "Navel",
    "Orval", "Pimpren", "Quinte", "Roubel", "Sarre", "Tourne", "Vantre", "Chante",
)  # fmt: skip
ENDS = ("court", "bois", "ville", "mont", "rieux", "lat", "preux", "champ", "vaux", "tel", "coin", "gny")
STREETS = ("rue des Essais", "allée des Lampions", "chemin du Grand Pré", "place de la Démonstration", "rue du Moulin")
CLASSES = ("2de générale", "1re STMG", "2de bac pro Accueil", "1re bac pro Mécanique", "CAP Cuisine", "CAP Maçonnerie")
SCHOOLS = ("Lycée inventé des Trois-Tilleuls", "Lycée inventé du Canal", "CFA inventé de l’Horloge")
NOTES = (
    "Préfère les échanges en fin de journée.", "Veut visiter l’atelier avant de se décider.",
    "Rappeler après le retour de stage.", "A bien reçu la documentation.",
)  # fmt: skip
PLANS = (
    "Visite du CFA, puis une semaine de découverte.", "Reprendre contact avec le lycée pour une rentrée en janvier.",
    "Construire le CV, chercher un maître d’apprentissage.", "Une immersion en entreprise, puis choisir la formation.",
)  # fmt: skip
SAFE = ("Appeler après 17\u00a0h, sans laisser de message.", "SMS d’abord, puis appel.", "Écrire plutôt qu’appeler.")
OFFERS = (
    (SolutionKind.APPRENTICESHIP, "CAP Cuisine, en apprentissage", CFA, 8),
    (SolutionKind.APPRENTICESHIP, "CAP Maçon, en apprentissage", CFA, 2),
    (SolutionKind.MICRO, "Microlycée, rentrée d’hiver", "Microlycée inventé des Remparts", 12),
    (SolutionKind.E2C, "Parcours de la deuxième chance", "E2C inventée du Lac", 15),
    (SolutionKind.CIVIC, "Service civique à la médiathèque", "Médiathèque inventée du Quai", 3),
    (SolutionKind.REGION, "Prépa métiers du bois", "Atelier inventé du Grand Chêne", 10),
    (SolutionKind.PACEA, "Accompagnement de la mission locale", "Mission locale", None),
    (SolutionKind.SCHOOL, "Retour en 1re bac pro Métiers de l’accueil", SCHOOLS[0], 6),
    (SolutionKind.INTERNSHIP, "Deux semaines chez un artisan", "Réseau inventé des Artisans", 5),
)
OLDEST = 600  # days, before the one they are made on
# What one finds in a platform on an ordinary day, in hundredths.
STEPS = (
    (Step.RECEIVED, 14), (Step.PREPARING, 10), (Step.CONTACTING, 24), (Step.PROPOSING, 20), (Step.FOLLOWED, 18),
    (Step.CLOSED, 14),
)  # fmt: skip
ENDED = (
    (ClosingReason.LASTING, 4), (ClosingReason.SOLVED, 4), (ClosingReason.UNREACHABLE, 3), (ClosingReason.MOVED, 2),
    (ClosingReason.REFUSED, 1), (ClosingReason.WRONG, 1),
)  # fmt: skip
NEVER_MET = frozenset({ClosingReason.UNREACHABLE, ClosingReason.MOVED, ClosingReason.WRONG})
TRIED = (Outcome.NO_ANSWER, Outcome.MESSAGE, Outcome.NO_ANSWER, Outcome.FAMILY, Outcome.WRONG)


@dataclass
class Rows:
    """What a batch writes, in this order."""

    cases: list[Case] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)

    def write(self) -> None:
        Case.objects.bulk_create(self.cases)
        models: tuple[Any, ...] = (CaseGrant, Guardian, Attempt, Interview, Note, Proposal, Check, Move)
        for model in models:
            model.objects.bulk_create([row for row in self.rows if type(row) is model])


@dataclass
class Maker:
    """Makes the cases of one platform; its context is that of `head`."""

    platform: Platform
    head: User
    team: Sequence[Grant]
    offers: Sequence[Solution]
    towns: Sequence[Commune]
    chance: random.Random
    today: dt.date
    known: set[bytes] = field(default_factory=set)
    out: Rows = field(default_factory=Rows)

    def case(self, number: int) -> None:
        step = self._pick(STEPS)
        reason = self._pick(ENDED) if step == Step.CLOSED else None
        ago = {
            Step.RECEIVED: (0, 20), Step.PREPARING: (2, 20), Step.CONTACTING: (3, 40), Step.PROPOSING: (12, 45),
            Step.FOLLOWED: (70, 420), Step.CLOSED: (280, OLDEST),
        }[step]  # fmt: skip
        received = self.today - dt.timedelta(days=self.chance.randint(*ago))
        row = self._opened(number, received)
        self.out.cases.append(row)
        if step == Step.RECEIVED:
            return
        self._prepared(row, received)
        if step == Step.PREPARING:
            row.step = Step.PREPARING
            return
        reached = step != Step.CONTACTING and reason not in NEVER_MET
        day = self._tries(row, received, reached=reached)
        row.step, row.due_on, row.due_what = Step.CONTACTING, day + dt.timedelta(days=CALL_BACK_DAYS), "call_back"
        if reached:
            self._met(row, day)
        if step == Step.FOLLOWED or reason == ClosingReason.LASTING:
            self._proposed(row, day, started=True)
        elif step == Step.PROPOSING:
            self._proposed(row, day, started=False)
        if reason:
            self._ended(row, day, reason)

    # Each part of a case, in the order of its life.

    def _opened(self, number: int, received: dt.date) -> Case:
        """Nobody twice in the platform: two of the same name have other birth dates."""
        row = self._somebody(number, received)
        while row.match_key in self.known:
            row = self._somebody(number, received)
        self.known.add(bytes(row.match_key))
        return row

    def _somebody(self, number: int, received: dt.date) -> Case:
        given = GIVEN[number % len(GIVEN)]
        surname = BEGINS[number // len(GIVEN) % len(BEGINS)] + self.chance.choice(ENDS)
        born = received - dt.timedelta(days=self.chance.randint(16 * 366, 21 * 365))
        town = self.chance.choices(self.towns, [commune.population + 1 for commune in self.towns])[0]
        identity = Identity(
            surname=surname, given_names=given, birth_date=born, town=town.name,
            address=f"{self.chance.randint(1, 90)} {self.chance.choice(STREETS)}",
            postcode=(town.postal_codes or [""])[0],
            # 06 39 98: numbers kept for fiction.
            phone=f"063998{self.chance.randint(0, 9999):04d}" if self.chance.random() < 0.9 else "",
            email=f"jeune{number}@exemple.invalid" if self.chance.random() < 0.6 else "",
            school=self.chance.choice(SCHOOLS), class_name=self.chance.choice(CLASSES),
        )  # fmt: skip
        source = self.chance.choices([Source.RIO, Source.REPORT, Source.SELF], [8, 2, 1])[0]
        return new_case(
            platform=self.platform, identity=identity, source=source, received_on=received, opened_by=self.head,
            origin=self.chance.choices(list(Origin), [7, 3, 1])[0], sex=self.chance.choice("fm"), commune=town,
            left_on=received - dt.timedelta(days=self.chance.randint(10, 120)),
        )  # fmt: skip

    def _prepared(self, row: Case, received: dt.date) -> None:
        grant = self.chance.choice(self.team)
        at = self._at(received, 1)
        row.follower, row.due_what = grant.user, "contact"
        seal = opened(row.sealed_key)
        if self.chance.random() < 0.3:
            row.safe_contact = seal.close(self.chance.choice(SAFE), bound=bound(row, "safe_contact"))
        if grant.role == Role.ADVISER:
            self.out.rows.append(CaseGrant(
                case=row, user=grant.user, kind=CaseGrant.Kind.FOLLOWS, reason="Secteur de la personne",
                given_by=self.head, starts_at=at,
            ))  # fmt: skip
        if row.birth_month > months_after(self.today.replace(day=1), -18 * 12) and self.chance.random() < 0.5:
            guardian = Guardian(case=row, at=at, by=grant.user, wish=self.chance.choice(Guardian.Wish.values))
            contact = {"name": "Camille Exemple", "phone": "0639980000", "email": "", "address": ""}
            guardian.contact = seal.close(contact, bound=bound(row, f"guardian/{guardian.pk}"))
            self.out.rows.append(guardian)
        self._move(row, at, "prepare", follower=str(grant.user_id))

    def _tries(self, row: Case, received: dt.date, *, reached: bool) -> dt.date:
        day, seal = received + dt.timedelta(days=1), opened(row.sealed_key)
        count = self.chance.randint(1, 5)
        for number in range(1, count + 1):
            day = min(day + dt.timedelta(days=self.chance.randint(1, 7)), self.today)
            last = reached and number == count
            outcome = Outcome.REACHED if last else self.chance.choice(TRIED)
            try_ = Attempt(
                case=row, at=self._at(day), by=row.follower, outcome=outcome,
                means=self.chance.choices([Means.PHONE, Means.TEXT, Means.EMAIL, Means.LETTER], [6, 2, 1, 1])[0],
            )  # fmt: skip
            if self.chance.random() < 0.3:
                try_.note = seal.close(self.chance.choice(NOTES), bound=bound(row, f"attempt/{try_.pk}"))
            self.out.rows.append(try_)
            if outcome in {Outcome.REACHED, Outcome.FAMILY}:
                row.last_contact_at = try_.at
            if outcome == Outcome.REACHED:
                row.first_contact_at = try_.at
                row.informed_at = try_.at
            self._move(row, try_.at, "attempt", means=try_.means, outcome=outcome)
        return day

    def _met(self, row: Case, day: dt.date) -> None:
        at = self._at(min(day + dt.timedelta(days=3), self.today))
        needs = sorted(self.chance.sample(Need.values, self.chance.randint(1, 3)))
        met = Interview(
            case=row, at=at, by=row.follower, means=Means.MEETING, needs=needs,
            family_present=self.chance.random() < 0.2,
        )  # fmt: skip
        met.plan = opened(row.sealed_key).close(self.chance.choice(PLANS), bound=bound(row, f"interview/{met.pk}"))
        self.out.rows.append(met)
        row.step, row.last_contact_at = Step.PROPOSING, at
        row.due_on, row.due_what = day_of(at) + dt.timedelta(days=PROPOSE_DAYS), "propose"
        self._move(row, at, "interview", needs=needs)

    def _proposed(self, row: Case, day: dt.date, *, started: bool) -> None:
        if not started and self.chance.random() < 0.4:
            return
        free = [offer for offer in self.offers if offer.places is None or offer.taken < offer.places]
        if not free:
            return
        offer = self.chance.choice(free)
        offer.taken += 1
        at = self._at(min(day + dt.timedelta(days=8), self.today))
        proposal = Proposal(case=row, solution=offer, at=at, by=row.follower)
        self.out.rows.append(proposal)
        self._move(row, at, "propose", kind=offer.kind)
        row.due_on, row.due_what = day_of(at) + dt.timedelta(days=ANSWER_DAYS), "answer"
        if not started:
            return
        start = min(day_of(at) + dt.timedelta(days=self.chance.randint(2, 20)), self.today)
        proposal.answer, proposal.answered_at, proposal.started_on = Answer.ACCEPTED, self._at(start), start
        row.step, row.solution_on, row.disposition = Step.FOLLOWED, start, Disposition.SOLVED
        self._move(row, self._at(start), "answer", kind=offer.kind, answer=Answer.ACCEPTED)
        row.due_on, row.due_what = None, ""
        for months in self.platform.check_months:
            self._check(row, proposal, start, months)

    def _check(self, row: Case, proposal: Proposal, start: dt.date, months: int) -> None:
        check = Check(
            case=row, proposal=proposal, months=months, due_on=months_after(start, months),
            at=proposal.answered_at or proposal.at, by=row.follower,
        )  # fmt: skip
        self.out.rows.append(check)
        # Done when it was due; of those of the last weeks, some wait.
        made = self.today - check.due_on > dt.timedelta(days=20) or self.chance.random() > 1 / 2
        if check.due_on < self.today and row.due_on is None and made:
            check.done_at = self._at(check.due_on)
            check.result = self.chance.choices([CheckResult.HOLDS, CheckResult.OTHER], [5, 1])[0]
            row.last_contact_at = check.done_at
            self._move(row, check.done_at, "check", months=months, result=check.result)
        elif row.due_on is None:
            row.due_on, row.due_what = check.due_on, "check"

    def _ended(self, row: Case, day: dt.date, reason: ClosingReason) -> None:
        after = dt.timedelta(days=220 if reason == ClosingReason.LASTING else 40)
        row.step, row.closed_on, row.closing_reason = Step.CLOSED, min(day + after, self.today), reason
        row.due_on, row.due_what = None, ""
        row.disposition = {
            ClosingReason.MOVED: Disposition.MOVED, ClosingReason.UNREACHABLE: Disposition.UNREACHABLE,
            ClosingReason.WRONG: Disposition.WRONG, ClosingReason.REFUSED: Disposition.TO_CONTACT,
        }.get(reason, Disposition.SOLVED)  # fmt: skip
        self._move(row, self._at(row.closed_on), "close", reason=reason)

    def _move(self, row: Case, at: dt.datetime, verb: str, **data: Any) -> None:
        row.version += 1
        self.out.rows.append(Move(case=row, at=at, by=row.follower or self.head, verb=verb, data=data))

    def _at(self, day: dt.date, later: int = 0) -> dt.datetime:
        moment = dt.time(self.chance.randint(9, 17), self.chance.choice((0, 10, 20, 40)))
        return min(dt.datetime.combine(day + dt.timedelta(days=later), moment, PARIS), timezone.now())

    def _pick(self, table: Sequence[tuple[Any, int]]) -> Any:
        return self.chance.choices([value for value, _ in table], [weight for _, weight in table])[0]


def make(platform: Platform, head: User, *, first: int, last: int) -> None:
    """Cases number `first` to `last` (excluded) of `platform`, in the context of `head`, a few hundred at a time."""
    offers = _offers(platform)
    before = {offer.pk: offer.taken for offer in offers}
    team = Grant.objects.in_force().filter(platform=platform).select_related("user").order_by("role", "side")
    maker = Maker(
        platform, head, list(team), offers, list(Commune.objects.filter(psad__platform=platform).order_by("insee")),
        # Not for secrets: the same cases each time.
        random.Random(f"{SEED}/{platform.slug}/{first}"), timezone.localdate(),  # noqa: S311
    )  # fmt: skip
    held = Case.objects.filter(platform=platform, anonymised_at=None)
    maker.known = {bytes(key) for key in held.values_list("match_key", flat=True)}
    for start in range(first, last, BATCH):
        maker.out = Rows()
        for number in range(start, min(start + BATCH, last)):
            maker.case(number)
        maker.out.write()
        reading.log(
            platform.pk, role=Role.HEAD, verb="case.demo", purpose=Purpose.WORK,
            cases=[row.log_key for row in maker.out.cases],
        )  # fmt: skip
    for offer in offers:  # somebody may be proposing one at the same time
        Solution.objects.filter(pk=offer.pk).update(taken=F("taken") + offer.taken - before[offer.pk])


def _offers(platform: Platform) -> list[Solution]:
    known = list(Solution.objects.filter(platform=platform).order_by("title"))
    if known:
        return known
    partner = Partner.objects.in_force().filter(platform=platform, organisation_name=CFA).first()
    return Solution.objects.bulk_create(
        Solution(
            platform=platform, partner=partner if organisation == CFA else None, organisation_name=organisation,
            kind=kind, title=title, places=places, place=platform.name.removeprefix("PSAD ").removeprefix("de "),
        )
        for kind, title, organisation, places in OFFERS
    )  # fmt: skip
