"""The three bodies, a campaign and dossiers that wait for them, made as rows: we begin where examination ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

from members.models import Charter, Organisation, Plan
from recognition.clock import morning_of
from recognition.models import OWED, Campaign, CandidateSite, Candidature, Decision, GoverningBody, Opinion, Sitting
from recognition.services.sitting import close_minutes, plan_sitting, put_on_agenda, record_opinion
from tests import factories as make

YEAR = 2027
PLANNED = morning_of(dt.date(YEAR, 8, 1))  # when sittings are planned
COUNCIL_DAY, CREFOP_DAY, COMMISSION_DAY = dt.date(YEAR, 9, 20), dt.date(YEAR, 10, 18), dt.date(YEAR, 12, 6)


def bodies() -> tuple[GoverningBody, GoverningBody, GoverningBody]:
    """The Conseil d’Orientation, the CREFOP, the Commission Permanente."""
    known = (
        ("conseil-orientation", "Conseil d’Orientation", "opinion"),
        ("crefop", "CREFOP", "opinion"),
        ("commission-permanente", "Commission Permanente", "decision"),
    )
    made = [
        GoverningBody.objects.get_or_create(
            slug=slug, defaults={"name": name, "short_name": name, "kind": kind, "order": order}
        )[0]
        for order, (slug, name, kind) in enumerate(known, 1)
    ]
    return made[0], made[1], made[2]


def campaign(year: int = YEAR) -> Campaign:
    charter, _ = Charter.objects.get_or_create(version="cdc", defaults={"title": "Cahier des charges"})
    days = {
        "opens_on": (2, 1), "deadline_on": (6, 1), "complete_by_on": (8, 31), "council_on": (9, 20),
        "crefop_on": (10, 18), "commission_on": (12, 6), "notify_by_on": (12, 20),
    }  # fmt: skip
    values: dict[str, Any] = {name: dt.date(year, month, day) for name, (month, day) in days.items()}
    found, _ = Campaign.objects.get_or_create(year=year, defaults={"charter": charter} | values)
    return found


def plan(starts: int = 2024, ends: int = 2028, **fields: Any) -> Plan:
    days = {"starts_on": dt.date(starts, 1, 1), "ends_on": dt.date(ends, 12, 31)}
    values = {"slug": f"plan-{starts}", "name": f"Plan {starts}-{ends}", "adopted_on": days["starts_on"]}
    return Plan.objects.create(**days | values | fields)


def ready(name: str = "", **fields: Any) -> Candidature:
    """A dossier that waits for the opinions, with one whole site."""
    number = make.fresh()
    house = make.organisation(name=name or f"Maison {number:03d}", status=Organisation.Status.CANDIDATE)
    mine = fields.pop("campaign", None) or campaign()
    at = morning_of(dt.date(mine.year, 5, 1))
    values = {
        "organisation": house, "campaign": mine, "charter": mine.charter, "state": "ready", "siret": f"{number:014d}",
        "created_at": at, "deposited_at": at, "receipt_number": f"AR-{mine.year}-{number:04d}", "ready_at": at,
    }  # fmt: skip
    dossier = Candidature.objects.create(**values | fields)
    CandidateSite.objects.create(candidature=dossier, name="Le lieu", services=list(OWED))
    return dossier


def sitting(body: GoverningBody, day: dt.date, *dossiers: Candidature, **fields: Any) -> Sitting:
    """A sitting of that day with these dossiers on its agenda."""
    made = plan_sitting(body=body, held_on=day, at=morning_of(day), actor=None, **fields)
    for dossier in dossiers:
        put_on_agenda(sitting=made, candidature=dossier, at=morning_of(day), actor=None)
    return made


def say(held: Sitting, dossier: Candidature, value: str = "favourable", **fields: Any) -> Opinion:
    given = {"reasons": "Un accueil solide.", "votes_for": 0} | fields
    at = given.pop("at", morning_of(held.held_on))
    return record_opinion(sitting=held, candidature=dossier, value=value, at=at, actor=None, **given)


def close(held: Sitting, minutes: str = "Tout a été dit.") -> Sitting:
    return close_minutes(sitting=held, minutes=minutes, at=morning_of(held.held_on), actor=None)


def advised(*dossiers: Candidature) -> None:
    """Both opinions, favourable, their minutes closed."""
    council, crefop, _ = bodies()
    for body, day in ((council, COUNCIL_DAY), (crefop, CREFOP_DAY)):
        held = sitting(body, day, *dossiers)
        for dossier in dossiers:
            say(held, dossier)
        close(held)


def before_commission(*dossiers: Candidature) -> Sitting:
    """Advised dossiers on the agenda of the body that decides."""
    advised(*dossiers)
    return sitting(bodies()[2], COMMISSION_DAY, *dossiers)


def signed(**fields: Any) -> dict[str, Any]:
    """What makes a decision, the day of the sitting."""
    return {
        "deliberation_number": "27CP-1234", "signatory": "La présidente", "signatory_title": "Présidente du Conseil",
        "at": morning_of(COMMISSION_DAY), "actor": None,
    } | fields  # fmt: skip


def state(dossier: Candidature) -> str:
    return Candidature.objects.get(pk=dossier.pk).state


def last_decision(dossier: Candidature) -> Decision:
    return Decision.objects.filter(candidature=dossier).latest("pk")
