"""What a reading does to the agenda: once, again, changed, gone, back; what people edited stays (A3, A6, A8)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from core.models import JournalEntry
from events.importers.command import run_file
from events.models import Event, ImportRun, Listing, Revision, Session, SessionChange
from events.services import states, writing
from events.services.importing import Report
from tests.events.importing import bring, calendar, soon, trusted, vevent, written
from tests.events.tools import first_session
from tests.factories import organisation, site, town

pytestmark = pytest.mark.django_db


def counts(report: Report) -> tuple[int, ...]:
    return tuple(report.counts.values())


def at(days: int) -> dict[str, str]:
    start = soon(days)
    return {"DTSTART": f"{start:%Y%m%dT%H%M%S}", "DTEND": f"{start + timedelta(hours=2):%Y%m%dT%H%M%S}"}


def test_A6_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    house = trusted()
    assert counts(bring(tmp_path, house, vevent("a"), vevent("b"))) == (2, 0, 0, 0, 0)
    before = list(Session.objects.order_by("pk").values_list("public_id", "sequence", "changed_at"))
    lines = JournalEntry.objects.count()
    assert counts(bring(tmp_path, house, vevent("a"), vevent("b"))) == (0, 0, 2, 0, 0)
    assert list(Session.objects.order_by("pk").values_list("public_id", "sequence", "changed_at")) == before
    assert JournalEntry.objects.count() == lines
    assert list(ImportRun.objects.order_by("pk").values_list("outcome", "created", "unchanged")) == [
        ("done", 2, 0), ("unchanged", 0, 2),
    ]  # fmt: skip


def test_A5_a_trusted_organisation_publishes_at_once_others_are_read_before(tmp_path: Path) -> None:
    bring(tmp_path, trusted(), vevent("a"))
    bring(tmp_path, organisation(), vevent("b"))
    assert list(Event.objects.order_by("pk").values_list("state", flat=True)) == ["published", "proposed"]
    assert Listing.objects.count() == 1


def test_A8_another_date_is_told_with_the_former_one(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a", **at(10)))
    was = Session.objects.get().starts_at
    assert counts(bring(tmp_path, house, vevent("a", **at(12)))) == (0, 1, 0, 0, 0)
    session = Session.objects.get()
    assert (session.status, session.former_starts_at, session.sequence) == ("rescheduled", was, 1)
    assert list(SessionChange.objects.values_list("kind", "former_starts_at")) == [("rescheduled", was)]
    assert Listing.objects.get().starts_at == session.starts_at


def test_A8_cancelled_by_the_source_then_held_after_all(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a"))
    bring(tmp_path, house, vevent("a", STATUS="CANCELLED", SEQUENCE="1"))
    session = Session.objects.get()
    assert (session.status, session.sequence, session.event.state) == ("cancelled", 1, "published")
    bring(tmp_path, house, vevent("a", SEQUENCE="2"))
    session.refresh_from_db()
    assert (session.status, session.sequence) == ("scheduled", 2)
    assert list(SessionChange.objects.values_list("kind", flat=True)) == ["cancelled", "restored"]


def test_A3_another_place_is_told(tmp_path: Path) -> None:
    house, place = trusted(), site(commune=town("Épinal", postal_codes=["88000"]), name="Maison de l’emploi")
    bring(tmp_path, house, vevent("a", LOCATION="Salle des fêtes\\, Épinal"))
    bring(tmp_path, house, vevent("a", LOCATION="Maison de l’emploi\\, 88000 Épinal"))
    session = Session.objects.get()
    assert (session.status, session.site, session.former_place) == ("moved-place", place, "Salle des fêtes, Épinal")
    bring(tmp_path, house, vevent("a", LOCATION="En ligne"))
    session.refresh_from_db()
    assert (session.status, session.attendance, session.site) == ("moved-online", "online", None)


def test_A6_what_is_given_no_more_is_withdrawn_and_comes_back(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a"), vevent("b"))
    assert counts(bring(tmp_path, house, vevent("a"))) == (0, 0, 1, 1, 0)
    gone = Event.objects.get(source_uid="b")
    assert (gone.state, gone.state_reason) == ("withdrawn", "La source ne le donne plus.")
    assert list(Listing.objects.order_by("event_id").values_list("shown", flat=True)) == [True, False]
    assert counts(bring(tmp_path, house, vevent("a"), vevent("b"))) == (0, 1, 1, 0, 0)
    gone.refresh_from_db()
    assert (gone.state, first_session(gone).sequence) == ("published", 2)


def test_A6_what_is_past_is_never_withdrawn(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a", **at(-10)), vevent("b"))
    assert counts(bring(tmp_path, house, vevent("b"))) == (0, 0, 1, 0, 0)


def test_A6_what_people_withdrew_does_not_come_back(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a"))
    states.withdraw(event=Event.objects.get(), reason="Hors sujet.", actor=None)
    bring(tmp_path, house, vevent("a", SUMMARY="Atelier renommé"))
    assert list(Event.objects.values_list("state", "title")) == [("withdrawn", "Atelier renommé")]


def test_A6_a_source_that_suddenly_gives_almost_nothing_withdraws_nothing(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, *(vevent(f"n{number}") for number in range(12)))
    report = bring(tmp_path, house, vevent("n0"))
    assert (counts(report), report.suspicious[:52]) == (
        (0, 0, 1, 0, 0), "L’agenda ne donne plus 11 des 12 évènements à venir ",
    )  # fmt: skip
    assert Event.objects.filter(state="published").count() == 12
    assert bring(tmp_path, house, vevent("n0"), withdraw=True).withdrawn == 11


def test_A6_two_files_of_one_organisation_do_not_withdraw_each_other(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a"))
    other = written(tmp_path, calendar(vevent("b")), "autre.ics")
    assert counts(run_file(other, "ics", house)) == (1, 0, 0, 0, 0)


def test_A6_a_newer_file_of_another_name_follows_the_former(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a"), vevent("b"), vevent("c"))
    newer = written(tmp_path, calendar(vevent("a"), vevent("b")), "agenda-v2.ics")
    assert counts(run_file(newer, "ics", house)) == (0, 0, 2, 1, 0)


def test_A6_what_people_edited_since_stays(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a", DESCRIPTION="Un."))
    writing.edit_event(event=Event.objects.get(), values={"title": "Mieux dit"}, actor=None)
    bring(tmp_path, house, vevent("a", SUMMARY="Dit autrement", DESCRIPTION="Deux."))
    assert list(Event.objects.values_list("title", "description")) == [("Mieux dit", "Deux.")]


def test_A5_words_of_an_organisation_that_is_read_wait_and_dates_do_not(tmp_path: Path) -> None:
    house = organisation()
    bring(tmp_path, house, vevent("a", **at(10)))
    states.publish(event=Event.objects.get(), actor=None)
    renamed = vevent("a", SUMMARY="Atelier A", STATUS="CANCELLED", **at(10))
    assert counts(bring(tmp_path, house, renamed)) == (0, 1, 0, 0, 0)
    assert (Event.objects.get().title, Session.objects.get().status) == ("Atelier a", "cancelled")
    assert Revision.objects.get(state="waiting").values == {"title": "Atelier A"}
    again = vevent("a", SUMMARY="Atelier B", STATUS="CANCELLED", **at(10))
    assert counts(bring(tmp_path, house, again)) == (0, 1, 0, 0, 0)
    assert Revision.objects.get(state="waiting").values == {"title": "Atelier B"}
    assert counts(bring(tmp_path, house, again)) == (0, 0, 1, 0, 0)


def test_A8_a_date_taken_out_of_a_rule_is_cancelled_and_new_ones_are_added(tmp_path: Path) -> None:
    house = trusted()
    rule = {"RRULE": "FREQ=WEEKLY;COUNT=4", **at(10)}
    bring(tmp_path, house, vevent("a", **rule))
    start = soon(17)
    assert Session.objects.count() == 4
    bring(tmp_path, house, vevent("a", **rule, EXDATE=f"{start:%Y%m%dT%H%M%S}"))
    assert list(Session.objects.order_by("starts_at").values_list("status", flat=True)) == [
        "scheduled", "cancelled", "scheduled", "scheduled",
    ]  # fmt: skip
    bring(tmp_path, house, vevent("a", **rule | {"RRULE": "FREQ=WEEKLY;COUNT=5"}))
    assert list(Session.objects.order_by("starts_at").values_list("status", flat=True)) == ["scheduled"] * 5


def test_A8_every_date_of_a_rule_that_moves_is_told_moved(tmp_path: Path) -> None:
    house = trusted()
    bring(tmp_path, house, vevent("a", RRULE="FREQ=WEEKLY;COUNT=3", **at(10)))
    kept = set(Session.objects.values_list("public_id", flat=True))
    bring(tmp_path, house, vevent("a", RRULE="FREQ=WEEKLY;COUNT=3", **at(11)))
    assert set(Session.objects.values_list("public_id", flat=True)) == kept
    assert list(Session.objects.values_list("status", flat=True)) == ["rescheduled"] * 3


def test_A6_a_rehearsal_writes_nothing(tmp_path: Path) -> None:
    report = bring(tmp_path, trusted(), vevent("a"), dry_run=True)
    assert (counts(report), Event.objects.count(), ImportRun.objects.count()) == ((1, 0, 0, 0, 0), 0, 0)


def test_A6_events_that_were_never_public_leave_without_a_word(tmp_path: Path) -> None:
    house = organisation()
    bring(tmp_path, house, vevent("a"), vevent("b"))
    assert bring(tmp_path, house, vevent("a")).withdrawn == 1
    gone = Event.objects.get(source_uid="b")
    assert (gone.state, gone.is_public) == ("refused", False)
    bring(tmp_path, house, vevent("a"), vevent("b"))
    gone.refresh_from_db()
    assert gone.state == "proposed"


def test_R13_a_reading_is_in_the_journal_once(tmp_path: Path) -> None:
    bring(tmp_path, trusted(), vevent("a"), vevent("b"))
    lines = JournalEntry.objects.filter(verb="agenda.read").values_list("changes__created", flat=True)
    assert list(lines) == [[None, 2]]


def test_slugs_are_free_and_titles_alike_have_their_day(tmp_path: Path) -> None:
    house = trusted()
    title = {"SUMMARY": "Atelier CV"}
    bring(tmp_path, house, vevent("a", **title), vevent("b", **title), vevent("c", **title))
    day = timezone.localdate() + timedelta(days=10)
    slugs = list(Event.objects.order_by("pk").values_list("slug", flat=True))
    assert slugs[:2] == ["atelier-cv", f"atelier-cv-{day:%Y-%m-%d}"]
    assert len(set(slugs)) == 3
