"""Organisations decided, notified, recognised: made through the services, from the decision on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from members.models import Mandate
from members.services import grant_mandate
from recognition.clock import PARIS
from recognition.models import OWED, CandidateSite, Candidature, Decision, Recognition
from recognition.services import directory
from recognition.services.notifying import notify
from tests import factories as make
from tests.recognition import letter_world
from tests.recognition import sittings as world

TOLD = letter_world.TOLD  # 15 December 2027, nine in the morning
TERM = dt.date(2028, 12, 31)
SIGNED: dict[str, Any] = {
    "deliberation_number": "28CP-0042", "signatory": "Camille Exemple", "signatory_title": "Présidente",
}  # fmt: skip


def paris(day: dt.date, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), PARIS)


def after(days: int) -> dt.datetime:
    """The same hour, some days after the grant was told."""
    return paris(TOLD.date() + dt.timedelta(days=days))


def decided(kind: str = "grant", name: str = "", *, sites: int = 1, **fields: Any) -> Decision:
    """A dossier that the Commission Permanente decided, its minutes closed and its letter not written."""
    letter_world.rules()
    make.kind(slug="autre", label="Autre lieu") if not _kind() else None
    dossier = letter_world.dossier(name or f"Association {make.fresh()}", **fields)
    describe(dossier, sites)
    made = letter_world.decision(kind, dossier, grounds="" if kind == "grant" else letter_world.GROUNDS)
    Candidature.objects.filter(pk=dossier.pk).update(state="granted" if kind == "grant" else "refused")
    return made


def _kind() -> bool:
    from territories.models import SiteKind

    return SiteKind.objects.filter(slug="autre").exists()


def describe(dossier: Candidature, sites: int = 1) -> None:
    """Sites that can be placed, each in its town, saved by the organisation."""
    dossier.sites.all().delete()
    for number in range(1, sites + 1):
        town = make.town()
        CandidateSite.objects.create(
            candidature=dossier, order=number, name=f"{dossier.organisation} {number}",
            address=f"{number} rue des Lieux", postal_code="88000", commune=town, lat=town.lat, lon=town.lon,
            perimeter="Le bassin", version=2,
            hours={"1": [["09:00", "12:00"]]}, services=list(OWED), saved_at=letter_world.DEPOSIT,
        )  # fmt: skip


def granted(at: dt.datetime = TOLD, **fields: Any) -> Recognition:
    """Notified at `at`, not in the directory yet."""
    made = decided(**fields)
    notify(decision=made, at=at)
    return Recognition.objects.get(candidature=made.candidature)


def recognised(at: dt.datetime = TOLD, **fields: Any) -> Recognition:
    """Notified, and in the directory."""
    made = granted(at, **fields)
    directory.enter(recognition=made, at=at)
    return fresh(made)


def renewal_of(right: Recognition, state: str = "deposited", *, year: int = 2028, **fields: Any) -> Candidature:
    """A dossier that asks to renew `right`, lodged in time."""
    at = paris(dt.date(year, 5, 20))
    dossier = world.ready(campaign=world.campaign(year), **fields)
    Candidature.objects.filter(pk=dossier.pk).update(
        organisation=right.organisation, siret=right.candidature.siret, state=state, kind="renewal", renews=right,
        deposited_at=at, created_at=at, previous=right.candidature,
    )  # fmt: skip
    made = Candidature.objects.get(pk=dossier.pk)
    describe(made)
    return made


def fresh(right: Recognition) -> Recognition:
    return Recognition.objects.select_related("organisation", "candidature").get(pk=right.pk)


def manager(right: Recognition) -> Any:
    user = make.person()
    grant_mandate(user=user, organisation=right.organisation, role=Mandate.Role.MANAGER, actor=None)
    return user
