"""What a file or an agenda would bring and that looks like what is there already, said before it is published (A5)."""

from __future__ import annotations

from django.db.models import Max

from core.text import fold
from events.models import Event, Session
from events.services.duplicates import SAME_DAY, SAME_ORGANISER, Candidate, Moment, close_each
from events.services.importing_feed import Feed, Report

LOOKED_AT = 300  # new events of one reading: as many as a page shows
DATES = 3  # of each
SAID = 2  # events that one looks like
State = Event.State


def newest() -> int:
    """The key of the last event: what a rehearsal makes comes after."""
    return Event.objects.aggregate(last=Max("pk"))["last"] or 0


def say_alike(report: Report, feed: Feed, before: int) -> None:
    """Add to the lines of what is new `alike`: `[{title, slug, organiser, why, own, same}]`, what each looks like.

    Called inside the rehearsal that made `report`, whose events are those after `before`. Somebody else’s event
    that waits to be read is nobody’s to know; `own` is of this very organisation; `same` has its very title, day
    and organiser.
    """
    lines = {line["uid"]: line for line in report.lines if line["act"] == "created"}
    made = list(
        feed.events().filter(pk__gt=before, source_uid__in=list(lines)[:LOOKED_AT]).select_related("organisation")
    )
    dates: dict[int, list[Moment]] = {}
    for s in Session.objects.filter(event__in=made).order_by("starts_at", "pk"):
        dates.setdefault(s.event_id, []).append(Moment(s.starts_at, s.commune_id or "", s.lat, s.lon, s.online))
    wanted = [
        Candidate(
            title=event.title, moments=dates.get(event.pk, [])[:DATES], organisation=event.organisation_id,
            organiser=event.organiser, links=tuple(filter(None, (event.website, event.registration_url))),
        )
        for event in made
    ]  # fmt: skip
    for event, found in zip(made, close_each(wanted, waiting=True, newest=before), strict=True):
        known = [(other, why) for other, why in found if other.state == State.PUBLISHED or _own(other, feed)]
        if known:
            lines[event.source_uid]["alike"] = [
                {
                    "title": other.title, "slug": other.slug, "organiser": other.organiser,
                    "why": " · ".join(why), "own": _own(other, feed), "same": _same(event, other, why),
                }
                for other, why in known[:SAID]
            ]  # fmt: skip


def _same(event: Event, other: Event, why: list[str]) -> bool:
    return (
        fold(event.title) == fold(other.title) and why[0].startswith(f"{SAME_DAY},") and SAME_ORGANISER in why
    )  # fmt: skip


def _own(event: Event, feed: Feed) -> bool:
    return event.organisation_id == feed.organisation.pk
