"""Organisations that apply, well or badly, in time or not, and renew or forget to."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from functools import cache, partial
from io import BytesIO
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from stdnum import luhn

from accounts.models import User
from core.reference import Service
from members.models import Organisation
from recognition.clock import PARIS
from recognition.deadlines import limit_on, window, window_of
from recognition.models import OWED, Attachment, Candidature, PieceRequest, Recognition
from recognition.services.attaching import attach
from recognition.services.checking import criteria_of
from recognition.services.depositing import answer_request, deposit, withdraw
from recognition.services.saving import add_site, save_answer, save_organisation, save_site
from recognition.services.starting import start, start_renewal
from recognition.simulation.world import World

State = Candidature.State
FIELDS = {
    "legal_form": "Association", "address": "1 rue des Essais\n88000 Épinal", "legal_representative": "Une présidente",
    "legal_representative_title": "Présidente", "contact_name": "L’équipe", "presentation": "Nous accueillons.",
    "environment": "Nos partenaires.", "offer": "Trois services, partout.", "team": "Quatre personnes.",
    "coordination": "Une coordinatrice.",
}  # fmt: skip
FLAWS = ("service", "hours", "file", "answer", "premises")
Deed = Callable[[dt.datetime], None]


class House:
    """One organisation and the person who manages it."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number = world, number
        self.name = f"Organisme d’essai {number:03d}"
        self.user = User.objects.create(email=f"organisme-{number:03d}@essai.invalid")
        self.stranger = User.objects.create(email=f"passant-{number:03d}@essai.invalid")
        self.siret = _siret(number)
        self.flaw = ""
        self._todo: dict[dt.date, list[Deed]] = defaultdict(list)
        self._seen: set[tuple[str, int]] = set()

    @property
    def organisation(self) -> Organisation | None:
        return Organisation.objects.filter(mandates__user=self.user).first()

    def dossier(self) -> Candidature | None:
        """The one that is open, if any."""
        rows = Candidature.objects.open().filter(organisation__mandates__user=self.user)
        return rows.select_related("organisation", "campaign", "charter", "renews").first()

    def play(self, day: dt.date, dossier: Candidature | None, current: Recognition | None) -> None:
        """What it does that day, after the morning pass, having these in hand."""
        self._think(day, dossier, current)
        for deed in self._todo.pop(day, []):
            deed(self.world.moment(day))

    def _on(self, day: dt.date, deed: Deed) -> None:
        self._todo[day].append(deed)

    def _once(self, what: str, key: int) -> bool:
        """Whether this is met for the first time."""
        new = (what, key) not in self._seen
        self._seen.add((what, key))
        return new

    # --- what it makes of what it sees

    def _think(self, day: dt.date, dossier: Candidature | None, current: Recognition | None) -> None:
        rng = self.world.rng
        if dossier is None:
            self._think_of_beginning(day, current)
        elif dossier.state == State.DRAFT:
            limit = limit_on(dossier)
            if self._once("deposit", dossier.pk * 10_000 + limit.year):
                self._plan_deposit(day, max(limit, day + dt.timedelta(days=1)), dossier)
        elif dossier.state == State.INCOMPLETE:
            request = PieceRequest.objects.filter(candidature=dossier, answered_at=None, closed_at=None).first()
            if request and self._once("request", request.pk) and self.world.chance(0.9):
                self._on(day + dt.timedelta(days=rng.randint(1, 25)), self._answer)
        elif dossier.state == State.DEPOSITED and self._once("regret", dossier.pk) and self.world.chance(0.05):
            self._on(day + dt.timedelta(days=rng.randint(1, 60)), self._withdraw)

    def _think_of_beginning(self, day: dt.date, current: Recognition | None) -> None:
        if current is not None:
            if (current.term_on - day).days > 400:
                return
            allowed = window(current)
            if allowed.opens_on <= day and self._once("renew", current.pk) and self.world.chance(0.8):
                days = (allowed.last_on - day).days + 8  # some come too late
                self._on(
                    day + dt.timedelta(days=self.world.rng.randint(1, max(2, days))), partial(self._renew, current)
                )
            return
        if day.day == 2 and self._once("year", day.year) and self.world.chance(0.85):
            self._on(day + dt.timedelta(days=self.world.rng.randint(1, 170)), self._start)

    def _plan_deposit(self, day: dt.date, limit: dt.date, dossier: Candidature) -> None:
        rng = self.world.rng
        self.flaw = rng.choice(FLAWS) if self.world.chance(0.3) else ""
        filling = day + dt.timedelta(days=rng.randint(0, max(0, min(40, (limit - day).days))))
        self._on(filling if filling > day else day, self._fill)
        choice = rng.random()
        first = max(filling, window_of(dossier).opens_on)
        if choice < 0.1:  # to the last second
            self._on(limit, lambda _: self._deposit(_at(limit, 23, 59, 59)))
        elif choice < 0.2:  # a second late: the pass of the morning is for later
            self._on(limit, lambda _: self._deposit(_at(limit + dt.timedelta(days=1))))
        elif choice < 0.95 and first <= limit:
            self._on(first + dt.timedelta(days=rng.randint(0, (limit - first).days)), self._deposit)

    # --- what it does

    def _start(self, at: dt.datetime) -> None:
        house, watch = self.organisation, self.world.watch
        how: dict[str, Any] = {"organisation": house} if house else {"organisation_name": self.name}
        made = watch.try_("start", lambda: start(user=self.user, siret=self.siret, at=at, **how))
        if made is not None:
            watch.must_refuse(
                "R1", "second dossier for one SIRET",
                lambda: start(user=self.stranger, siret=self.siret, organisation_name=f"Autre {self.number}", at=at),
            )  # fmt: skip
            self.play_soon(made, at)

    def _renew(self, recognition: Recognition, at: dt.datetime) -> None:
        current = Recognition.objects.get(pk=recognition.pk)
        self.world.watch.try_("renew", lambda: start_renewal(recognition=current, user=self.user, at=at))

    def play_soon(self, dossier: Candidature, at: dt.datetime) -> None:
        """Nobody deposits what is empty."""
        self.world.watch.must_refuse("R3", "empty dossier deposited", lambda: self._lodge(dossier, at))

    def _fill(self, at: dt.datetime) -> None:
        dossier = self.dossier()
        if dossier is None or dossier.state not in {State.DRAFT, State.INCOMPLETE}:
            return
        values = FIELDS | {"contact_email": self.user.email, "activity_review": "Une bonne année."}
        save_organisation(candidature=dossier, values=values, version=dossier.version, user=self.user, at=at)
        if not dossier.sites.exists():
            for number in range(self.world.rng.choice((1, 1, 2, 3))):
                add_site(candidature=dossier, values=self._site(number), user=self.user, at=at)
        self._write_answers(dossier, at)
        given = set(dossier.attachments.filter(replaced_at=None).values_list("kind", flat=True))
        for kind in Attachment.REQUIRED:
            if kind not in given and not (self.flaw == "file" and kind == "accounts"):
                attach(candidature=dossier, kind=kind, upload=_pdf(kind), user=self.user, at=at)

    def _write_answers(self, dossier: Candidature, at: dt.datetime) -> None:
        known = dict(dossier.answers.values_list("criterion_id", "version"))
        criteria = [found for found in criteria_of(dossier.charter) if found.pk not in known]
        for criterion in criteria[1:] if self.flaw == "answer" else criteria:
            save_answer(
                candidature=dossier, criterion=criterion, values={"text": "Oui, partout."}, version=0, user=self.user,
                at=at,
            )  # fmt: skip

    def _site(self, number: int) -> dict[str, Any]:
        commune = self.world.rng.choice(self.world.communes)
        services = [service.value for service in OWED]
        flawed = self.flaw if number == 0 else ""
        return {
            "name": f"{self.name}, lieu {number + 1}", "address": "2 place du Marché",
            "postal_code": (commune.postal_codes or ["67000"])[0], "commune": commune, "lat": commune.lat,
            "lon": commune.lon, "perimeter": "Le bassin", "has_reception": True, "has_confidential": True,
            "publics_text": "Tout public",
            "hours": {} if flawed == "hours" else {"1": [["09:00", "12:00"]]}, "has_internet": True,
            "services": services[:2] if flawed == "service" else [*services, Service.CONSEIL.value],
            "has_telephone": flawed != "premises",
        }  # fmt: skip

    def _deposit(self, at: dt.datetime) -> None:
        dossier = self.dossier()
        if dossier is None or dossier.state != State.DRAFT:
            return
        watch = self.world.watch
        watch.must_refuse("R1", "deposit by a stranger", lambda: self._lodge(dossier, at, self.stranger))
        done = watch.try_("deposit", lambda: self._lodge(dossier, at))
        if done is None and self.flaw and self.world.chance(0.8):  # they mend, and try again
            self._mend(dossier, at)
            again = at + dt.timedelta(hours=1)
            watch.try_("deposit again", lambda: self._lodge(Candidature.objects.get(pk=dossier.pk), again))

    def _lodge(self, dossier: Candidature, at: dt.datetime, user: User | None = None) -> Candidature:
        fresh = Candidature.objects.select_related("organisation", "campaign", "charter").get(pk=dossier.pk)
        return deposit(candidature=fresh, user=user or self.user, name="Une présidente", title="Présidente", at=at)

    def _mend(self, dossier: Candidature, at: dt.datetime) -> None:
        held = Candidature.objects.select_related("organisation", "campaign", "charter").get(pk=dossier.pk)
        if held.state not in {State.DRAFT, State.INCOMPLETE}:
            return
        self.flaw = ""
        whole = {name: value for name, value in self._site(0).items() if name in {"hours", "services", "has_telephone"}}
        for site in held.sites.all():
            save_site(site=site, values=whole, version=site.version, user=self.user, at=at)
        self._fill(at)

    def _answer(self, at: dt.datetime) -> None:
        dossier = self.dossier()
        if dossier is not None and dossier.state == State.INCOMPLETE:
            said = "Voici ce qui manquait."
            self.world.watch.try_(
                "answer", lambda: answer_request(candidature=dossier, text=said, user=self.user, at=at)
            )

    def _withdraw(self, at: dt.datetime) -> None:
        dossier = self.dossier()
        if dossier is not None:
            why = "Nous préférons attendre."
            self.world.watch.try_("withdraw", lambda: withdraw(candidature=dossier, reason=why, user=self.user, at=at))


def _at(day: dt.date, hour: int = 0, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute, second), PARIS)


def _siret(number: int) -> str:
    siren = f"8{number:07d}"
    siren += luhn.calc_check_digit(siren)
    nic = f"{siren}0001"
    return nic + luhn.calc_check_digit(nic)


def _pdf(title: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("piece.pdf", _page(title), content_type="application/pdf")


@cache
def _page(title: str) -> bytes:
    """The same bytes each time: they are inspected once."""
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Title"] = title
        out = BytesIO()
        made.save(out)
    return out.getvalue()
