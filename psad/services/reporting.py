"""A signalement or a person's own request comes in, sealed; circle 1 opens a case, joins it to one, or dismisses it
(D2, D10). Who sends it learns nothing of anybody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.urls import reverse

from core.links import absolute
from core.outbox import queue_mail
from core.sealing import new_key, opened
from core.secrets import derived_secret, digest
from psad import reading
from psad.identity import Identity
from psad.intake.matching import keys_of
from psad.intake.rio import Entry
from psad.lists import Purpose, Source
from psad.models import Case, Grant, Move, Platform, Report, ReportLink
from psad.services import absorbing
from psad.services.cases import day_of, locked, moved, role_of

_LINK = "psad.report"
_MOST_ALIKE = 5
State = Report.State


class Dismissal(models.TextChoices):
    SOLVED = "solved", "A déjà une formation ou un emploi"
    DIPLOMA = "diploma", "A déjà un diplôme du niveau attendu"
    ELSEWHERE = "elsewhere", "Accompagné·e ailleurs"
    TWICE = "twice", "Signalé·e deux fois"
    WRONG = "wrong", "Envoi par erreur"


@dataclass(frozen=True)
class Read:
    """A report whose reading is logged."""

    report: Report
    said: dict[str, Any] = field(repr=False)
    entry: Entry

    @property
    def name(self) -> str:
        return self.entry.identity.name


# --- What comes in, in the context `intake`


def link_of(token: str) -> ReportLink | None:
    """The link in force that `token` opens."""
    rows = ReportLink.objects.select_related("platform")
    return rows.filter(digest=digest(token), ended_at=None, platform__active=True).first()


def platform_of(commune: str) -> Platform | None:
    """The platform in service that answers for a commune (INSEE)."""
    return Platform.objects.filter(communes__commune=commune, active=True).first()


def send(
    *, platform: Platform, source: Source, said: dict[str, Any], at: dt.datetime, link: ReportLink | None = None
) -> None:
    """Keep what is told, sealed. Nothing is answered of what the platform knows already."""
    seal, wrapped = new_key()
    report = Report(platform=platform, source=source, link=link, sealed_key=wrapped, sent_at=at)
    report.content = seal.close(said, bound=_bound(report))
    report.save(force_insert=True)
    reading.log(platform.pk, role="self" if source == Source.SELF else "reporter", verb="report.sent")
    if platform.email:
        # One a day at most: the desk counts them.
        queue_mail(
            key=f"portal-inbox:{platform.pk}:{day_of(at)}", to=platform.email, template="portal_message",
            context={"address": absolute(reverse("account_home"))},
        )  # fmt: skip


# --- What circle 1 does, in the name of who does it


def read(report: Report, *, grant: Grant, verb: str = "report.read") -> Read:
    """Open a report, logged. Raises `Undecipherable` once it was handled: nothing of it stays."""
    return read_all([report], grant=grant, verb=verb)[0]


def read_all(reports: list[Report], *, grant: Grant, verb: str = "report.list") -> list[Read]:
    if reports:
        reading.log(grant.platform_id, role=role_of(grant), verb=verb, purpose=Purpose.WORK)
    return [_read(report) for report in reports]


def _read(report: Report) -> Read:
    said = opened(report.sealed_key).open(report.content, bound=_bound(report))
    identity = Identity(
        surname=said["surname"], given_names=said["given_names"],
        birth_date=dt.date.fromisoformat(said["birth_date"]), address=said.get("address", ""),
        postcode=said.get("postcode", ""), town=said.get("town", ""), phone=said.get("phone", ""),
        email=said.get("email", ""), class_name=said.get("class_name", ""),
        school=report.link.name if report.link else "",
    )  # fmt: skip
    left = said.get("left_on")
    entry = Entry(
        identity=identity, origin=said.get("origin", ""), commune=said.get("commune", ""),
        left_on=dt.date.fromisoformat(left) if left else None, school_uai=report.link.uai if report.link else "",
    )  # fmt: skip
    return Read(report, said, entry)


def candidates(read: Read) -> tuple[Case | None, list[Case]]:
    """The case of this very person, and those of persons whose name sounds the same, born the same year."""
    keys = keys_of(read.entry.identity, read.report.platform_id)
    known = absorbing.matches(read.report.platform_id, [keys.match]).get(keys.match)
    rows = Case.objects.filter(platform_id=read.report.platform_id, anonymised_at=None)
    alike = rows.filter(sound_key=keys.sound).order_by("received_on")
    if known is None:
        return None, list(alike[:_MOST_ALIKE])
    take_out(known)
    return rows.filter(pk=known).first(), list(alike.exclude(pk=known)[:_MOST_ALIKE])


def take_out(case: UUID) -> bool:
    """An archived case of whom somebody tells again is given back to the team, by who sorts reports (D13)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT psad_take_out(%s)", [case])
        return bool(cursor.fetchone()[0])


def open_case(*, report: UUID, grant: Grant, by: Any, at: dt.datetime) -> Case:
    """A case begins with what was told. Raises `ValidationError`: handled meanwhile, or the person has a case."""
    read = _read(_waiting(report))
    platform = read.report.platform
    keys = keys_of(read.entry.identity, platform.pk)
    if absorbing.matches(platform.pk, [keys.match]):
        raise ValidationError("Cette personne a déjà un dossier\u00a0: rapprochez-en le signalement.")
    source = Source(read.report.source)
    case = absorbing.case_of(platform, read.entry, keys, on=day_of(at), by=by.pk, source=source)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError("Cette personne vient d’avoir un dossier\u00a0: rapprochez-en le signalement.") from error
    Move.objects.create(case=case, at=at, by=by, verb="opened", data={"source": str(source)})
    _note(case, read, by=by, at=at)
    reading.log(platform.pk, role=role_of(grant), verb="case.opened", purpose=Purpose.WORK, cases=[case.log_key])
    _handled(read.report, State.TAKEN, by, at, case=case)
    return case


def join(*, report: UUID, case: UUID, grant: Grant, by: Any, at: dt.datetime) -> Case:
    """The report is of somebody who has a case: blanks are filled, what differs is noted. Raises `ValidationError`."""
    read = _read(_waiting(report))
    held = locked(case)
    if held.platform_id != read.report.platform_id:
        raise Case.DoesNotExist
    seal = opened(held.sealed_key)
    filled, differing = absorbing.complete(held, read.entry, seal)
    again = absorbing.reopened(held, read.entry, day_of(at))
    moved(
        held, "reported", by=by, at=at, role=role_of(grant), source=str(read.report.source), filled=filled,
        differs=sorted(differing), reopened=again,
    )  # fmt: skip
    _note(held, read, by=by, at=at, differing=differing)
    _handled(read.report, State.TAKEN, by, at, case=held)
    return held


def dismiss(*, report: UUID, reason: str, grant: Grant, by: Any, at: dt.datetime) -> None:
    """Nothing of the report stays but why it was dismissed. Raises `ValidationError`."""
    if reason not in Dismissal.values:
        raise ValidationError({"reason": "Choisissez un motif."})
    held = _waiting(report)
    reading.log(held.platform_id, role=role_of(grant), verb="report.dismissed", purpose=Purpose.WORK)
    _handled(held, State.DISMISSED, by, at, reason=Dismissal(reason).label)


def _waiting(report: UUID) -> Report:
    rows = Report.objects.select_for_update(of=("self",)).select_related("platform", "link")
    held = rows.get(pk=report)
    if held.state != State.WAITING:
        raise ValidationError("Ce signalement vient d’être traité par une autre personne.")
    return held


def _handled(
    report: Report, state: str, by: Any, at: dt.datetime, *, case: Case | None = None, reason: str = ""
) -> None:
    report.state, report.handled_by, report.handled_at, report.case, report.reason = state, by, at, case, reason
    report.content, report.sealed_key = b"", ""  # what is of use is in the case now
    report.save()


def _note(case: Case, read: Read, *, by: Any, at: dt.datetime, differing: dict[str, str] | None = None) -> None:
    said = read.said
    told = [
        f"Signalé par {who}" if (who := ", ".join(filter(None, _reporter(read)))) else "Demande de la personne",
        "La personne en est informée" if said.get("informed") else "",
        said.get("message", ""),
        *(f"{absorbing.LABELS[name]}\u00a0: {value}" for name, value in (differing or {}).items()),
    ]
    text = "\n".join(part for part in told if part)
    absorbing.note(case, opened(case.sealed_key), text, by=by.pk, at=at).save(force_insert=True)


def _reporter(read: Read) -> list[str]:
    school = read.report.link.name if read.report.link else read.said.get("organisation", "")
    return [read.said.get(f"reporter_{name}", "") for name in ("name", "function", "contact")] + [school]


# --- Links of schools


def make_link(*, platform: Platform, name: str, uai: str, by: Any, at: dt.datetime) -> ReportLink:
    """A link of report for one school, CFA or service; its address is made again when it is printed."""
    link = ReportLink(platform=platform, name=name, uai=uai, made_at=at, made_by=by)
    link.digest = digest(token_of(link))
    link.save(force_insert=True)
    return link


def end_link(link: ReportLink, *, at: dt.datetime) -> None:
    """The address leads nowhere any more."""
    ReportLink.objects.filter(pk=link.pk, ended_at=None).update(ended_at=at)


def token_of(link: ReportLink) -> str:
    return derived_secret(_LINK, link.pk)


def address_of(link: ReportLink) -> str:
    return absolute(f"/psad/signaler/{token_of(link)}/")


def _bound(report: Report) -> str:
    return f"report/{report.pk}/content"
