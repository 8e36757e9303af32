"""The personal site: made private, shown by a link or to everybody, taken down at once (L5)."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.text import slugify

from core.journal import record
from lorfolio import selecting
from lorfolio.http import is_minor
from lorfolio.lists import Act, ExtraKind, Section, SiteState
from lorfolio.models import (
    Experience,
    Extra,
    Language,
    PersonalSite,
    Portfolio,
    RetiredAddress,
    Selection,
    Skill,
)
from lorfolio.services import safe
from members.models import Network, Organisation
from territories.models import Agency

RETIRED_DAYS = 365  # then nobody remembers the address, and it may serve again
MOST_FOUND = 9_000  # addresses told to search engines
OPEN = (SiteState.LINK, SiteState.PUBLIC)
BY_SITE = "votre site"
READABLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Words that would pass for the portal, or for somebody who speaks in its name.
RESERVED = frozenset({
    "admin", "administration", "agence", "aide", "alerte", "api", "assistance", "cio", "compte", "comptes",
    "conseil", "contact", "direction", "france-travail", "grand-est", "lorfolio", "mission-locale",
    "moderation", "officiel", "orientation", "portail", "pro", "region", "region-grand-est", "securite",
    "service-public", "site", "spro", "support", "test", "webmaster", "www",
})  # fmt: skip
FACTS = (
    "name", "headline", "about", "model", "accent", "with_photo", "with_contact", "with_certainty", "with_place",
    "with_links",
)  # fmt: skip


@transaction.atomic
def make(*, portfolio: Portfolio) -> PersonalSite:
    """The site of this person, private, with everything chosen but what others said of them. Twice is once."""
    held = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    found = PersonalSite.objects.filter(portfolio=held).first()
    if found is not None:
        return found
    chosen = Selection.objects.create(portfolio=held, sections=list(Section.values))
    selecting.choose(selection=chosen, keys=_everything(held))
    return PersonalSite.objects.create(
        portfolio=held, selection=chosen, slug=_unguessable(), name=held.full_name[:120], headline=held.headline,
        about=held.summary,
    )  # fmt: skip


@transaction.atomic
def write(
    *,
    site: PersonalSite,
    facts: dict[str, Any],
    keys: Sequence[selecting.Key],
    sections: Sequence[str],
    at: dt.datetime,
) -> PersonalSite:
    """Write `facts` (those of `FACTS`) and what is chosen, in that order."""
    held = _held(site)
    began = facts["with_photo"] and not held.with_photo and held.state in OPEN
    for name in FACTS:
        setattr(held, name, facts[name])
    held.save()
    selecting.choose(selection=held.selection, keys=keys)
    selecting.order_sections(selection=held.selection, sections=sections)
    if began:
        _trace_photo(held, at)
    return held


@transaction.atomic
def show_by_link(*, site: PersonalSite, at: dt.datetime, renew: bool = False) -> PersonalSite:
    """Whoever has the address sees it. The address is new, unless it was by link already; `renew` changes that one.

    Raises `ValidationError` (French): under fifteen.
    """
    held = _may_open(site, at)
    if held.state == SiteState.LINK and not renew:
        return held
    _retire(held, at)
    held.slug = _unguessable()
    return _opened(held, SiteState.LINK, indexable=False, at=at)


@transaction.atomic
def show_to_all(*, site: PersonalSite, slug: str, indexable: bool, at: dt.datetime) -> PersonalSite:
    """Everybody sees it at `/p/<slug>/`, search engines too if `indexable`.

    Raises `ValidationError` (French), on `slug`: ill written, reserved, taken; under fifteen.
    """
    held = _may_open(site, at)
    slug = readable(slug)
    if held.slug != slug:
        _refuse_taken(slug, held, at)
        _retire(held, at)
        held.slug = slug
    RetiredAddress.objects.filter(digest=_digest(slug)).delete()
    try:
        with transaction.atomic():
            return _opened(held, SiteState.PUBLIC, indexable=indexable, at=at)
    except IntegrityError as error:  # somebody took it meanwhile
        raise ValidationError({"slug": TAKEN}) from error


@transaction.atomic
def take_down(*, site: PersonalSite, at: dt.datetime) -> PersonalSite:
    """Nobody sees it from now on; its address says that it is gone. Twice is once."""
    held = _held(site)
    if held.state == SiteState.PRIVATE:
        return held
    _retire(held, at)
    held.state, held.indexable, held.published_at = SiteState.PRIVATE, False, None
    held.save(update_fields=["state", "indexable", "published_at", "changed_at"])
    record(verb="lorfolio.site_close", target=held.portfolio, actor=held.portfolio.user)
    return held


TAKEN = "Cette adresse est déjà prise\u00a0: ajoutez un mot ou un chiffre."


def readable(slug: str) -> str:
    """`slug` as an address may be written. Raises `ValidationError` (French, on `slug`)."""
    slug = slug.strip().lower()
    if not 3 <= len(slug) <= 60 or not READABLE.fullmatch(slug):
        raise ValidationError({
            "slug": "Trois signes au moins\u00a0: des lettres sans accent, des chiffres, des tirets entre les mots."
            " Par exemple camille-exemple."
        })  # fmt: skip
    if slug in RESERVED:
        raise ValidationError({"slug": "Cette adresse est réservée\u00a0: choisissez-en une autre."})
    return slug


def suggested(portfolio: Portfolio) -> str:
    """An address made of the person's name; empty without one."""
    return slugify(portfolio.full_name)[:60].strip("-")


def shown_at(slug: str) -> PersonalSite | None:
    """The open site of this address, with all that its page needs of the person; one query."""
    rows = PersonalSite.objects.select_related("portfolio__commune", "portfolio__photo", "portfolio__user", "selection")
    found = rows.filter(
        slug=slug, state__in=OPEN, portfolio__erasing=False, portfolio__user__is_active=True
    ).first()  # fmt: skip
    return found if found is not None and not is_minor(found.portfolio) else None


def is_gone(slug: str) -> bool:
    """Whether a site was there, and is no more."""
    return RetiredAddress.objects.filter(digest=_digest(slug)).exists()


def found_by_engines() -> list[str]:
    """The addresses that their owners asked to be found, the last opened first."""
    rows = PersonalSite.objects.filter(
        state=SiteState.PUBLIC, indexable=True, portfolio__erasing=False, portfolio__user__is_active=True,
        portfolio__minor_until=None,
    ).order_by("-published_at")  # fmt: skip
    return [f"/p/{slug}/" for slug in rows.values_list("slug", flat=True)[:MOST_FOUND]]


def forgotten(instance: PersonalSite, **_: Any) -> None:
    """A site goes with its portfolio: its address is gone, and nobody's."""
    if instance.state in OPEN:
        row = {"portfolio": None, "retired_on": dt.datetime.now(dt.UTC).date()}
        RetiredAddress.objects.update_or_create(digest=_digest(instance.slug), defaults=row)


def _everything(portfolio: Portfolio) -> list[selecting.Key]:
    extras = Extra.objects.filter(portfolio=portfolio).exclude(kind=ExtraKind.REFERENCE)
    return [
        *(("experience", key) for key in Experience.objects.filter(portfolio=portfolio).values_list("pk", flat=True)),
        *(("skill", key) for key in Skill.objects.filter(portfolio=portfolio).values_list("pk", flat=True)),
        *(("language", key) for key in Language.objects.filter(portfolio=portfolio).values_list("pk", flat=True)),
        *(("extra", key) for key in extras.values_list("pk", flat=True)),
    ]


def _held(site: PersonalSite) -> PersonalSite:
    """The row, locked: two tabs that open and close at once wait for each other."""
    rows = PersonalSite.objects.select_for_update(of=("self",))
    return rows.select_related("portfolio__user", "portfolio__photo", "selection").get(pk=site.pk)


def _may_open(site: PersonalSite, at: dt.datetime) -> PersonalSite:
    held = _held(site)
    if is_minor(held.portfolio, at.date()):
        raise ValidationError("Avant quinze ans, un site ne peut pas être ouvert.")
    return held


def _opened(held: PersonalSite, state: SiteState, *, indexable: bool, at: dt.datetime) -> PersonalSite:
    before = held.state
    held.state, held.indexable = state, indexable
    held.published_at = held.published_at or at
    held.save(update_fields=["slug", "state", "indexable", "published_at", "changed_at"])
    if before != state:
        record(verb="lorfolio.site_open", target=held.portfolio, actor=held.portfolio.user)
    if before == SiteState.PRIVATE and held.with_photo:
        _trace_photo(held, at)
    return held


def _trace_photo(held: PersonalSite, at: dt.datetime) -> None:
    """The photo is a file of the safe: its trace says that the site shows it from now on."""
    photo = held.portfolio.photo
    if photo is not None:
        name = safe.known(photo, safe.seal_of(held.portfolio)).name
        safe.trace(held.portfolio, Act.SHOWN, file=photo, name=name, by=BY_SITE, at=at)


def _refuse_taken(slug: str, held: PersonalSite, at: dt.datetime) -> None:
    others = RetiredAddress.objects.filter(~Q(portfolio=held.portfolio) | Q(portfolio=None), digest=_digest(slug))
    named = (model.objects.filter(slug=slug).exists() for model in (Organisation, Network, Agency))
    if PersonalSite.objects.filter(slug=slug).exclude(pk=held.pk).exists() or others.exists() or any(named):
        raise ValidationError({"slug": TAKEN})


def _retire(held: PersonalSite, at: dt.datetime) -> None:
    """The address that showed something answers « gone » for a year."""
    RetiredAddress.objects.filter(retired_on__lt=at.date() - dt.timedelta(days=RETIRED_DAYS)).delete()
    if held.state in OPEN:
        row = {"portfolio": held.portfolio, "retired_on": at.date()}
        RetiredAddress.objects.update_or_create(digest=_digest(held.slug), defaults=row)


def _digest(slug: str) -> str:
    return salted_hmac("lorfolio.site.address", slug, algorithm="sha256").hexdigest()


def _unguessable() -> str:
    return secrets.token_hex(14)
