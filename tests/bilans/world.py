"""Indicators, campaigns and bilans for the tests: each function makes one thing with everything it needs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from bilans.models import Act, Adding, Bilan, Campaign, Indicator, Kind, Unit, Value
from members.models import Mandate, Organisation
from psad.models import Platform
from territories.models import Agency
from tests.factories import agency, fresh, organisation, person
from tests.psad.world import platform

PARIS = ZoneInfo("Europe/Paris")
Subject = Organisation | Agency | Platform | None


def moment(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> dt.datetime:
    """A moment of Europe/Paris."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=PARIS)


def indicator(key: str = "", **fields: Any) -> Indicator:
    """A typed count that organisations fill and that adds up, agreed since 2018 and without end."""
    number = fresh()
    key = key or f"indicateur-{number}"
    values = {
        "key": key, "theme": "Accueil", "theme_order": 1, "order": number, "label": f"Indicateur {number}",
        "definition": f"Ce que compte l’indicateur {number}.", "unit": Unit.COUNT, "filled_by": Kind.ORGANISATION,
        "adding": Adding.SUM, "first_year": 2018,
    } | fields  # fmt: skip
    return Indicator.objects.create(**values)


def campaign(year: int = 2025, *, opened: bool = True, **fields: Any) -> Campaign:
    """The bilans of `year`: asked on 5 January after, due on 31 March, closed on 30 April."""
    after = year + 1
    values: dict[str, Any] = {
        "year": year, "opens_on": dt.date(after, 1, 5), "due_on": dt.date(after, 3, 31),
        "closes_on": dt.date(after, 4, 30), "opened_at": moment(after, 1, 5, 6) if opened else None,
    } | fields  # fmt: skip
    return Campaign.objects.create(**values)


_FIELDS = {Kind.ORGANISATION: "organisation", Kind.TERRITORY: "agency", Kind.PSAD: "platform"}


def subject_of(kind: str) -> Subject:
    """A new subject for a bilan of `kind`; none for the region."""
    if kind == Kind.PSAD:
        return platform(f"plateforme-{fresh()}")
    makers: dict[str, Any] = {Kind.ORGANISATION: organisation, Kind.TERRITORY: agency}
    return makers[kind]() if kind in makers else None


def bilan(
    kind: str = Kind.ORGANISATION, subject: Subject = None, *, of: Campaign | None = None, **fields: Any
) -> Bilan:
    """A bilan to fill, of `subject` (made if not given), in campaign `of` (that of 2025 if not given)."""
    subject = subject or subject_of(kind)
    whose = {_FIELDS[Kind(kind)]: subject} if subject else {}
    values = {"campaign": of or _of_2025(), "kind": kind, "name": str(subject or "Région"), **whose} | fields
    return Bilan.objects.create(**values)


def _of_2025() -> Campaign:
    return Campaign.objects.filter(year=2025).first() or campaign()


def value(
    of: Bilan, asked: Indicator, amount: Any = None, breakdown: str = "", category: str = "", **fields: Any
) -> Value:
    """What `of` says of `asked`; no amount and nothing else: not answered."""
    said = None if amount is None else Decimal(str(amount))
    return Value.objects.create(
        bilan=of, indicator=asked, amount=said, breakdown=breakdown, category=category, **fields
    )


def submitted(of: Bilan, *, at: dt.datetime | None = None) -> Bilan:
    """`of`, as its people handed it in: without the service, for the tests of what comes after."""
    of.state = Bilan.State.SUBMITTED
    of.submitted_at = at or moment(of.campaign.year + 1, 3, 16)
    of.save()
    Act.objects.create(bilan=of, done=Act.Done.SUBMITTED)
    return of


def accepted(of: Bilan, *, at: dt.datetime | None = None) -> Bilan:
    """`of`, as the Region accepted it; its values must be there before (B2)."""
    if of.submitted_at is None:
        submitted(of)
    of.state = Bilan.State.ACCEPTED
    of.accepted_at = at or moment(of.campaign.year + 1, 4, 20)
    of.save()
    Act.objects.create(bilan=of, done=Act.Done.ACCEPTED)
    return of


def returned(of: Bilan, reason: str = "Précisez vos effectifs.", *, at: dt.datetime | None = None) -> Bilan:
    """`of`, sent back by the Region to be completed."""
    if of.submitted_at is None:
        submitted(of)
    of.state = Bilan.State.RETURNED
    of.return_reason = reason
    of.returned_at = at or moment(of.campaign.year + 1, 4, 2)
    of.save()
    Act.objects.create(bilan=of, done=Act.Done.RETURNED, reason=reason)
    return of


def writer(of: Bilan, **fields: Any) -> User:
    """Somebody of the team of the organisation whose bilan it is."""
    assert of.organisation is not None
    user = person(**fields)
    Mandate.objects.create(user=user, organisation=of.organisation, role=Mandate.Role.MEMBER)
    return user
