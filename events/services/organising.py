"""An event as its organisers make one: what it says, and its dates, one by one or by a rule, in one act (A1, A3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from core.journal import Actor
from events.models import Event, Session
from events.services.recurring import Series, add_rule
from events.services.writing import EDITED, create_event, partners_of
from members.models import Organisation
from territories.models import Agency


@transaction.atomic
def organise(
    *, key: UUID, values: Mapping[str, Any], dates: Sequence[Mapping[str, Any]], series: Series | None,
    organisation: Organisation | None, actor: Actor, agency: Agency | None = None,
) -> Event:  # fmt: skip
    """A draft with these dates, or those of `series`. `key` is the public identifier that the form was given: the same
    form sent twice makes one event. `agency` reads it when neither its place nor its organisation says which one.
    Raises `ValidationError` by field."""
    if organisation is not None:  # two clicks at once wait for one another
        Organisation.objects.select_for_update().get(pk=organisation.pk)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [str(key)])
    known = Event.objects.filter(public_id=key).first()
    if known is not None and known.author_key == actor.journal_key:
        return known
    made = create_event(
        values=values, sessions=list(dates) if series is None else [], organisation=organisation, actor=actor,
        public_id=key if known is None else uuid4(), agency=agency,
    )  # fmt: skip
    if series is not None:
        add_rule(event=made, series=series, actor=actor)
        made.refresh_from_db()
    return made


@transaction.atomic
def copy(*, event: Event, actor: Actor) -> Event:
    """A draft that says the same, without its dates: they are new."""
    values = {name: getattr(event, name) for name in EDITED if name != "partners"}
    values |= {"image": event.image.name or "", "partners": partners_of(event)}
    made = create_event(values=values, sessions=[], organisation=event.organisation, actor=actor)
    made.agency = event.agency
    made.save(update_fields=["agency"])
    return made


def model_of(event: Event) -> Session | None:
    """The date whose place and seats a new date begins with: the last one written."""
    rows = Session.objects.filter(event=event).select_related("site__commune__department", "commune__department")
    return rows.order_by("-pk").first()
