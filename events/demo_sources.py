"""The two sources of the demonstration: invented agendas that the portal itself serves, and really reads (A6)."""

from __future__ import annotations

from core.links import absolute
from core.reference import EventType
from events.demo_agendas import ICS, OPENAGENDA
from events.models import Source, Trust
from members.models import Organisation


def seed(organisation: Organisation, other: Organisation | None = None) -> None:
    """Declare the two sources (nothing when they are there): of `organisation`, the second of `other` if given.

    Both are trusted, so that what is read appears at once. The worker reads them within a minute.
    """
    _declare(
        Source(slug="demo-permanences", name="Permanences et ateliers", format="ics", default_kind=EventType.ATELIER),
        ICS, organisation,
    )  # fmt: skip
    _declare(
        Source(slug="demo-rencontres", name="Rencontres", format="openagenda", default_kind=EventType.FORUM),
        OPENAGENDA, other or organisation,
    )  # fmt: skip


def _declare(source: Source, file: str, house: Organisation) -> None:
    if not Trust.objects.filter(organisation=house, ended_at=None).exists():
        Trust.objects.create(organisation=house)
    url = absolute(f"/demo/agenda/{file}")
    held = Source.objects.filter(slug=source.slug).first()
    if held is None:
        source.organisation, source.url = house, url
        source.save()
    elif held.url != url:  # the demonstration opened on another port
        held.url, held.etag, held.last_modified, held.body_digest = url, "", "", ""
        held.save(update_fields=["url", "etag", "last_modified", "body_digest"])
