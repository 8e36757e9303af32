"""Two announcements made one: nothing of dates, people, provenance is lost, and all of it comes back (A5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry, OutboxMail
from events.models import Event, Listing, Merge, Registration, Session, Source
from events.services import revising
from events.services.merging import choosable, dates_of, merge, undo
from events.services.states import submit
from events.services.writing import edit_event
from tests.events.test_moderation_desk import serving, signed_in
from tests.events.tools import date_of, draft, first_session, published
from tests.factories import organisation, person, region_staff, town

pytestmark = pytest.mark.django_db
FIRST, SECOND = "2027-03-16 14:00", "2027-03-18 14:00"


def two(**values: Any) -> tuple[Event, Event]:
    """The same forum by two houses: one date in common, and one more that the second has alone."""
    here = town("Épinal")
    kept = published(date_of(FIRST, commune=here), organisation=organisation(name="Un"), title="Forum")
    days = [date_of("2027-03-16 14:30", commune=here), date_of(SECOND, commune=here)]
    folded = published(*days, organisation=organisation(name="Deux"), title="Le forum", **values)
    return kept, folded


def seat(session: Session, email: str, state: str = "confirmed") -> Registration:
    return Registration.objects.create(
        session=session, name="A", email=email, state=state, digest=f"{email}{session.pk}"
    )


def picture(event: Event) -> dict[str, Any]:
    """All that a merge may touch of an event."""
    fresh = Event.objects.get(pk=event.pk)
    names = ("source_key", "recurrence_id", "starts_at")
    sessions = {s.public_id: [getattr(s, name) for name in names] for s in fresh.sessions.all()}
    people = set(Registration.objects.filter(session__event=fresh).values_list("email", "session__public_id"))
    return {
        "live": revising.live(fresh), "state": fresh.state, "note": fresh.source_note, "sessions": sessions,
        "partners": set(fresh.partners.values_list("slug", flat=True)), "people": people,
        "shown": set(Listing.objects.filter(event_id=fresh.pk).values_list("session__public_id", "shown")),
        "into": fresh.merged_into_id, "bounds": (fresh.first_starts_at, fresh.last_ends_at),
    }  # fmt: skip


def test_A5_dates_people_and_provenance_follow() -> None:
    kept, folded = two(description="Venez.")
    twin, alone = folded.sessions.all()
    assert folded.organisation is not None
    source = Source.objects.create(
        slug="deux",
        name="Agenda de Deux",
        organisation=folded.organisation,
        format="ics",
        url="https://exemple.invalid/a",
    )
    Event.objects.filter(pk=folded.pk).update(source=source, source_uid="uid-1", source_digest="d")
    Session.objects.filter(pk=alone.pk).update(source_key="k2")
    seat(first_session(kept), "a@exemple.invalid")
    seat(twin, "A@exemple.invalid")
    seat(twin, "b@exemple.invalid")
    seat(alone, "c@exemple.invalid")
    made = merge(kept=kept, folded=folded, choices={"description"}, actor=None)
    kept.refresh_from_db()
    folded.refresh_from_db()
    assert (folded.state, folded.merged_into, folded.source_uid) == ("merged", kept, "uid-1")
    assert (kept.title, kept.description, kept.source_note) == (
        "Forum",
        "Venez.",
        "Aussi annoncé par\u00a0: Agenda de Deux.",
    )
    assert list(kept.partners.all()) == [folded.organisation]
    moved = Session.objects.get(public_id=alone.public_id)  # its UID goes on in calendars
    assert (moved.event, moved.source_key, moved.sequence > alone.sequence) == (kept, "", True)
    assert picture(kept)["people"] == {
        ("a@exemple.invalid", first_session(kept).public_id), ("b@exemple.invalid", first_session(kept).public_id),
        ("c@exemple.invalid", alone.public_id),
    }  # fmt: skip
    assert set(Listing.objects.values_list("event_id", flat=True)) == {kept.pk}
    assert made.undo["folded_state"] == "published"


def test_A5_a_merge_undone_leaves_no_trace_but_its_history() -> None:
    kept, folded = two(description="Venez.", image="", kind="salon")
    twin, alone = folded.sessions.all()
    for session, email in ((twin, "b@exemple.invalid"), (alone, "c@exemple.invalid")):
        seat(session, email)
    revision = revising.propose_edit(event=folded, values={"title": "Autre"}, actor=None)
    before = picture(kept), picture(folded)
    made = merge(kept=kept, folded=folded, choices=set(choosable(kept, folded)), actor=None)
    assert picture(kept)["live"]["title"] == "Le forum"
    assert undo(merge=made, actor=None) == []
    assert (picture(kept), picture(folded)) == before
    assert revision is not None
    revision.refresh_from_db()
    assert (revision.state, made.undone_at is not None) == ("waiting", True)
    with pytest.raises(ValidationError, match="déjà défaite"):
        undo(merge=made, actor=None)
    again = merge(kept=kept, folded=folded, choices=set(), actor=None)
    assert again.pk != made.pk
    assert list(JournalEntry.objects.filter(verb__contains="merge").order_by("id").values_list("verb", flat=True)) == [
        "event.merge", "event.merged", "event.unmerge", "event.unmerge", "event.merge", "event.merged",
    ]  # fmt: skip


@pytest.mark.parametrize("by_hand", [False, True])
def test_A1_full_follows_the_people_of_a_merge_and_what_was_said_by_hand_stays(by_hand: bool) -> None:
    kept, folded = two(registration_mode="builtin")
    Event.objects.filter(pk=kept.pk).update(registration_mode="builtin")
    there = first_session(kept)
    Session.objects.filter(pk=there.pk).update(seats=2 if by_hand else 1, full=by_hand)
    seat(folded.sessions.all()[0], "b@exemple.invalid")
    made = merge(kept=kept, folded=folded, choices=(), actor=None)
    there.refresh_from_db()
    assert there.full is True
    undo(merge=made, actor=None)
    there.refresh_from_db()
    assert there.full is by_hand


def test_A5_what_was_edited_since_is_left_when_a_merge_is_undone() -> None:
    kept, folded = two(description="Venez.")
    made = merge(kept=kept, folded=folded, choices={"title", "description"}, actor=None)
    edit_event(event=kept, values={"title": "Grand forum"}, actor=None)
    assert undo(merge=made, actor=None) == ["title"]
    kept.refresh_from_db()
    assert (kept.title, kept.description) == ("Grand forum", "")


def test_A5_the_published_one_is_kept_and_each_merge_is_made_once() -> None:
    kept, folded = two()
    waits = submit(event=draft(date_of(FIRST), title="Forum"), actor=None, at_once=False)
    with pytest.raises(ValidationError, match="publié doit être gardé"):
        merge(kept=waits, folded=kept, choices=(), actor=None)
    with pytest.raises(ValidationError, match="même évènement"):
        merge(kept=kept, folded=kept, choices=(), actor=None)
    made = merge(kept=kept, folded=folded, choices=(), actor=None)
    with pytest.raises(ValidationError, match="changé d’état"):
        merge(kept=kept, folded=folded, choices=(), actor=None)
    third = published(date_of(FIRST), title="Forum")
    merge(kept=third, folded=kept, choices=(), actor=None)
    with pytest.raises(ValidationError, match="autre fusion"):
        undo(merge=made, actor=None)
    assert Merge.objects.filter(undone_at=None).count() == 2


def test_A1_a_merge_never_overbooks() -> None:
    kept, folded = two()
    Session.objects.filter(event=kept).update(seats=1)
    seat(first_session(kept), "a@exemple.invalid")
    seat(first_session(folded), "b@exemple.invalid")
    with pytest.raises(ValidationError, match="pas assez de places"):
        merge(kept=kept, folded=folded, choices=(), actor=None)
    assert (Merge.objects.count(), Event.objects.filter(state="merged").count()) == (0, 0)


def test_A3_two_moments_of_one_day_are_two_dates() -> None:
    here = town("Épinal")
    kept = published(date_of("2027-03-16 09:00", commune=here), title="Forum")
    folded = published(
        date_of("2027-03-16 14:00", commune=here), date_of("2027-03-16 09:30", commune=town()), title="Forum"
    )
    assert (len(dates_of(kept, folded).moved), dates_of(kept, folded).twins) == (2, [])


def test_A5_the_stranger_of_a_proposal_folded_is_told_where_it_is() -> None:
    kept, _ = two()
    proposal = draft(date_of(FIRST, commune=town()), title="Forum")
    Event.objects.filter(pk=proposal.pk).update(proposer_email="x@exemple.invalid", proposer_name="X")
    submit(event=proposal, actor=None, at_once=False)
    merge(kept=kept, folded=proposal, choices=(), actor=person())
    mail = OutboxMail.objects.get(key__startswith="event_merged")
    assert (mail.to, f"/agenda/{kept.slug}/" in mail.text) == ("x@exemple.invalid", True)


def test_S3_the_page_of_two_events_and_its_way_back() -> None:
    kept, folded = two(description="Venez.")
    client = signed_in(region_staff())
    page = client.get(f"/admin/events/event/{kept.pk}/comparer/{folded.pk}/")
    assert [(f["name"], f["checked"]) for f in page.context["fields"]] == [("title", False), ("description", True)]
    assert (len(page.context["twins"]), len(page.context["moved"]), Merge.objects.count()) == (1, 1, 0)
    answer = client.post(f"/admin/events/event/{kept.pk}/comparer/{folded.pk}/", {"autre": ["description"]})
    made = Merge.objects.get()
    assert answer["Location"] == f"/admin/events/merge/{made.pk}/change/"
    assert client.get(answer["Location"]).context["dates"] == 1
    late = client.post(f"/admin/events/event/{kept.pk}/comparer/{folded.pk}/")
    assert "Rien n’a été fait." in [str(m) for m in get_messages(late.wsgi_request)][-1]
    assert client.get(f"/admin/events/merge/{made.pk}/defaire/").status_code == 405
    assert client.post(f"/admin/events/merge/{made.pk}/defaire/").status_code == 302
    assert Event.objects.filter(state="published").count() == 2


def test_S3_an_officer_joins_only_what_their_agency_reads() -> None:
    kept, folded = two()
    far = published(date_of(FIRST, commune=town("Troyes")), title="Forum")
    here = signed_in(serving(first_session(kept).commune))
    path = "/admin/events/event/{}/comparer/{}/"
    assert here.get(path.format(kept.pk, folded.pk)).status_code == 200
    assert here.get(path.format(kept.pk, far.pk)).status_code == 404
    assert here.post(path.format(kept.pk, far.pk)).status_code == 404
    assert Client().get(path.format(kept.pk, folded.pk)).status_code == 302


def test_the_sequence_of_what_does_not_move_stays() -> None:
    kept, folded = two()
    before = first_session(kept).sequence
    merge(kept=kept, folded=folded, choices=(), actor=None)
    assert (first_session(kept).sequence, Session.objects.filter(changed_at__gt=timezone.now()).count()) == (before, 0)
