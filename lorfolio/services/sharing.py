"""Links that show some files of a safe, for a time and a number of openings (L7).

An opening is one press on the button of the page, and lasts half an hour: what a mail scanner or a browser fetches
beforehand is a page without a word of anybody, and spends nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core.links import absolute
from core.secrets import derived_secret, digest
from lorfolio.http import is_minor
from lorfolio.lists import Act
from lorfolio.models import Portfolio, SafeFile, Share
from lorfolio.services import safe

MOST_OPEN = 50  # links of one person open at once
MOST_FILES = 50  # of one link
BY = "un lien de partage"
VISIT = dt.timedelta(minutes=30)
NOT_YET = "Avant 15\u00a0ans, les documents ne se partagent pas par un lien."


def secret_of(share: Share) -> str:
    """The secret of a link: written nowhere, made again for its owner."""
    return derived_secret("lorfolio.share", share.pk)


def address_of(share: Share) -> str:
    return absolute(f"/partage/{secret_of(share)}/")


@transaction.atomic
def share(*, portfolio: Portfolio, label: str, files: Collection[UUID], days: int, most: int, at: dt.datetime) -> Share:
    """A new link. Raises `ValidationError` (French): under fifteen, no file, too many links, too long."""
    held = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    if is_minor(held, timezone.localdate(at)):
        raise ValidationError(NOT_YET)
    if not 1 <= days <= settings.LORFOLIO_SHARE_DAYS:
        raise ValidationError({"days": f"Un lien s’ouvre pendant {settings.LORFOLIO_SHARE_DAYS}\u00a0jours au plus."})
    rows = list(SafeFile.objects.filter(portfolio=held, pk__in=files))
    if not 1 <= len(rows) <= MOST_FILES or len(rows) != len(set(files)):
        raise ValidationError({"documents": f"Choisissez des documents de votre coffre, {MOST_FILES} au plus."})
    if standing(at).filter(portfolio=held).count() >= MOST_OPEN:
        raise ValidationError(f"Vous avez déjà {MOST_OPEN} liens ouverts\u00a0: retirez ceux qui ne servent plus.")
    made = Share(portfolio=held, label=label, expires_at=at + dt.timedelta(days=days), most=most)
    made.digest = digest(secret_of(made))
    made.save(force_insert=True)
    made.files.set(rows)
    seal = safe.seal_of(held)
    for row in rows:
        safe.trace(held, Act.SHARE, file=row, name=safe.known(row, seal).name, at=at)
    return made


def standing(at: dt.datetime) -> QuerySet[Share]:
    """The links that are neither taken back, nor over, nor spent."""
    return Share.objects.filter(revoked_at=None, expires_at__gt=at, opened__lt=F("most"))


def found(secret: str, at: dt.datetime) -> Share | None:
    """The link of this secret, while its time lasts (its openings may be spent: a visit goes on); None otherwise,
    also when it shows nothing any more, or when its owner may not share."""
    rows = Share.objects.filter(digest=digest(secret), revoked_at=None, expires_at__gt=at)
    row = rows.filter(portfolio__erasing=False, portfolio__user__is_active=True).select_related("portfolio").first()
    if row is None or is_minor(row.portfolio, timezone.localdate(at)) or not row.files.exists():
        return None
    return row


@transaction.atomic
def open_once(*, share: Share, at: dt.datetime) -> bool:
    """Count one opening, unless none is left; two at once on the last one: one of them opens."""
    held = Portfolio.objects.select_for_update().get(pk=share.portfolio_id)  # before the link: as the deletion does
    if not standing(at).filter(pk=share.pk).update(opened=F("opened") + 1):
        return False
    safe.trace(held, Act.SHARE_OPENED, name=share.label, by=BY, at=at)
    return True


@transaction.atomic
def revoke(*, share: Share, portfolio: Portfolio, at: dt.datetime) -> None:
    """At once, also for who is reading. A second time changes nothing."""
    held = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    if Share.objects.filter(pk=share.pk, portfolio=held, revoked_at=None).update(revoked_at=at):
        safe.trace(held, Act.SHARE_ENDED, name=share.label, at=at)


def forget(at: dt.datetime) -> int:
    """Delete the links that were over a year ago; the trace keeps what they did. How many."""
    before = at - dt.timedelta(days=settings.LORFOLIO_SHARE_KEPT_DAYS)
    return Share.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before)).delete()[0]
