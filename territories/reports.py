"""Errors that readers tell of a public sheet: received, told to whom it concerns, answered once, then forgotten (S2).

Whoever manages the organisation looks at them first; the officers of the territory when nobody manages it; the Region
when there is neither, and whatever waits for more than 30 days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import RegionMandate, User
from accounts.rules import runs_region
from core.journal import Actor, record
from core.links import absolute
from core.models import JournalEntry
from core.outbox import queue_mail
from core.text import fold
from members.models import Mandate, Network, Organisation
from members.rules import is_manager
from territories.models import Agency, OfficerMandate, Referent, SheetReport, Site
from territories.rules import agencies_of, is_any_officer

Kind, State = SheetReport.Kind, SheetReport.State
WAITING_KEPT = 20  # of one sheet: beyond, nobody would read better
LATE_AFTER = timedelta(days=7)  # said late wherever it is listed
ESCALATED_AFTER = timedelta(days=30)  # the Region looks at it too

# Who opens the list at all.
may_moderate = is_manager | is_any_officer | runs_region


class TooManyWaitingError(Exception):
    """This sheet has been told of more than anybody can read at once."""


class AlreadyHandledError(Exception):
    """Somebody answered in between; `report` is as it stands now."""

    def __init__(self, report: SheetReport) -> None:
        super().__init__("handled already")
        self.report = report


@dataclass(frozen=True)
class Sheet:
    """A public sheet: what it is, its address, and who looks after it."""

    kind: str
    key: str
    title: str
    url: str
    organisation: Organisation | None = None
    agency: Agency | None = None


def sheet_of(kind: str, key: str) -> Sheet | None:
    """The public sheet of this kind and slug; None when no such page is public."""
    found = _SHEETS.get(kind)
    return found(key) if found else None


def _site(key: str) -> Sheet | None:
    site = Site.objects.public().filter(slug=key).select_related("organisation", "agency").first()
    if site is None:
        return None
    return Sheet(Kind.SITE, key, site.name, site.get_absolute_url(), site.organisation, site.agency)


def _organisation(key: str) -> Sheet | None:
    house = Organisation.objects.public().filter(slug=key).first()
    if house is None:
        return None
    url = house.get_absolute_url()
    return Sheet(Kind.ORGANISATION, key, house.display_name, url, house, _only_agency(house))


def _network(key: str) -> Sheet | None:
    network = Network.objects.filter(slug=key).first()
    return Sheet(Kind.NETWORK, key, network.display_name, network.get_absolute_url()) if network else None


def _territory(key: str) -> Sheet | None:
    agency = Agency.objects.filter(slug=key).first()
    if agency is None:
        return None
    return Sheet(Kind.TERRITORY, key, f"Territoire {agency.name}", agency.get_absolute_url(), agency=agency)


_SHEETS: dict[str, Callable[[str], Sheet | None]] = {
    Kind.SITE: _site, Kind.ORGANISATION: _organisation, Kind.NETWORK: _network, Kind.TERRITORY: _territory,
}  # fmt: skip
_MODELS: dict[str, type[Model]] = {
    Kind.SITE: Site, Kind.ORGANISATION: Organisation, Kind.NETWORK: Network, Kind.TERRITORY: Agency,
}  # fmt: skip
_OF_EVENTS = ("date", "adresse", "contact", "acces", "autre")


def register(kind: str, find: Callable[[str], Sheet | None], model: type[Model]) -> None:
    """A kind of sheet of a room above: how its public page is found by slug, and what is written when it changes."""
    _SHEETS[kind], _MODELS[kind] = find, model


def model_of(kind: str) -> type[Model]:
    """What a sheet of this kind is made of; each has a `slug`."""
    return _MODELS[kind]


def subjects(kind: str) -> list[tuple[str, str]]:
    """What may be wrong on a sheet of this kind, with its words."""
    choices = [(str(value), str(label)) for value, label in SheetReport.Subject.choices]
    if kind == Kind.EVENT:
        return [choice for choice in choices if choice[0] in _OF_EVENTS]
    return [choice for choice in choices if choice[0] != SheetReport.Subject.DATE]


@transaction.atomic
def receive(*, sheet: Sheet, subject: str, message: str, email: str = "") -> SheetReport:
    """Write what a reader told; nothing is published. The same words on the same sheet are one report.

    Raises `TooManyWaitingError` when 20 reports of this sheet wait already.
    """
    _lock_sheet(sheet)
    waiting = SheetReport.objects.filter(kind=sheet.kind, key=sheet.key, state=State.WAITING)
    for other in waiting:
        if (other.subject, fold(other.message)) == (subject, fold(message)) and email in ("", other.email):
            return other
    if waiting.count() >= WAITING_KEPT:
        raise TooManyWaitingError
    report = SheetReport.objects.create(
        kind=sheet.kind, key=sheet.key, title=sheet.title, organisation=sheet.organisation, agency=sheet.agency,
        subject=subject, message=message, email=email,
    )  # fmt: skip
    record(verb="report.receive", target=report, key=str(report.public_id))
    return report


@transaction.atomic
def answer(*, report: SheetReport, state: str, words: str, actor: Actor) -> SheetReport:
    """Mark it mended or without suite; the person is answered if they left an address, which is then forgotten.

    Raises `AlreadyHandledError` when somebody did before, `ValidationError` (French) on another state.
    """
    if state not in (State.MENDED, State.DISMISSED):
        raise ValidationError("Choisissez « corrigée » ou « sans suite ».", code="state")
    locked = SheetReport.objects.select_for_update().get(pk=report.pk)
    if locked.state != State.WAITING:
        raise AlreadyHandledError(locked)
    locked.state, locked.answer, locked.handled_at = state, words.strip(), timezone.now()
    if locked.email:
        context = {"report": locked, "mended": state == State.MENDED, "url": _public_url(locked)}
        queue_mail(key=f"report-{locked.public_id}", to=locked.email, template="report_answered", context=context)
    locked.email = ""
    locked.save(update_fields=["state", "answer", "handled_at", "email"])
    record(
        verb="report.answer", target=locked, key=str(locked.public_id), actor=actor,
        changes={"state": [State.WAITING, state]},
    )  # fmt: skip
    return locked


def _public_url(report: SheetReport) -> str:
    """The sheet as the public reads it; the first page when it is no longer public."""
    sheet = sheet_of(report.kind, report.key)
    return absolute(sheet.url if sheet else "/")


# --- who sees what


def visible_to(user: Any) -> QuerySet[SheetReport]:
    """The reports that `user` works on: of the organisations they manage, of their agencies, all for the Region."""
    rows = SheetReport.objects.select_related("organisation", "agency")
    if runs_region(user):
        return rows
    return rows.filter(Q(organisation__in=_managed_by(user)) | Q(agency__in=agencies_of(user)))


def due(user: Any) -> QuerySet[SheetReport]:
    """Those that wait for this very person, the oldest first."""
    rows = SheetReport.objects.filter(state=State.WAITING)
    mine = Q(organisation__in=_managed_by(user))
    if agencies := agencies_of(user):
        mine |= Q(agency__in=agencies) & ~Q(Exists(_managers()))
    if runs_region(user):
        mine |= Q(created_at__lte=timezone.now() - ESCALATED_AFTER)
        mine |= ~Q(Exists(_managers())) & ~Q(Exists(_officers()))
    return rows.filter(mine).order_by("created_at", "id")


def is_late(report: SheetReport) -> bool:
    """Waits for more than a week."""
    return report.state == State.WAITING and report.created_at <= timezone.now() - LATE_AFTER


def is_escalated(report: SheetReport) -> bool:
    """Waits for more than 30 days: the Region looks at it too."""
    return report.state == State.WAITING and report.created_at <= timezone.now() - ESCALATED_AFTER


def unchanged_since(report: SheetReport) -> bool:
    """Nobody wrote on the sheet since the error was told, as far as the journal knows."""
    model: Any = model_of(report.kind)
    key = model.objects.filter(slug=report.key).values_list("pk", flat=True).first()
    if key is None:
        return False
    people = {Kind.ORGANISATION: Q(organisation=key), Kind.TERRITORY: Q(agency=key)}.get(Kind(report.kind), Q(pk=None))
    named = [str(pk) for pk in Referent.objects.filter(people).values_list("pk", flat=True)]  # they stand on it too
    written = Q(target_type=model._meta.label_lower, target_key=str(key))
    written |= Q(target_type=Referent._meta.label_lower, target_key__in=named)
    lines = JournalEntry.objects.filter(written, at__gte=report.created_at)
    return not lines.exclude(verb="site.confirm").exists()


def _managed_by(user: Any) -> QuerySet[Any]:
    if not isinstance(user, User) or not user.is_active:
        return Mandate.objects.none().values("organisation")
    held = Mandate.objects.in_force().filter(user=user, role=Mandate.Role.MANAGER)
    return held.values("organisation")


def _managers() -> QuerySet[Mandate]:
    """Of the organisation of a report (outer query)."""
    held = Mandate.objects.in_force().filter(role=Mandate.Role.MANAGER, user__is_active=True)
    return held.filter(organisation=OuterRef("organisation"))


def _officers() -> QuerySet[OfficerMandate]:
    """Of the agency of a report (outer query)."""
    return OfficerMandate.objects.in_force().filter(user__is_active=True, agency=OuterRef("agency"))


# --- every day


@transaction.atomic
def tell() -> list[str]:
    """One mail a day at most to each person for whom new reports wait; returns one line a mail, without the address.

    Whoever manages the organisation; without anybody, the officers of the territory; without any, the Region.
    """
    fresh = SheetReport.objects.filter(state=State.WAITING, told_at=None).select_for_update(of=("self",))
    by_person: dict[User, list[SheetReport]] = {}
    for report in fresh.select_related("organisation", "agency").order_by("created_at"):
        for person in _readers(report):
            by_person.setdefault(person, []).append(report)
    day, lines = timezone.localdate(), []
    for person, reports in sorted(by_person.items(), key=lambda item: str(item[0].pk)):
        context = {"count": len(reports), "titles": _titles(reports), "url": absolute(reverse("pro_reports"))}
        key = f"reports-{person.pk}-{day.isoformat()}"
        if queue_mail(key=key, to=person.email, template="reports_waiting", context=context):
            lines.append(f"{person.pk}: {len(reports)}")
    told = {report.pk for reports in by_person.values() for report in reports}
    SheetReport.objects.filter(pk__in=told).update(told_at=timezone.now())
    return lines


@transaction.atomic
def forget() -> tuple[int, int]:
    """What is no longer kept: addresses after `REPORT_ADDRESS_DAYS`, whole reports after `REPORT_DAYS`.

    Returns how many addresses and how many reports.
    """
    now = timezone.now()
    gone, _ = SheetReport.objects.filter(created_at__lt=now - timedelta(days=settings.REPORT_DAYS)).delete()
    old = SheetReport.objects.filter(created_at__lt=now - timedelta(days=settings.REPORT_ADDRESS_DAYS))
    return old.exclude(email="").update(email=""), gone


def _readers(report: SheetReport) -> Iterable[User]:
    circles: list[QuerySet[Any]] = [
        Mandate.objects.in_force().filter(organisation=report.organisation_id, role=Mandate.Role.MANAGER),
        OfficerMandate.objects.in_force().filter(agency=report.agency_id),
        RegionMandate.objects.in_force(),
    ]
    for circle in circles:
        people = [mandate.user for mandate in circle.filter(user__is_active=True).select_related("user")]
        if people:
            return dict.fromkeys(people)
    return ()


def _titles(reports: Iterable[SheetReport]) -> list[str]:
    """The sheets, each once, at most ten."""
    return list(dict.fromkeys(report.title for report in reports))[:10]


def _only_agency(organisation: Organisation) -> Agency | None:
    """The agency where all the places of an organisation stand, if there is one."""
    here = Agency.objects.filter(sites__organisation=organisation, sites__listed=True).distinct()[:2]
    found = list(here)
    return found[0] if len(found) == 1 else None


def _lock_sheet(sheet: Sheet) -> None:
    """Two reports of one sheet wait for each other: the count of those that wait is exact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"report/{sheet.kind}/{sheet.key}"])
