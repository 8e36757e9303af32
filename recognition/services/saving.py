"""What a team types, saved as it types: two colleagues never undo each other unseen (R3).

Each part (the organisation, a site, an answer) has a version, raised when it changes. Whoever saves says which version
they read, and its values when they can: what both changed is then asked about, the rest is kept from both.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from core.merging import three_way
from members.models import QualityCriterion
from recognition.contents import ANSWER_FIELDS, ORGANISATION_FIELDS, SITE_FIELDS
from recognition.models import Answer, CandidateSite, Candidature
from recognition.services.checking import criteria_of
from recognition.services.starting import clean_siret, one_at_a_time, siret_refusal
from recognition.services.transitions import locked
from territories.models import SiteKind

Part = TypeVar("Part", Candidature, CandidateSite, Answer)
EDITABLE = (Candidature.State.DRAFT, Candidature.State.INCOMPLETE)
MOST_SITES = 200  # of one dossier


class Conflict(Exception):  # noqa: N818 - the name that every part of the room knows it by
    """Somebody saved other words in the same fields: `theirs` (as they stand) and `mine`, for those fields alone.

    Nothing was written. `part` is what is saved now, with its `version`.
    """

    def __init__(self, part: Any, theirs: dict[str, Any], mine: dict[str, Any]) -> None:
        super().__init__("Quelqu’un a enregistré entre-temps.")
        self.part, self.theirs, self.mine = part, theirs, mine
        self.saved_by: User | None = part.saved_by
        self.saved_at: dt.datetime | None = part.saved_at


class Seen:
    """What a person had read, by digests: enough to know what they left as it was, short enough for a form."""

    def __init__(self, digests: Mapping[str, str]) -> None:
        self.digests = digests

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Seen:
        return cls({name: _digest(value) for name, value in values.items()})

    def values(self, *known: Mapping[str, Any]) -> dict[str, Any]:
        """The values read, found among those `known` (what is saved, what is typed); « something else » otherwise."""
        return {
            name: next((said[name] for said in known if name in said and _digest(said[name]) == digest), _ELSE)
            for name, digest in self.digests.items()
        }


_ELSE = object()


def _digest(value: Any) -> str:
    said = json.dumps(_tidy(value), sort_keys=True, default=lambda found: str(getattr(found, "pk", found)))
    return hashlib.sha256(said.encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Saved:
    """What is saved now; `brought`, the fields where a colleague's words stand, which the person had left as read."""

    part: Any
    brought: tuple[str, ...] = ()


@transaction.atomic
def save_organisation(
    *, candidature: Candidature, values: Mapping[str, Any], version: int, user: User, at: dt.datetime,
    base: Mapping[str, Any] | Seen | None = None,
) -> Saved:  # fmt: skip
    """Write `values` (some of `ORGANISATION_FIELDS`) on the dossier.

    `version` is the one that was read, `base` its values. Raises `Conflict`, and `ValidationError` (French, by field)
    for a value that cannot be kept or a dossier that is no longer written.
    """
    held = locked(candidature, EDITABLE)
    wanted = _known(values, ORGANISATION_FIELDS)
    if "siret" in wanted:
        wanted["siret"] = _siret(held, wanted["siret"])
    return _write(held, wanted, _Read(version, user, at, base))


@transaction.atomic
def save_site(
    *, site: CandidateSite, values: Mapping[str, Any], version: int, user: User, at: dt.datetime,
    base: Mapping[str, Any] | Seen | None = None,
) -> Saved:  # fmt: skip
    """Write `values` (some of `SITE_FIELDS`) on a site. Raises as `save_organisation`."""
    dossier = locked(site.candidature, EDITABLE)
    held = CandidateSite.objects.select_related("saved_by", "commune", "kind").filter(pk=site.pk).first()
    if held is None:
        raise ValidationError("Une personne de votre équipe a retiré ce site entre-temps.", code="gone")
    saved = _write(held, _known(values, SITE_FIELDS), _Read(version, user, at, base))
    _settle_agency(dossier)
    return saved


@transaction.atomic
def add_site(*, candidature: Candidature, values: Mapping[str, Any], user: User, at: dt.datetime) -> CandidateSite:
    """One more site. Raises `ValidationError` (French) for a value that cannot be kept, or beyond `MOST_SITES`.

    The same name at the same address is the same site: a double click makes one.
    """
    dossier = locked(candidature, EDITABLE)
    wanted = _known(values, SITE_FIELDS)
    sites = CandidateSite.objects.filter(candidature=dossier)
    same = {"name": wanted.get("name", ""), "address": wanted.get("address", ""), "commune": wanted.get("commune")}
    if (twin := sites.filter(**same).first()) is not None:
        return twin
    if sites.count() >= MOST_SITES:
        raise ValidationError(f"Un dossier compte {MOST_SITES} sites au plus.", code="many")
    last = sites.aggregate(last=Max("order"))["last"]
    made = CandidateSite(
        candidature=dossier, order=0 if last is None else last + 1, saved_at=at, saved_by=user, **wanted
    )
    if made.kind is None:
        made.kind = SiteKind.objects.filter(network=None, slug="autre").first()
    made.full_clean(exclude=["candidature", "kind", "commune", "saved_by"])
    made.save()
    _settle_agency(dossier)
    return made


@transaction.atomic
def remove_site(*, site: CandidateSite, user: User, at: dt.datetime) -> None:
    """Take a site out of the dossier; nothing happens when a colleague did it first."""
    dossier = locked(site.candidature, EDITABLE)
    CandidateSite.objects.filter(pk=site.pk).delete()
    Candidature.objects.filter(pk=dossier.pk).update(saved_at=at, saved_by=user)
    _settle_agency(dossier)


@transaction.atomic
def save_answer(
    *, candidature: Candidature, criterion: QualityCriterion, values: Mapping[str, Any], version: int, user: User,
    at: dt.datetime, base: Mapping[str, Any] | Seen | None = None,
) -> Saved:  # fmt: skip
    """Write `values` (`text`, `evidence`) as the answer to `criterion`; `version` 0 says that there was none.

    Raises `Conflict`, and `ValidationError` (French) for a criterion that is not of the dossier's cahier des charges.
    """
    dossier = locked(candidature, EDITABLE)
    if not criteria_of(dossier.charter).filter(pk=criterion.pk).exists():
        raise ValidationError("Ce critère n’est pas du cahier des charges de ce dossier.", code="criterion")
    wanted = _known(values, ANSWER_FIELDS)
    rows = Answer.objects.select_related("saved_by")
    held = rows.filter(candidature=dossier, criterion=criterion).first()
    if held is None:
        held = Answer(candidature=dossier, criterion=criterion, version=0)
        if not any(str(value).strip() for value in wanted.values()):
            return Saved(held)
    return _write(held, wanted, _Read(version, user, at, base))


# --- how


def _known(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    if unknown := set(values) - set(names):
        raise KeyError(f"not of the dossier: {sorted(unknown)}")
    return {name: _tidy(value) for name, value in values.items()}


def _tidy(value: Any) -> Any:
    """Ends of lines as one; the order of boxes does not count."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return sorted(value) if isinstance(value, list) else value


def _siret(held: Candidature, typed: str) -> str:
    """Raises `ValidationError` beside the field for a number that does not hold or is another dossier's (R1)."""
    try:
        number = clean_siret(str(typed))
        if number == held.siret:
            return number
        one_at_a_time(number)  # two dossiers that take one SIREN at the same instant: the second is refused
        if refused := siret_refusal(number, held.organisation):
            raise ValidationError(refused)
    except ValidationError as error:
        raise ValidationError({"siret": error.messages}) from error
    return number


@dataclass(frozen=True)
class _Read:
    """Who saves, when, and what they had read: a version, and its values when they can say them."""

    version: int
    user: User
    at: dt.datetime
    base: Mapping[str, Any] | Seen | None


def _write(part: Part, wanted: dict[str, Any], read: _Read) -> Saved:
    now = {name: _tidy(getattr(part, name)) for name in wanted}
    brought: list[str] = []
    if part.version != read.version:
        known = read.base.values(wanted, now) if isinstance(read.base, Seen) else read.base or {}
        base = {name: _tidy(value) for name, value in known.items()}
        merged = three_way(base, now, wanted)
        if merged.conflicts:
            names = merged.conflicts
            raise Conflict(part, {name: now[name] for name in names}, {name: wanted[name] for name in names})
        wanted, brought = merged.values, merged.brought
    changed = [name for name, value in wanted.items() if value != now[name]]
    if not changed:
        return Saved(part, tuple(brought))
    for name in changed:
        setattr(part, name, wanted[name])
    part.clean_fields(exclude={field.name for field in part._meta.concrete_fields} - set(changed))
    part.version, part.saved_at, part.saved_by = part.version + 1, read.at, read.user
    part.save()
    return Saved(part, tuple(brought))


def _settle_agency(dossier: Candidature) -> None:
    """The officers who follow it are those of its first site."""
    first = dossier.sites.filter(commune__isnull=False).select_related("commune").order_by("order", "pk").first()
    agency = first.commune.agency_id if first and first.commune else None
    if agency != dossier.agency_id:
        Candidature.objects.filter(pk=dossier.pk).update(agency=agency)
