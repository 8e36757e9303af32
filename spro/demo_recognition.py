"""The recognition of the demonstration: four years of invented dossiers, so that every state can be looked at.

What happened is a list of moments played in their order through the services of the room, its daily pass included;
those that are not past yet wait for the visitor. Days are counted from the rules of the region and the first start.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.models import User
from core.models import OutboxMail
from members.models import Charter, Mandate, Organisation, Plan
from members.services import grant_mandate
from recognition import rulebook
from recognition.clock import PARIS, day_of
from recognition.letters import draw
from recognition.models import (
    Assessment,
    Attachment,
    Campaign,
    Candidature,
    Finding,
    GoverningBody,
    Letter,
    LetterKind,
    Message,
    Notice,
    Opinion,
    Recognition,
    Rule,
    Sitting,
)
from recognition.services import ending, instructing, visiting
from recognition.services.campaigns import body_of, move_step
from recognition.services.checking import criteria_of
from recognition.services.day import STEPS, run_day
from recognition.services.deciding import decide
from recognition.services.depositing import deposit, withdraw
from recognition.services.grid import Line, assess_all, stamp
from recognition.services.messaging import send_message
from recognition.services.plans import NoPlan, plan_for
from recognition.services.saving import add_site, save_organisation
from recognition.services.sitting import (
    change_sitting,
    close_minutes,
    fill_agenda,
    plan_sitting,
    record_opinion,
    recuse,
)
from spro import demo_houses as houses
from spro.demo_houses import House
from territories.models import Commune

DAY = dt.timedelta(days=1)
Deed = Callable[[dt.datetime], object]
SIGNED: dict[str, Any] = {
    "signatory": "Ysoline Chantreuil",
    "signatory_title": "Présidente de la Région (personne inventée pour la démonstration)",
}
# What the pack leaves to the Region, and without which no letter leaves (R14).
SAID = SIGNED | {"service_email": "service-orientation@demo.invalid", "service_phone": "03 00 00 00 00"}
FAVOURABLE = ("favourable", "Un accueil solide, ouvert à tous les publics, bien relié aux autres membres.", 9, 0, 1)
RESERVED = ("reserved", "Une offre utile\u00a0; les horaires d’ouverture restent courts.", 6, 2, 2)
UNFAVOURABLE = ("unfavourable", "L’accueil sur place n’est pas assuré\u00a0: tout se fait en ligne.", 1, 8, 1)
PRESENT = "\n".join(
    f"{name}, {of}"
    for name, of in (
        ("Ysoline Chantreuil", "Région"), ("Maurin Delacombe", "Région"), ("Aliette Brassenoir", "autorité académique"),
        ("Toussaint Grandvoile", "État"), ("Fantine Quillebois", "réseau des missions locales"),
        ("Léonce Harcelin", "chambre consulaire"), ("Prune Vandoncourt", "organisation syndicale"),
        ("Abel Tiercelet", "organisation patronale"), ("Colombe Rétaud", "université"),
        ("Silvère Mahaut", "département"),
    )
)  # fmt: skip


def seed(*, staff: User, candidate: User, colleague: User) -> None:
    """Tell the story once: with no effect when the organisation of `candidate` is there.

    `staff` is somebody of the Region. Where the pack has not what the story needs, nothing is told.
    """
    if Organisation.objects.filter(name=houses.CANDIDATE.name).exists() or not _stands_here():
        return
    known = set(OutboxMail.objects.values_list("pk", flat=True))
    for key, value in SAID.items():
        Rule.objects.get_or_create(key=key)
        Rule.objects.filter(key=key, value="").update(value=value)
    Story(timezone.localtime(timezone=PARIS), staff).play()
    _in_preparation(candidate, colleague)
    run_day(timezone.localdate())
    _draw()
    # What was told over these years left in its time.
    OutboxMail.objects.exclude(pk__in=known).update(sent_at=timezone.now())


def _stands_here() -> bool:
    """Whether the pack has the bodies, the criteria and the towns of the story: another region invents its own."""
    towns = {insee for house in houses.HOUSES for insee in house.towns}
    charter = Charter.current()
    return (
        [body_of(step) is not None for step in ("council_on", "crefop_on", "commission_on")] == [True] * 3
        and charter is not None
        and criteria_of(charter).exists()
        and Commune.objects.filter(pk__in=towns).count() == len(towns)
    )


def _in_preparation(candidate: User, colleague: User) -> None:
    """The dossier that visitors go on with: two sites, one without a service, some answers, one file."""
    house, at = houses.CANDIDATE, timezone.now() - 9 * DAY
    dossier = houses.begin(house, user=candidate, at=at)
    grant_mandate(user=colleague, organisation=dossier.organisation, role=Mandate.Role.MEMBER, actor=candidate)
    values = houses.describe(house)
    for name in ("environment", "team", "activity_review"):
        del values[name]
    save_organisation(candidature=dossier, values=values, version=dossier.version, user=candidate, at=at)
    whole, lacking = (houses.place(house, insee, number) for number, insee in enumerate(house.towns, 1))
    add_site(candidature=dossier, values=whole, user=candidate, at=at)
    lacking["services"] = houses.OWED[:2]
    lacking["has_confidential"] = False
    add_site(candidature=dossier, values=lacking, user=colleague, at=at + 2 * DAY)
    houses.answer(dossier, user=candidate, at=at + 3 * DAY, most=8)
    houses.give(house, dossier, kind=Attachment.Kind.NOTE, user=colleague, at=at + 3 * DAY)


def _draw() -> None:
    """The letters of the recognition in force, whatever the worker does; it draws the others."""
    of = Organisation.objects.get(name=houses.IN_FORCE.name)
    kinds = (LetterKind.RECEIPT, LetterKind.GRANT, LetterKind.CERTIFICATE)
    for letter in Letter.objects.filter(candidature__organisation=of, kind__in=kinds).order_by("pk"):
        draw(letter=letter, at=letter.written_at + dt.timedelta(minutes=1))


class Story:
    """What happened until `now`: `on` says it, `play` does it."""

    def __init__(self, now: dt.datetime, staff: User) -> None:
        self.now, self.today, self.staff = now, now.date(), staff
        self.dossiers: dict[House, int] = {}
        self.lines: list[tuple[dt.datetime, int, Deed]] = []
        # The last campaign whose dossiers are read: its deadline is over for some weeks.
        self.year = self.today.year if self._step(self.today.year, "deadline_on") + 45 * DAY < self.today else (
            self.today.year - 1
        )  # fmt: skip
        main = self._plan_in_force()
        self.first = min(self.year - 3, main.starts_on.year - 1)
        self._short_plan()

    def on(self, day: dt.date, hour: int, deed: Deed) -> None:
        at = dt.datetime.combine(day, dt.time(hour), PARIS)
        self.lines.append((at, len(self.lines), deed))

    def play(self) -> None:
        for year in range(self.first, self.year + 1):  # also those without a dossier: they open and close in their time
            self._calendar(year)
        self._decided_year(self.first, {houses.RENEWING: (FAVOURABLE, FAVOURABLE)})
        self._decided_year(self.year - 1, {
            houses.IN_FORCE: (FAVOURABLE, FAVOURABLE), houses.SUSPENDED: (FAVOURABLE, RESERVED),
            houses.REPEALED: (FAVOURABLE, FAVOURABLE), houses.REFUSED: (RESERVED, UNFAVOURABLE),
        })  # fmt: skip
        self._ended_early(self.year - 1)
        self._year_at_hand(self.year)
        self._afterwards(self.year)
        for at, _, deed in sorted(self.lines, key=lambda line: line[:2]):
            if at < self.now:
                deed(at)

    # --- the calendar

    def _step(self, year: int, step: str) -> dt.date:
        """A day of the year as the rules say it."""
        return rulebook.day(step, year)

    def _calendar(self, year: int) -> None:
        """The mornings on which the daily pass has something to do."""
        self.on(self._step(year, "opens_on"), 7, self._pass)
        for step in ("deadline_on", "complete_by_on"):
            self.on(self._step(year, step) + DAY, 7, self._pass)

    def _pass(self, at: dt.datetime) -> None:
        for step in STEPS:
            for deed in step(day_of(at), at):
                deed()

    def _plan_in_force(self) -> Plan:
        """The plan of last year's decisions; where the pack has none, one that we invent."""
        choice = plan_for(self._step(self.year - 1, "commission_on"))
        if not isinstance(choice, NoPlan):
            return choice.plan
        first = self.year - 1
        return Plan.objects.create(
            slug=f"plan-demonstration-{first}", name=f"Plan de démonstration {first}-{first + 4} (inventé)",
            invented=True, starts_on=dt.date(first, 1, 1), ends_on=dt.date(first + 4, 12, 31),
            adopted_on=dt.date(first, 1, 1),
        )  # fmt: skip

    def _short_plan(self) -> None:
        """A former plan that ends in four months: what it gave is to be renewed now (R9)."""
        ends = rulebook.months_after(self.today, 4)
        starts = dt.date(self.first - 1, 1, 1)
        Plan.objects.create(
            slug="plan-demonstration-court", invented=True, starts_on=starts, ends_on=ends, adopted_on=starts,
            name=f"Plan de démonstration {starts.year}-{ends.year} (inventé)",
        )  # fmt: skip

    # --- dossiers

    def _get(self, house: House) -> Candidature:
        rows = Candidature.objects.select_related("organisation", "campaign", "charter")
        return rows.get(pk=self.dossiers[house])

    def _recognition(self, house: House) -> Recognition:
        return Recognition.objects.get(candidature=self.dossiers[house])

    def _deposited(self, house: House, year: int, *, days_before: int) -> None:
        self.on(self._step(year, "opens_on") + 30 * DAY, 10, partial(self._begin, house))
        self.on(self._step(year, "deadline_on") - days_before * DAY, 16, partial(self._deposit, house))

    def _begin(self, house: House, at: dt.datetime) -> None:
        user = houses.account(house)
        dossier = houses.begin(house, user=user, at=at)
        self.dossiers[house] = dossier.pk
        houses.fill(house, dossier, user=user, at=at + DAY)

    def _deposit(self, house: House, at: dt.datetime) -> None:
        user = houses.account(house)
        deposit(candidature=self._get(house), user=user, name=house.person, title=house.title, at=at)

    def _examine(self, house: House, at: dt.datetime) -> None:
        instructing.declare_complete(candidature=self._get(house), at=at, actor=self.staff)
        self._assess(house, at)
        instructing.make_ready(candidature=self._get(house), at=at, actor=self.staff)

    def _assess(self, house: House, at: dt.datetime, *, most: int | None = None) -> None:
        dossier, nothing = self._get(house), stamp("", "")
        lines = []
        for number, criterion in enumerate(criteria_of(dossier.charter)[:most]):
            level, said = Assessment.Level.MET, ""
            if number == 3:
                level, said = Assessment.Level.PARTLY, "Le bureau d’entretien est partagé le mercredi\u00a0: à revoir."
            lines.append(Line(criterion, level, said, nothing))
        assess_all(candidature=dossier, site=None, lines=lines, user=self.staff, at=at)

    # --- bodies

    def _sits(self, year: int, step: str, hold: Deed, *, later: int = 0) -> dt.date:
        """Have the body of this step sit in `year`, on the first working day; the pass of the next morning follows."""
        day = _working(self._step(year, step) + later * DAY)
        self.on(self._step(year, "opens_on") + 7 * DAY, 9, partial(self._plan, year, step, day))
        self.on(day, 15, hold)
        self.on(day + DAY, 7, self._pass)
        return day

    def _plan(self, year: int, step: str, day: dt.date, at: dt.datetime) -> None:
        plan_sitting(
            body=self._body(step), held_on=day, campaign=Campaign.objects.get(year=year), starts_at=dt.time(9, 30),
            place="Maison de la Région (salle inventée)", chair="Ysoline Chantreuil", at=at, actor=self.staff,
        )  # fmt: skip

    def _body(self, step: str) -> GoverningBody:
        body = body_of(step)
        assert body is not None  # noqa: S101 - `_stands_here` saw it
        return body

    def _sitting(self, year: int, step: str) -> Sitting:
        return Sitting.objects.get(campaign__year=year, body=self._body(step))

    def _gives(
        self, year: int, step: str, said: dict[House, tuple[str, str, int, int, int]], at: dt.datetime,
        recusal: House | None = None,
    ) -> None:  # fmt: skip
        """Its opinions, one after the other; then its minutes."""
        sitting = self._sitting(year, step)
        fill_agenda(sitting=sitting, at=at, actor=self.staff)
        if recusal is not None:
            recuse(
                sitting=sitting, candidature=self._get(recusal), person="Colombe Rétaud", at=at, actor=self.staff,
                organisation_name="université", reason="Siège au conseil d’administration de l’organisme.",
            )  # fmt: skip
        for house, (value, reasons, votes_for, against, abstained) in said.items():
            record_opinion(
                sitting=sitting, candidature=self._get(house), value=Opinion.Value(value), reasons=reasons,
                votes_for=votes_for, votes_against=against, abstentions=abstained - (house == recusal), at=at,
                actor=self.staff,
            )  # fmt: skip
        self._close(sitting, at)

    def _close(self, sitting: Sitting, at: dt.datetime) -> None:
        change_sitting(sitting=sitting, values={"present": PRESENT}, at=at, actor=self.staff)
        count = sitting.items.count()
        minutes = (
            f"La séance est ouverte à 9 h 30. {count} dossier{'s' if count > 1 else ''} à l’ordre du jour\u00a0: chacun"
            " est présenté par le service de l’orientation, puis discuté. La séance est levée à midi."
        )
        close_minutes(sitting=sitting, minutes=minutes, at=at, actor=self.staff)

    def _decides(self, year: int, refused: Sequence[House], at: dt.datetime) -> None:
        sitting = self._sitting(year, "commission_on")
        lost = {self.dossiers[house] for house in refused if house in self.dossiers}
        for item in sitting.items.select_related("candidature__organisation", "candidature__campaign"):
            no = item.candidature_id in lost
            decide(
                candidature=item.candidature, kind="refusal" if no else "grant", sitting=sitting,
                deliberation_number=f"{year % 100}CP-D{item.order:03d}", at=at, actor=self.staff, **SIGNED,
                grounds="Les trois services ne sont pas rendus sur place, à chaque lieu d’accueil (annexe 1, article"
                " 1er)\u00a0: l’organisme reçoit seulement en ligne." if no else "",
            )  # fmt: skip
        self._close(sitting, at)

    # --- the years

    def _decided_year(self, year: int, said: dict[House, tuple[tuple[str, str, int, int, int], ...]]) -> None:
        for number, house in enumerate(said):
            self._deposited(house, year, days_before=4 + 6 * number)
            self.on(self._step(year, "complete_by_on") - (40 - number) * DAY, 11, partial(self._examine, house))
        for turn, step in enumerate(("council_on", "crefop_on")):
            opinions = {house: pair[turn] for house, pair in said.items()}
            self._sits(year, step, lambda at, step=step, opinions=opinions: self._gives(year, step, opinions, at))  # type: ignore[misc]
        self._sits(year, "commission_on", partial(self._decides, year, (houses.REFUSED,)))

    def _ended_early(self, year: int) -> None:
        """Dossiers that met no body: one its organisation took back, one that nobody completed."""
        self._deposited(houses.WITHDRAWN, year, days_before=12)
        self._deposited(houses.DROPPED, year, days_before=2)
        closed = self._step(year, "deadline_on")
        self.on(closed + 20 * DAY, 14, self._withdraw)
        self.on(closed + 9 * DAY, 14, partial(self._ask, houses.DROPPED, closed + 24 * DAY))
        self.on(closed + 70 * DAY, 14, self._drop)

    def _withdraw(self, at: dt.datetime) -> None:
        user = houses.account(houses.WITHDRAWN)
        why = "Notre association change de statut\u00a0: nous demanderons l’an prochain."
        withdraw(candidature=self._get(houses.WITHDRAWN), reason=why, user=user, at=at)

    def _drop(self, at: dt.datetime) -> None:
        why = "Aucune réponse à notre demande de pièces, malgré deux rappels."
        instructing.drop(candidature=self._get(houses.DROPPED), reason=why, at=at, actor=self.staff)

    def _ask(self, house: House, due_on: dt.date, at: dt.datetime) -> None:
        instructing.ask(
            candidature=self._get(house), due_on=due_on, at=at, actor=self.staff,
            items=["Les comptes de l’année N-1, signés", "Les horaires du mercredi"],
            reason="Les comptes donnés ne sont pas signés, et la fiche du lieu ne dit pas s’il est ouvert le mercredi.",
        )  # fmt: skip

    def _year_at_hand(self, year: int) -> None:
        """The campaign that the desk is busy with: a dossier at each step of its examination."""
        self.on(self._step(year, "opens_on") + 37 * DAY, 11, partial(self._move, year))
        for number, house in enumerate(
            (houses.DEPOSITED, houses.INCOMPLETE, houses.COMPLETE, houses.READY, houses.RESERVED)
        ):
            self._deposited(house, year, days_before=3 * number)
        for number, house in enumerate((houses.READY, houses.RESERVED)):
            self.on(self._step(year, "deadline_on") + (20 + number) * DAY, 11, partial(self._examine, house))
        both = {houses.READY: FAVOURABLE, houses.RESERVED: FAVOURABLE}
        seen = {houses.READY: FAVOURABLE, houses.RESERVED: RESERVED}
        self._sits(year, "council_on", lambda at: self._gives(year, "council_on", both, at, houses.RESERVED))
        self._sits(year, "crefop_on", lambda at: self._gives(year, "crefop_on", seen, at), later=3)
        day = _working(max(self._step(year, "commission_on"), self.today + 14 * DAY))
        self.on(self._step(year, "opens_on") + 7 * DAY, 9, partial(self._plan, year, "commission_on", day))
        self.on(self.today - 30 * DAY, 9, self._half_assessed)
        self.on(self.today - 6 * DAY, 9, partial(self._ask, houses.INCOMPLETE, self.today + 9 * DAY))
        self._thread()

    def _move(self, year: int, at: dt.datetime) -> None:
        day = _working(self._step(year, "crefop_on") + 3 * DAY)
        why = "Le CREFOP se réunit plus tard que prévu cette année."
        move_step(
            campaign=Campaign.objects.get(year=year), step="crefop_on", day=day, reason=why, at=at, actor=self.staff
        )

    def _half_assessed(self, at: dt.datetime) -> None:
        dossier = self._get(houses.COMPLETE)
        instructing.assign(candidature=dossier, to=self.staff, at=at, actor=self.staff)
        instructing.declare_complete(candidature=dossier, at=at, actor=self.staff)
        self._assess(houses.COMPLETE, at, most=11)
        said = "Vérifier sur place l’accueil du second lieu avant de conclure."
        instructing.write_note(candidature=dossier, text=said, user=self.staff, at=at)

    def _thread(self) -> None:
        house = houses.INCOMPLETE

        def says(side: str, text: str, at: dt.datetime) -> None:
            author = self.staff if side == Message.Side.REGION else houses.account(house)
            send_message(candidature=self._get(house), side=side, text=text, author=author, at=at)

        for days, side, text in (
            (5, "candidate", "Bonjour, nos comptes sont signés lundi\u00a0: pouvons-nous les donner mardi\u00a0?"),
            (5, "region", "Bonjour, oui, mardi convient. Pensez aussi aux horaires du mercredi."),
            (2, "candidate", "Merci\u00a0! Les horaires sont à jour."),
        ):
            self.on(self.today - days * DAY, 10 if side == "candidate" else 15, partial(says, Message.Side(side), text))

    # --- recognitions

    def _afterwards(self, year: int) -> None:
        """What became of last year's grants."""
        self.on(dt.date(year, 2, 10), 10, self._notice)
        self.on(dt.date(year, 3, 5), 10, self._answered)
        self.on(dt.date(year, 4, 2), 10, self._annul)
        self.on(dt.date(year, 4, 3), 7, self._pass)
        self.on(self.today - 75 * DAY, 10, partial(self._visits, houses.IN_FORCE, self.today - 40 * DAY))
        self.on(self.today - 40 * DAY, 17, partial(self._visited, houses.IN_FORCE, Finding.Severity.MINOR))
        self.on(self.today - 70 * DAY, 10, partial(self._visits, houses.SUSPENDED, self.today - 34 * DAY))
        self.on(self.today - 34 * DAY, 17, partial(self._visited, houses.SUSPENDED, Finding.Severity.MAJOR))
        self.on(self.today - 20 * DAY, 11, self._suspend)
        self.on(self.today - 3 * DAY, 11, partial(self._visits, houses.RENEWING, self.today + 18 * DAY))

    def _notice(self, at: dt.datetime) -> None:
        grounds = (
            "Le lieu de Saverne, seul reconnu, est fermé depuis le 15 janvier\u00a0: l’accueil n’y est plus assuré, une"
            " condition de la reconnaissance n’est plus remplie (annexe 1, article 1er)."
        )
        ending.give_notice(
            recognition=self._recognition(houses.REPEALED), kind=Notice.Kind.REPEAL, grounds=grounds, at=at,
            actor=self.staff,
        )  # fmt: skip

    def _answered(self, at: dt.datetime) -> None:
        said = "Nous confirmons la fermeture\u00a0: le bail n’a pas été renouvelé et nous n’avons pas d’autre lieu."
        ending.record_answer(notice=self._open_notice(), answer=said, answered_on=day_of(at), at=at, actor=self.staff)

    def _annul(self, at: dt.datetime) -> None:
        notice = self._open_notice()
        ending.annul(
            notice=notice, deliberation_number=f"{at.year % 100}CP-A007", **SIGNED, at=at, actor=self.staff,
            grounds=notice.grounds,
        )  # fmt: skip

    def _open_notice(self) -> Notice:
        return Notice.objects.get(recognition=self._recognition(houses.REPEALED))

    def _visits(self, house: House, planned_on: dt.date, at: dt.datetime) -> None:
        visiting.plan_visit(
            recognition=self._recognition(house), planned_on=planned_on, at=at, actor=self.staff,
            site_name=house.name, visitors="Thomas Weissenburger",
        )  # fmt: skip

    def _visited(self, house: House, severity: Finding.Severity, at: dt.datetime) -> None:
        recognition = self._recognition(house)
        criteria = list(criteria_of(recognition.candidature.charter))
        gap = visiting.Seen(
            criteria[-6], severity, "Le bureau fermé sert de réserve\u00a0: les entretiens ont lieu à l’accueil.",
            "Rendre au bureau son usage.", day_of(at) + 60 * DAY,
        )  # fmt: skip
        met = [visiting.Seen(criterion, Finding.Severity.MET) for criterion in criteria[:3]]
        visit = recognition.visits.get()
        report = "Visite d’une heure, en présence de l’équipe et de deux personnes reçues ce jour-là."
        visiting.record_visit(visit=visit, done_on=day_of(at), report=report, seen=[*met, gap], at=at, actor=self.staff)

    def _suspend(self, at: dt.datetime) -> None:
        ending.suspend(
            recognition=self._recognition(houses.SUSPENDED), at=at, actor=self.staff,
            deliberation_number=f"{at.year % 100}CP-S002", **SIGNED,
            grounds="La visite a montré que les entretiens n’ont plus lieu dans un espace confidentiel (annexe 1,"
            " article 2.d). La suspension vaut jusqu’à ce que ce soit corrigé.",
            urgency="Chaque entretien mené à l’accueil expose la vie privée des personnes reçues\u00a0: attendre la fin"
            " d’une procédure ferait durer cette atteinte.",
        )  # fmt: skip


def _working(day: dt.date) -> dt.date:
    """This day, or the Monday that follows when no body sits."""
    return day + max(0, 7 - day.weekday()) * DAY if day.weekday() > 4 else day
