"""A year of the recognition written beforehand, day by day: who does what, whatever runs the calendar.

Seven organisations: granted, refused (deposited at the last second), never deposited, recognised and forgetting it,
renewed, kept alive past its term, late to answer a request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from members.models import Organisation
from recognition.clock import PARIS
from recognition.models import Attachment, Candidature, Decision, GoverningBody, Recognition, Sitting
from recognition.services import deciding, instructing
from recognition.services.attaching import attach
from recognition.services.checking import criteria_of
from recognition.services.depositing import answer_request, deposit
from recognition.services.notifying import notify
from recognition.services.saving import add_site, save_answer, save_organisation
from recognition.services.sitting import close_minutes, fill_agenda, plan_sitting, record_opinion
from recognition.services.snapshots import snapshot
from recognition.services.starting import start, start_renewal
from territories.models import Commune
from tests import factories as make
from tests.recognition import letter_world, sittings
from tests.recognition.dossiers import FIELDS, charter, site_values
from tests.recognition.dossiers import siret as siret_of

FIRST, LAST = dt.date(2027, 1, 4), dt.date(2028, 1, 20)
NAMES = ("accordee", "refusee", "oubliee", "echue", "renouvelee", "maintenue", "tardive")
RECOGNISED = ("echue", "renouvelee", "maintenue")


def on(text: str, hour: int = 10, minute: int = 0, second: int = 0) -> dt.datetime:
    """A moment of the year: « 03-10 »; of the next one with « 2028-01-10 »."""
    day = dt.date.fromisoformat(text if len(text) > 5 else f"2027-{text}")
    return dt.datetime.combine(day, dt.time(hour, minute, second), PARIS)


def build() -> None:
    """The same world each time: no name, number nor file of it comes from a counter of the tests."""
    letter_world.rules()
    charter()
    sittings.bodies()
    sittings.plan(2023, 2027)
    sittings.plan(2028, 2032, adopted_on=dt.date(2027, 10, 1))
    make.kind(slug="autre", label="Autre lieu", order=1)
    agency = make.agency(slug="agence", name="Agence", order=1)
    make.town("Ville-Essai", insee="88160", agency=agency, basin=1)
    make.region_staff(email="region@exemple.invalid")
    for name in NAMES:
        make.person(f"{name}@exemple.invalid")
    _recognised_since_2026()


def _recognised_since_2026() -> None:
    """The year before: examined in rows, decided by the services."""
    sittings.campaign(2026)
    for name in RECOGNISED:
        start(user=who(name), siret=_siret(name), organisation_name=_title(name), at=moved(on("03-01")))
        write(name, moved(on("03-02")))
        Candidature.objects.filter(pk=dossier_of(name).pk).update(
            state="ready", deposited_at=moved(on("04-01")), receipt_number=f"AR-2026-{NAMES.index(name):04d}",
            completed_at=moved(on("07-01")), ready_at=moved(on("07-02")),
        )  # fmt: skip
        snapshot(candidature=dossier_of(name), moment="deposit", at=moved(on("04-01")))
    for slug, day in (("conseil-orientation", "09-20"), ("crefop", "10-18"), ("commission-permanente", "12-06")):
        at = moved(on(day))
        plan_sitting(body=GoverningBody.objects.get(slug=slug), held_on=at.date(), at=at, actor=None)
        sit(slug)(at)
    for made in Decision.objects.order_by("pk"):
        notify(decision=made, at=moved(on("12-07", 7)))


def moved(at: dt.datetime) -> dt.datetime:
    return at.replace(year=at.year - 1)


def _grant(dossier: Candidature, held: Sitting, kind: str, at: dt.datetime) -> Any:
    return deciding.decide(
        candidature=dossier, kind=kind, sitting=held, deliberation_number=f"CP-{at:%y}-{dossier.organisation.slug}",
        grounds="Le premier conseil n’est pas assuré." if kind == "refusal" else "", signatory="Camille Exemple",
        signatory_title="Présidente", at=at, actor=None,
    )  # fmt: skip


# --- who, what


def who(name: str) -> User:
    return User.objects.get(email=f"{name}@exemple.invalid")


def _title(name: str) -> str:
    return f"Maison {name}"


def _siret(name: str) -> str:
    return siret_of(900 + NAMES.index(name))


def dossier_of(name: str) -> Candidature:
    rows = Candidature.objects.filter(organisation__name=_title(name))
    return rows.select_related("organisation", "campaign", "charter", "renews").latest("pk")


@cache
def _file(kind: str) -> bytes:
    """The same bytes in both years: receipts print their digest."""
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Title"] = kind
        out = BytesIO()
        made.save(out, deterministic_id=True)
    return out.getvalue()


def write(name: str, at: dt.datetime) -> None:
    """Fill the dossier: nothing lacks."""
    dossier, user = dossier_of(name), who(name)
    values = FIELDS | {"contact_email": user.email, "activity_review": "Une bonne année."}
    save_organisation(candidature=dossier, values=values, version=dossier.version, user=user, at=at)
    if not dossier.sites.exists():
        town = Commune.objects.get(insee="88160")
        place = site_values(name=f"Lieu de {_title(name)}", commune=town)
        add_site(candidature=dossier, values=place, user=user, at=at)
    known = dict(dossier.answers.values_list("criterion", "version"))
    for criterion in criteria_of(dossier.charter):
        save_answer(
            candidature=dossier, criterion=criterion, values={"text": "Oui."}, version=known.get(criterion.pk, 0),
            user=user, at=at,
        )  # fmt: skip
    for kind in Attachment.REQUIRED:
        upload = SimpleUploadedFile(f"{kind}.pdf", _file(kind), content_type="application/pdf")
        attach(candidature=dossier, kind=kind, upload=upload, user=user, at=at)


def begin(name: str) -> Callable[[dt.datetime], None]:
    def deed(at: dt.datetime) -> None:
        house = Organisation.objects.filter(name=_title(name)).first()
        current = Recognition.objects.filter(organisation=house).first() if house else None
        if current is not None:
            start_renewal(recognition=current, user=who(name), at=at)
        else:
            start(user=who(name), siret=_siret(name), organisation_name=_title(name), at=at)
        write(name, at)

    return deed


def lodge(name: str) -> Callable[[dt.datetime], None]:
    return lambda at: _done(
        deposit(candidature=dossier_of(name), user=who(name), name="Une présidente", title="Présidente", at=at)
    )


def ask(name: str, due: str) -> Callable[[dt.datetime], None]:
    return lambda at: _done(
        instructing.ask(
            candidature=dossier_of(name), items=["Les comptes signés"], reason="La signature manque.",
            due_on=on(due).date(), at=at, actor=None,
        )
    )  # fmt: skip


def answer(name: str) -> Callable[[dt.datetime], None]:
    return lambda at: _done(answer_request(candidature=dossier_of(name), text="Voici.", user=who(name), at=at))


def examine(*names: str) -> Callable[[dt.datetime], None]:
    def deed(at: dt.datetime) -> None:
        for name in names:
            dossier = dossier_of(name)
            instructing.declare_complete(candidature=dossier, at=at, actor=None)
            for criterion in criteria_of(dossier.charter):
                instructing.assess(
                    candidature=dossier, criterion=criterion, site=None, level="met",
                    user=User.objects.get(email="region@exemple.invalid"), at=at,
                )  # fmt: skip
            instructing.make_ready(candidature=dossier, at=at, actor=None)

    return deed


def plan(body: str, day: str) -> Callable[[dt.datetime], None]:
    return lambda at: _done(
        plan_sitting(body=GoverningBody.objects.get(slug=body), held_on=on(day).date(), at=at, actor=None)
    )


def sit(body: str, *refused: str) -> Callable[[dt.datetime], None]:
    """The sitting of the day: an opinion, or a decision, on each dossier of its agenda; then its minutes."""

    def deed(at: dt.datetime) -> None:
        held = Sitting.objects.select_related("body").get(body__slug=body, held_on=at.date())
        fill_agenda(sitting=held, at=at, actor=None)
        for item in held.items.select_related("candidature__organisation").order_by("candidature__organisation__name"):
            dossier = item.candidature
            if held.body.kind == "opinion":
                record_opinion(sitting=held, candidature=dossier, value="favourable", reasons="Vu.", at=at, actor=None)
            else:
                kind = "refusal" if dossier.organisation.name in {_title(name) for name in refused} else "grant"
                _grant(dossier, held, kind, at)
        close_minutes(sitting=held, minutes="Tout est dit.", at=at, actor=None)

    return deed


def _done(_: object) -> None:
    """What is made is in the database."""


# What people do, each after the morning pass of its day.
SCRIPT: tuple[tuple[dt.datetime, Callable[[dt.datetime], None]], ...] = (
    (on("01-15"), begin("accordee")),
    (on("01-20"), begin("oubliee")),
    (on("02-10"), begin("refusee")),
    (on("02-20"), begin("tardive")),
    (on("03-05"), begin("renouvelee")),
    (on("03-10"), lodge("accordee")),
    (on("04-20"), lodge("renouvelee")),
    (on("05-12"), lodge("tardive")),
    (on("06-01", 23, 59, 59), lodge("refusee")),
    (on("06-10"), ask("tardive", "06-25")),
    (on("07-05"), examine("accordee", "refusee", "renouvelee")),
    (on("07-12"), answer("tardive")),
    (on("07-20"), examine("tardive")),
    (on("08-20"), plan("conseil-orientation", "09-20")),
    (on("08-20"), plan("crefop", "10-18")),
    (on("09-15"), begin("maintenue")),
    (on("09-20", 15), sit("conseil-orientation")),
    (on("09-25"), lodge("maintenue")),
    (on("10-18", 15), sit("crefop")),
    (on("10-25"), plan("commission-permanente", "12-06")),
    (on("11-20"), examine("maintenue")),
    (on("12-06", 15), sit("commission-permanente", "refusee")),
    (on("12-10"), plan("conseil-orientation", "2028-01-05")),
    (on("12-10"), plan("crefop", "2028-01-08")),
    (on("12-10"), plan("commission-permanente", "2028-01-12")),
    (on("2028-01-05", 15), sit("conseil-orientation")),
    (on("2028-01-08", 15), sit("crefop")),
    (on("2028-01-12", 15), sit("commission-permanente")),
)


def days() -> list[dt.date]:
    return [FIRST + dt.timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


def people(day: dt.date) -> None:
    """What is done by hand on `day`."""
    for at, deed in SCRIPT:
        if at.date() == day:
            deed(at)


def busy() -> set[dt.date]:
    return {at.date() for at, _ in SCRIPT}
