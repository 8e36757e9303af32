"""Two announcements of one event made one, and made two again when that was a mistake (A5).

The kept event takes the dates of the other with their public identifiers, so that calendars follow them; a date that
both had is one, to which those registered are moved. The folded event stays, merged: its address leads to the kept
one, and its source goes on knowing it, so that no import brings it back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from core.journal import Actor, record
from core.links import absolute
from events.derived import refresh_event
from events.models import Event, Merge, Registration, Revision, Session
from events.services import registering, revising
from events.services.seats import seats_of
from events.services.states import locked
from events.services.telling import tell_author
from events.services.writing import EDITED, edit_event

State = Event.State
MERGEABLE = (State.PROPOSED, State.PUBLISHED)
SAME_HOUR = timedelta(hours=1)
# Fields that go together: the first stands for all.
SEVERAL = {
    "image": ("image", "image_alt", "image_credit"), "registration_mode": ("registration_mode", "registration_url"),
    "free": ("free", "price_text"),
}  # fmt: skip
KEEP_PUBLISHED = "Celui des deux qui est publié doit être gardé\u00a0: échangez-les."
NO_SEATS = (
    "La date du {day} n’a pas assez de places pour les personnes inscrites des deux côtés\u00a0: augmentez d’abord le"
    " nombre de places."
)  # fmt: skip
ALREADY_UNDONE = "Cette fusion est déjà défaite."
KEPT_MOVED_ON = "L’évènement gardé a lui-même été fusionné depuis\u00a0: défaites d’abord cette autre fusion."


@dataclass(frozen=True)
class Dates:
    """What a merge does of the dates of the folded event: `moved` ones, and `twins` that the kept one has too."""

    moved: list[Session]
    twins: list[tuple[Session, Session]]


def choosable(kept: Event, folded: Event) -> list[str]:
    """The fields on which the two differ, in the order of the form; those that go together appear once."""
    ours, theirs = revising.live(kept), revising.live(folded)
    led = {name for names in SEVERAL.values() for name in names[1:]}
    return [
        name for name in EDITED
        if name not in led and name != "partners"  # those of both hold the event that is kept
        # Nobody's name is not taken over a name: who runs the other one becomes a partner.
        and not (name == "organiser_name" and (kept.organisation_id or not folded.organiser_name))
        and any(ours[n] != theirs[n] for n in SEVERAL.get(name, (name,)))
    ]  # fmt: skip


def dates_of(kept: Event, folded: Event) -> Dates:
    """Which dates are the same: they begin within the hour, at the same place or both online."""
    ours = list(Session.objects.filter(event=kept).order_by("starts_at", "pk"))
    moved, twins = [], []
    for session in Session.objects.filter(event=folded).order_by("starts_at", "pk"):
        twin = next((other for other in ours if _same(session, other)), None)
        if twin is None:
            moved.append(session)
        else:
            ours.remove(twin)
            twins.append((session, twin))
    return Dates(moved, twins)


def _same(one: Session, other: Session) -> bool:
    if abs(one.starts_at - other.starts_at) >= SAME_HOUR:
        return False
    if one.attendance == other.attendance == Session.Attendance.ONLINE:
        return True
    return (one.commune_id or one.town) == (other.commune_id or other.town)


@transaction.atomic
def merge(*, kept: Event, folded: Event, choices: Collection[str], actor: Actor | None) -> Merge:
    """Fold `folded` into `kept`; `choices` are the fields of `choosable` whose words are taken from the folded one.

    Its author is told. Raises `ValidationError`: the two are one, one is not mergeable (any more), the published one
    would be lost, or seats are lacking.
    """
    kept, folded = _both(kept, folded)
    if folded.state == State.PUBLISHED and kept.state != State.PUBLISHED:
        raise ValidationError(KEEP_PUBLISHED)
    undo: dict[str, Any] = {"folded_state": folded.state, "event": _take(kept, folded, choices, actor)}
    undo |= _move_dates(kept, folded)
    undo |= _join_partners(kept, folded)
    undo["revisions"] = _close_revisions(folded)
    made = Merge.objects.create(
        kept=kept, folded=folded, undo=undo, actor_label=actor.journal_label if actor else ""
    )  # fmt: skip
    _to(folded, State.MERGED, kept)
    record(verb="event.merge", target=kept, actor=actor, changes={"merged": [None, folded.slug]})
    record(verb="event.merged", target=folded, actor=actor, changes={"merged_into": [None, kept.slug]})
    _count_seats(line["to"] for line in undo["registrations"])
    kept.refresh_from_db()
    tell_author(folded, "event_merged", kept=kept, kept_url=_public(kept))
    return made


@transaction.atomic
def undo(*, merge: Merge, actor: Actor | None) -> list[str]:
    """Make them two again: the dates, the people and the words go back where they were.

    Returns the names of the fields left as they are, because somebody edited them since. Raises `ValidationError`.
    """
    held = Merge.objects.select_for_update().get(pk=merge.pk)
    if held.undone_at is not None:
        raise ValidationError(ALREADY_UNDONE)
    first, second = sorted((held.kept, held.folded), key=lambda event: event.pk)
    events = {event.pk: locked(event, State.values) for event in (first, second)}
    kept, folded = events[held.kept_id], events[held.folded_id]
    if kept.state == State.MERGED:
        raise ValidationError(KEPT_MOVED_ON)
    if folded.state != State.MERGED or folded.merged_into_id != kept.pk:
        raise ValidationError(ALREADY_UNDONE)
    said = held.undo
    left = _give_back(kept, said["event"], actor)
    by_count = _full_by_count(line["to"] for line in said["registrations"])
    _bring_dates_back(kept, folded, said)
    _count_seats(by_count, full=True)
    kept.partners.remove(*said["partners"])
    note = said["source_note"]
    Event.objects.filter(pk=kept.pk, source_note=note[1]).update(source_note=note[0])
    _to(folded, said["folded_state"], None)
    if not Revision.objects.filter(event=folded, state=Revision.State.WAITING).exists():
        Revision.objects.filter(pk__in=said["revisions"]).update(state=Revision.State.WAITING, decided_at=None)
    held.undone_at = timezone.now()
    held.save(update_fields=["undone_at"])
    record(verb="event.unmerge", target=kept, actor=actor, changes={"merged": [folded.slug, None]})
    record(verb="event.unmerge", target=folded, actor=actor, changes={"merged_into": [kept.slug, None]})
    refresh_event(kept)
    merge.refresh_from_db()
    return left


def _count_seats(keys: Iterable[int], *, full: bool = False) -> None:
    """« Complet » follows the people moved, and who waits moves up; what an organiser said by hand stays."""
    for session in Session.objects.filter(pk__in=list(keys), full=full).select_related("event"):
        registering.seats_changed(session)


def _full_by_count(keys: Iterable[int]) -> list[int]:
    found = list(Session.objects.filter(pk__in=list(keys), full=True))
    return [pk for pk, seats in seats_of(found).items() if seats.all_taken]


# --- What is moved


def _both(kept: Event, folded: Event) -> tuple[Event, Event]:
    """Both as they stand, held in the order of their numbers: two merges at once wait for each other."""
    if kept.pk == folded.pk:
        raise ValidationError("C’est le même évènement.")
    held = {event.pk: locked(event, MERGEABLE) for event in sorted((kept, folded), key=lambda event: event.pk)}
    return held[kept.pk], held[folded.pk]


def _take(kept: Event, folded: Event, choices: Collection[str], actor: Actor | None) -> dict[str, list[Any]]:
    """Write the words chosen on the kept event; `{field: [before, after]}`, as JSON."""
    names = [n for name in choosable(kept, folded) if name in choices for n in SEVERAL.get(name, (name,))]
    if not names:
        return {}
    before = revising.live(kept)
    edit_event(event=kept, values={name: getattr(folded, name) for name in names}, actor=actor)
    after = revising.live(kept)
    return {name: [before[name], after[name]] for name in names}


def _move_dates(kept: Event, folded: Event) -> dict[str, Any]:
    dates = dates_of(kept, folded)
    moved = [
        {"pk": s.pk, "source_key": s.source_key, "recurrence": s.recurrence_id, "detached": s.detached}
        for s in dates.moved
    ]  # fmt: skip
    # Neither the rule nor the source of the other event speaks of them any more.
    Session.objects.filter(pk__in=[s.pk for s in dates.moved]).update(
        event=kept, source_key="", recurrence=None, detached=False, sequence=F("sequence") + 1,
        changed_at=timezone.now(),
    )  # fmt: skip
    people = [_move_people(session, twin) for session, twin in dates.twins]
    return {"moved_sessions": moved, "registrations": [line for line in people if line["moved"]]}


def _move_people(session: Session, twin: Session) -> dict[str, Any]:
    """Those registered for a date that both had go to the kept one; whoever has a seat in both keeps that one."""
    list(Session.objects.select_for_update(of=("self",)).filter(pk__in=(session.pk, twin.pk)).order_by("pk"))
    there = Registration.objects.filter(session=twin, state__in=Registration.ALIVE)
    addresses = {email.lower() for email in there.values_list("email", flat=True) if email}
    here = Registration.objects.filter(session=session, state__in=Registration.ALIVE)
    moved = [row for row in here if row.email.lower() not in addresses]
    taken = sum(1 for row in (*there, *moved) if row.state in Registration.SEATED)
    if moved and twin.seats is not None and taken > twin.seats:
        raise ValidationError(NO_SEATS.format(day=timezone.localdate(twin.starts_at).strftime("%d/%m/%Y")))
    keys = [row.pk for row in moved]
    Registration.objects.filter(pk__in=keys).update(session=twin)
    return {"from": session.pk, "to": twin.pk, "moved": keys}


def _join_partners(kept: Event, folded: Event) -> dict[str, Any]:
    """Who ran the other one becomes a partner, and where it was announced is noted."""
    theirs = set(folded.partners.values_list("pk", flat=True))
    if folded.organisation_id is not None:
        theirs.add(folded.organisation_id)
    ours = {kept.organisation_id, *kept.partners.values_list("pk", flat=True)}
    added = sorted(theirs - ours)
    kept.partners.add(*added)
    before = kept.source_note
    where = folded.source.name if folded.source else folded.organiser
    line = f"Aussi annoncé par\u00a0: {where}." if where else ""
    after = "\n".join(filter(None, (before, line))) if line and line not in before else before
    Event.objects.filter(pk=kept.pk).update(source_note=after)
    return {"partners": added, "source_note": [before, after]}


def _close_revisions(folded: Event) -> list[int]:
    waiting = Revision.objects.filter(event=folded, state=Revision.State.WAITING)
    keys = list(waiting.values_list("pk", flat=True))
    waiting.update(state=Revision.State.REPLACED, decided_at=timezone.now())
    return keys


def _to(folded: Event, state: str, kept: Event | None) -> None:
    folded.state, folded.merged_into, folded.updated_at = state, kept, timezone.now()
    folded.save(update_fields=["state", "merged_into", "updated_at"])
    refresh_event(folded)
    if kept is not None:
        refresh_event(kept)


# --- What goes back


def _give_back(kept: Event, changes: dict[str, list[Any]], actor: Actor | None) -> list[str]:
    now = revising.live(kept)
    mine = {name: before for name, (before, after) in changes.items() if now[name] == after}
    if mine:
        edit_event(event=kept, values=mine, actor=actor)
    return [name for name in changes if name not in mine]


def _bring_dates_back(kept: Event, folded: Event, said: dict[str, Any]) -> None:
    here = set(
        Session.objects.filter(event=kept, pk__in=_keys(said["moved_sessions"])).values_list("pk", flat=True)
    )  # fmt: skip
    for line in said["moved_sessions"]:
        if line["pk"] in here:
            Session.objects.filter(pk=line["pk"]).update(
                event=folded, source_key=line["source_key"], recurrence=line["recurrence"], detached=line["detached"],
                sequence=F("sequence") + 1, changed_at=timezone.now(),
            )  # fmt: skip
    for line in said["registrations"]:
        alive = Registration.objects.filter(session=line["from"], state__in=Registration.ALIVE)
        taken = {email.lower() for email in alive.values_list("email", flat=True)}
        rows = Registration.objects.filter(pk__in=line["moved"], session=line["to"])
        back = [row.pk for row in rows if not row.email or row.email.lower() not in taken]
        Registration.objects.filter(pk__in=back).update(session=line["from"])


def _keys(lines: Iterable[dict[str, Any]]) -> list[int]:
    return [line["pk"] for line in lines]


def _public(event: Event) -> str:
    return absolute(f"/agenda/{event.slug}/")


def merges_of(event: Event) -> Any:
    """The merges in force in which `event` stands, the latest first."""
    return Merge.objects.filter(Q(kept=event) | Q(folded=event), undone_at=None).select_related("kept", "folded")
