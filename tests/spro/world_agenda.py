"""The agenda of the invented region: one published event of the house, with a date of its own and one of a rule."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from events.models import AgendaFile, Event, ImportRun, Session, Source, Trust
from events.rrules import Rule
from events.services.merging import merge
from events.services.recurring import Series, add_rule
from events.services.registering import register
from events.services.revising import propose_edit
from events.services.states import publish
from events.services.writing import create_event

if TYPE_CHECKING:
    from tests.spro.world import World


def build(world: World, house: Any) -> None:
    """Words: `event`, `event_pk`, `session` (alone), `ruled` (of the rule)."""
    site = world.objects["territories.site"]
    start = timezone.now() + timedelta(days=7)
    event = create_event(
        values={"title": "Portes ouvertes", "kind": "portes-ouvertes", "registration_mode": "builtin"},
        sessions=[{"starts_at": start, "ends_at": start + timedelta(hours=2), "site": site}],
        organisation=house, actor=world.people["member"],
    )  # fmt: skip
    first: date = timezone.localdate() + timedelta(days=14)
    series = Series(Rule("DAILY", first + timedelta(days=1)), first, time(9), time(10), fields={"site": site})
    add_rule(event=event, series=series, actor=None)
    publish(event=event, actor=None)
    event = Event.objects.get(pk=event.pk)
    session = Session.objects.filter(event=event, recurrence=None).get()
    ruled = Session.objects.filter(event=event, recurrence__isnull=False)[0]
    world.objects |= {"events.event": event, "events.session": session, "events.recurrence": ruled.recurrence}
    world.words |= {
        "event": event.slug, "event_pk": str(event.pk), "session": str(session.public_id),
        "ruled": str(ruled.public_id),
    }  # fmt: skip
    _desk(world, house, event)
    _people(world, session)


def _people(world: World, session: Session) -> None:
    """Somebody who registered: `registration`."""
    held = register(session=session, name="Une Personne", email="inscrite@exemple.invalid")
    assert held is not None
    world.objects["events.registration"] = held
    world.words["registration"] = str(held.public_id)


def _desk(world: World, house: Any, event: Event) -> None:
    """What the desk lists besides: a wording that waits, two announcements made one, an agenda that is read."""
    dates = [{"starts_at": s.starts_at, "ends_at": s.ends_at, "site": s.site} for s in event.sessions.all()[:1]]
    double, other = (
        publish(
            event=create_event(
                values={"title": title, "kind": "forum"}, sessions=dates, organisation=house, actor=None
            ),
            actor=None,
        )
        for title in ("Portes ouvertes, encore", "Un forum")
    )  # fmt: skip
    source = Source.objects.create(
        slug="un-agenda", name="Un agenda", organisation=house, format="ics", url="https://exemple.invalid/a.ics"
    )
    given = AgendaFile.objects.create(organisation=house, filename="a.csv", format="csv", state="dropped")
    AgendaFile.objects.filter(pk=given.pk).update(decided_at=timezone.now())
    world.words |= {"source": source.slug, "agenda_file": str(given.public_id)}
    merged = merge(kept=event, folded=double, choices=(), actor=None)
    revision = propose_edit(event=event, values={"title": "Autre titre"}, actor=None)
    world.objects |= {
        "events.source": source, "events.revision": revision, "events.merge": merged,
        "events.importrun": ImportRun.objects.create(source=source, organisation=house, outcome="done"),
        "events.trust": Trust.objects.create(organisation=house, ended_at=timezone.now()),
    }  # fmt: skip
    world.words |= {
        "other_event_pk": str(other.pk), "merge_pk": str(merged.pk),
        "trust_pk": str(world.objects["events.trust"].pk),
        "revision_pk": str(revision.pk if revision else 0),
    }  # fmt: skip
