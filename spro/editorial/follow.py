"""What follows a page: the search, the foot of every page, the journal when the clock alone has acted.

Nothing here makes a page visible: its address answers by state and clock (`PageQuerySet.visible`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from core import markdown, search
from core.journal import record
from core.search import Entry
from spro.editorial.models import Page

log = structlog.get_logger("spro.editorial")
MENU = "editorial:menu"
KIND = "page"
_PUBLISHED = Page.Stage.PUBLISHED


def tell(page: Page) -> None:
    """In the transaction of an act on `page`: search and journal know its stage, the foot of pages is drawn after."""
    stage = page.stage
    if stage == _PUBLISHED:
        search.index([entry(page)])
    elif page.told_stage == _PUBLISHED:
        search.forget(KIND, [_key(page)])
    if stage != page.told_stage:
        page.told_stage = stage
        page.save(update_fields=["told_stage"])
    transaction.on_commit(refresh_menu)


def pass_of_time() -> list[str]:
    """Tell of every page whose hour came since the last pass; one line a page. A second run has nothing to say."""
    lines = []
    for page in Page.objects.filter(state=Page.State.RELEASED).order_by("pk"):
        if page.stage != page.told_stage:
            line = _told(page.pk)
            lines += [line] if line else []
    refresh_menu()
    return lines


@transaction.atomic
def _told(key: int) -> str:
    page = Page.objects.select_for_update().get(pk=key)
    before, stage = page.told_stage, page.stage
    if before == stage:
        return ""  # another pass did it
    if stage == _PUBLISHED and page.first_shown_at is None:
        page.first_shown_at = page.publish_at
        page.save(update_fields=["first_shown_at"])
    changes = {"stage": [before, stage]}
    if stage == _PUBLISHED:
        record(verb="page.appear", target=page, changes=changes)
    else:
        record(verb="page.end", target=page, changes=changes)
    tell(page)
    return f"{page.slug} : {page.get_told_stage_display()}"


# --- search


def entry(page: Page) -> Entry:
    return Entry(
        KIND, _key(page), page.title, page.get_absolute_url(), page.lead, markdown.plain(page.text), weight=6
    )  # fmt: skip


def entries() -> Iterator[Entry]:
    """Every page that is online: what the search asks when it is written again."""
    yield from (entry(page) for page in Page.objects.visible().order_by("pk").iterator())


def _key(page: Page) -> str:
    return f"editorial-{page.pk}"


# --- the foot of every page


def refresh_menu() -> None:
    """Write down what the foot of every page shows, with the dates of each: read there without a query."""
    placed = Page.objects.promised().exclude(position=None).order_by("position", "title")
    lines = [
        {"title": page.title, "url": page.get_absolute_url(), "from": page.publish_at, "until": page.unpublish_at}
        for page in placed
    ]
    try:
        cache.set(MENU, lines, timeout=None)
    except RedisError:
        log.warning("editorial_menu_not_written")  # the next pass writes it


def menu(at: datetime | None = None) -> list[dict[str, Any]]:
    """`{title, url, …}` of the pages to show in « Le portail » now; nothing while the cache does not answer."""
    at = at or timezone.now()
    try:
        lines = cache.get(MENU) or []
    except RedisError:
        return []
    return [line for line in lines if line["from"] <= at and (line["until"] is None or at < line["until"])]
