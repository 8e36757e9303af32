"""The person's own lines, and their photo."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from core import images
from lorfolio.lists import Act
from lorfolio.models import Operation, Portfolio, SafeFile
from lorfolio.services import safe

PHOTO = "photo.webp"
OTHER_PAGES = 3  # of the form; an imported file may bring more, which stay
FACTS = ("given_name", "family_name", "headline", "summary", "email", "phone", "url", "commune", "place")


@transaction.atomic
def say_who(
    *, portfolio: Portfolio, facts: dict[str, Any], pages: list[dict[str, str]], german: dict[str, str]
) -> None:
    """Write `facts` (those of `FACTS`), the pages elsewhere, the same words in German."""
    row = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    for name in FACTS:
        setattr(row, name, facts[name])
    known = {page.get("url"): page for page in row.profiles}
    unseen = [page for n, page in enumerate(row.profiles) if n >= OTHER_PAGES or not page.get("url")]
    row.profiles = [known.get(page["url"], page) for page in pages] + unseen
    row.translations = {lang: said for lang, said in row.translations.items() if lang != "de"}
    if german:
        row.translations["de"] = german
    row.save()


def set_photo(*, portfolio: Portfolio, data: bytes, at: dt.datetime) -> SafeFile:
    """Keep the picture drawn again by us (no position, no hidden file) in the safe; the one before goes.

    Raises `ValidationError` (French): not an image, too large, no room left.
    """
    prepared = images.prepare(data)
    kept = safe.add(
        portfolio=portfolio, name=PHOTO, data=prepared.small or prepared.data, media_type="image/webp", at=at
    )
    with transaction.atomic():
        row = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
        before, row.photo = row.photo, kept
        row.save(update_fields=["photo", "changed_at"])
    if before is not None:
        safe.remove(file=before, portfolio=portfolio, at=at)
    return kept


def remove_photo(*, portfolio: Portfolio, at: dt.datetime) -> None:
    with transaction.atomic():
        row = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
        before, row.photo = row.photo, None
        row.save(update_fields=["photo", "changed_at"])
    if before is not None:
        safe.remove(file=before, portfolio=portfolio, at=at)


def own_photo(*, portfolio: Portfolio, at: dt.datetime) -> bytes:
    """The photo for its owner's eyes: the trace says so once a day. Empty without one.

    Raises `OSError`, `Undecipherable`.
    """
    file = portfolio.photo
    if file is None:
        return b""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    seen = Operation.objects.filter(portfolio=portfolio, file=file.pk, act=Act.READ, by=safe.OWNER, at__gte=day)
    if seen.exists():
        return safe.unsealed(file, safe.seal_of(portfolio))
    return safe.read(file=file, portfolio=portfolio, act=Act.READ, by=safe.OWNER, at=at)[1]
