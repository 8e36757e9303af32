"""The places of a recognised organisation enter the directory, and leave it, on the right day (R11)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from core import search
from core.journal import Actor, record
from core.text import fold
from members.models import Organisation
from members.services_sheet import begin_sheet
from recognition.clock import day_of
from recognition.models import CandidateSite, Candidature, Recognition
from recognition.services.acts import note
from recognition.services.holding import held
from territories.models import Site, SiteKind
from territories.services import settle, site_changed

Status = Organisation.Status
OTHER_KIND = "autre"
# Belongs by another title, which no recognition gives or takes.
UNTOUCHED = frozenset({Status.SIGNATORY, Status.ASSOCIATED})
# What a place of the directory takes from the dossier.
COPIED = (
    "name", "address", "postal_code", "phone", "email", "website", "hours", "hours_text", "publics", "services",
    "channels", "access", "access_text",
)  # fmt: skip


@transaction.atomic
def enter(*, recognition: Recognition, at: dt.datetime) -> list[Site]:
    """Make the organisation a recognised member, and each site of its dossier a place of the directory; once.

    A place that the directory has already keeps what its organisation wrote there since the dossier was saved. Those of
    a suspended recognition are written and wait. Raises `ValidationError` when no kind of place is known.
    """
    found = held(recognition)
    if found.entered_at is not None or not found.starts_on <= day_of(at) <= found.ends_on:
        return []
    owner = _owner(found)
    if owner.status not in UNTOUCHED:
        _belongs(owner, Status.RECOGNISED)
        begin_sheet(organisation=owner, values=_sheet(found.candidature), actor=None)
    suspended = found.suspended_since is not None
    sites = [_place(line, owner, at, listed=not suspended) for line in _lines(found)]
    found.entered_at, found.suspended_sites = at, [site.pk for site in sites] if suspended else []
    found.save(update_fields=["entered_at", "suspended_sites"])
    site_changed(sites)
    text = f"Les lieux d’accueil ({len(sites)}) paraissent dans l’annuaire."
    note(kind="entered", text=text, at=at, recognition=found, candidature=found.candidature, key=f"entered:{found.pk}")
    return sites


@transaction.atomic
def leave(*, recognition: Recognition, at: dt.datetime) -> list[Site]:
    """Take the places out the day after the last one; the organisation is a former member, unless another recognition
    holds, which keeps its own places in. Once."""
    found = held(recognition)
    if found.entered_at is None or found.left_at is not None or day_of(at) <= found.ends_on:
        return []
    owner = _owner(found)
    successor = _successor(found, day_of(at))
    kept = set(successor.candidature.sites.values_list("site", flat=True)) if successor else set()
    mine = _its_sites(found).exclude(pk__in=kept - {None})
    sites = list(mine.filter(listed=True))
    _list(sites, listed=False, at=at, verb="site.unlist")
    gone = set(mine.values_list("pk", flat=True))
    found.suspended_sites = [pk for pk in found.suspended_sites if pk not in gone]
    if successor is None and owner.status == Status.RECOGNISED:
        asks = Candidature.objects.filter(organisation=owner, state__in=Candidature.EXAMINED).exists()
        # Whatever place it still has in the directory leaves with it (`territories.following`).
        _belongs(owner, Status.CANDIDATE if asks else Status.FORMER)
    elif successor is not None and found.suspended_sites and successor.suspended_since is None:
        bring_back(found, at=at, actor=None)  # a suspension ends with what it suspended
    found.left_at, found.suspended_sites = at, []
    found.save(update_fields=["left_at", "suspended_sites"])
    text = "La reconnaissance est finie\u00a0: les lieux d’accueil ont quitté l’annuaire."
    if successor is not None:
        text = "Une nouvelle reconnaissance prend la suite\u00a0: ses lieux d’accueil restent dans l’annuaire."
    note(kind="left", text=text, at=at, recognition=found, candidature=found.candidature, key=f"left:{found.pk}")
    return sites


def take_out(found: Recognition, *, at: dt.datetime, actor: Actor | None) -> None:
    """A held recognition is suspended: every place of its organisation leaves until `bring_back`."""
    if found.organisation.status in UNTOUCHED:
        sites = list(_its_sites(found).filter(listed=True))
    else:
        sites = list(Site.objects.filter(organisation=found.organisation, listed=True).order_by("pk"))
    # A place that the organisation had withdrawn is not its own to bring back meanwhile.
    Site.objects.filter(organisation=found.organisation, withdrawn_at__isnull=False).update(withdrawn_at=None)
    found.suspended_sites = [site.pk for site in sites]
    found.save(update_fields=["suspended_sites"])
    _list(sites, listed=False, at=at, verb="site.unlist", actor=actor)


def bring_back(found: Recognition, *, at: dt.datetime, actor: Actor | None) -> None:
    """The suspension of a held recognition ends: the places that it took out come back, and no other."""
    rows = Site.objects.filter(pk__in=found.suspended_sites, organisation=found.organisation, listed=False)
    found.suspended_sites = []
    found.save(update_fields=["suspended_sites"])
    _list(list(rows.order_by("pk")), listed=True, at=at, verb="site.list", actor=actor)


def _sheet(dossier: Candidature) -> dict[str, str]:
    """What the dossier says of its organisation that its public sheet says too (M1)."""
    names = ("legal_representative", "legal_representative_title", "presentation", "website")
    seat = re.search(r"\b\d{5}\s+([^\d,]+)\s*$", dossier.address.strip())
    return {name: getattr(dossier, name) for name in names} | {"place": seat[1].strip() if seat else ""}


def _owner(found: Recognition) -> Organisation:
    return Organisation.objects.select_for_update().get(pk=found.organisation_id)


def _successor(found: Recognition, on: dt.date) -> Recognition | None:
    rows = Recognition.objects.in_force(on).filter(organisation=found.organisation_id).exclude(pk=found.pk)
    return rows.select_related("candidature").first()


def _belongs(owner: Organisation, status: str) -> None:
    if owner.status == status:
        return
    before, owner.status = owner.status, status
    owner.save(update_fields=["status"])
    if not owner.public:
        search.forget("organisation", [owner.slug])
    record(verb="organisation.status", target=owner, changes={"status": [before, status]})


def _lines(found: Recognition) -> Iterable[CandidateSite]:
    rows = CandidateSite.objects.filter(candidature=found.candidature_id).order_by("order", "pk")
    return rows.select_related("kind", "commune", "site__commune", "candidature__campaign")


def _its_sites(found: Recognition) -> QuerySet[Site]:
    of_dossier = CandidateSite.objects.filter(candidature=found.candidature_id, site__isnull=False)
    return Site.objects.filter(pk__in=of_dossier.values("site"), organisation=found.organisation_id).order_by("pk")


def _list(sites: list[Site], *, listed: bool, at: dt.datetime, verb: str, actor: Actor | None = None) -> None:
    for site in sites:
        site.listed, site.updated_at = listed, at
        settle(site).save(update_fields=["listed", "updated_at", "proposed_at", "withdrawn_at"])
        record(verb=verb, target=site, actor=actor, changes={"listed": [not listed, listed]})
    site_changed(sites)


def _place(line: CandidateSite, owner: Organisation, at: dt.datetime, *, listed: bool) -> Site:
    """The place of the directory of a site of the dossier, saved and linked to it."""
    site = line.site if line.site is not None and line.site.organisation_id == owner.pk else None
    new = site is None
    if site is None:
        site = Site(organisation=owner, slug=_slug(line, owner), kind=_kind(line))
    if new or not _written_since(site, line):
        _copy(line, site)
    site.organisation, site.listed, site.updated_at = owner, listed, at
    settle(site)
    site.full_clean(exclude=["organisation", "kind", "network", "agency", "commune"])
    site.save()
    CandidateSite.objects.filter(pk=line.pk).update(site=site)
    if listed:
        record(verb="site.list", target=site, changes={"listed": [False, True]})
    return site


def _written_since(site: Site, line: CandidateSite) -> bool:
    """Whether the directory says it better: the dossier has it as copied from another year, or saved it before its
    organisation confirmed the place."""
    if line.version == 1 or line.saved_at is None:
        return True
    return site.confirmed_on is not None and site.confirmed_on > day_of(line.saved_at)


def _copy(line: CandidateSite, site: Site) -> None:
    for name in COPIED:
        setattr(site, name, getattr(line, name))
    site.kind = line.kind or site.kind
    commune = line.commune
    if commune is None:
        raise ValidationError(f"Le site «\u00a0{line.name}\u00a0» du dossier n’a pas de commune.")
    site.commune, placed = commune, line.lat is not None and line.lon is not None
    site.lat = line.lat if line.lat is not None and placed else commune.lat
    site.lon = line.lon if line.lon is not None and placed else commune.lon
    site.provisional = not placed
    site.source = f"Dossier de reconnaissance {line.candidature.campaign.year}"
    deposited = line.candidature.deposited_at
    site.source_updated_on = site.confirmed_on = day_of(deposited) if deposited else None


def _kind(line: CandidateSite) -> SiteKind:
    kind = line.kind or SiteKind.objects.filter(slug=OTHER_KIND).first() or SiteKind.objects.order_by("-order").first()
    if kind is None:
        raise ValidationError("Aucune sorte de lieu n’est connue\u00a0: chargez le pack de la région.")
    return kind


def _slug(line: CandidateSite, owner: Organisation) -> str:
    commune = line.commune.name if line.commune else ""
    stem = slugify(fold(f"{line.name} {commune}"))[:120].strip("-") or f"lieu-{owner.slug}"[:120]
    taken = set(Site.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
