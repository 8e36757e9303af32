"""Who could help and what comes soon, near home, for one's project (L6): read from the directory and the agenda."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core.reference import Need
from events.models import Event, Session
from lorfolio.models import Portfolio, Target
from territories import near, routing
from territories.near import Found

PLACES, EVENTS, READ = 2, 3, 60
RADIUS_KM = 60
_HELD = (Session.Status.SCHEDULED, Session.Status.RESCHEDULED, Session.Status.MOVED_ONLINE, Session.Status.MOVED_PLACE)


@dataclass(frozen=True)
class Help:
    """A need in the words of the directory, and the nearest places that answer it."""

    words: str
    places: list[Found]


def helpers(portfolio: Portfolio, *, any_target: bool) -> list[Help]:
    """Two needs of who prepares a project; nothing without a commune. One statement a need."""
    commune = portfolio.commune
    if commune is None:
        return []
    start, table = near.Start(commune.lat, commune.lon), routing.table()
    needs = [
        (Need.CEP, "Parler de votre projet avec quelqu’un"),
        (Need.CHOISIR_FORMATION, "Trouver une formation")
        if any_target
        else (Need.INFORMATION_METIERS, "Découvrir des métiers"),
    ]
    found = [
        Help(words, near.nearest(table, start, need=need, limit=PLACES, radius=RADIUS_KM)) for need, words in needs
    ]
    return [one for one in found if one.places]


def events(portfolio: Portfolio, targets: Sequence[Target], at: dt.datetime) -> list[Session]:
    """The next dates of the sectors aimed at, one an event, those of one's own territory first; one query."""
    sectors = {target.family.sector for target in targets if target.family and target.family.sector}
    if not sectors:
        return []
    rows = Session.objects.filter(
        event__state=Event.State.PUBLISHED, event__sectors__overlap=sorted(sectors), starts_at__gt=at, status__in=_HELD
    )
    once: dict[int, Session] = {}
    for session in rows.select_related("event", "commune").order_by("starts_at", "pk")[:READ]:
        once.setdefault(session.event_id, session)
    home = portfolio.commune.agency_id if portfolio.commune else None
    return sorted(once.values(), key=lambda row: (not (row.commune and row.commune.agency_id == home), row.starts_at))[
        :EVENTS
    ]
