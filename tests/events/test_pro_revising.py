"""Another wording of a published event waits aside until it is read (A5)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from core.models import JournalEntry
from events.models import Revision
from events.services import revising
from events.services.states import withdraw
from events.services.writing import edit_event
from tests.events.tools import draft, published
from tests.factories import professional

pytestmark = pytest.mark.django_db


def test_A5_the_live_text_stays_until_the_revision_is_accepted() -> None:
    event, author = published(title="Forum des métiers", sectors=["bois"]), professional()
    revision = revising.propose_edit(
        event=event, values={"title": "Grand forum", "sectors": ["industrie", "bois"], "free": True}, actor=author
    )
    event.refresh_from_db()
    assert revision is not None
    assert (event.title, revision.values, revision.before) == (
        "Forum des métiers", {"title": "Grand forum", "sectors": ["bois", "industrie"]},
        {"title": "Forum des métiers", "sectors": ["bois"]},
    )  # fmt: skip
    assert revising.diff(revision) == [
        ("Titre", "Forum des métiers", "Grand forum"), ("Secteurs", "Bois", "Bois, Industrie"),
    ]  # fmt: skip
    changes = revising.accept(revision, professional())
    event.refresh_from_db()
    assert (event.title, event.sectors, sorted(changes)) == ("Grand forum", ["bois", "industrie"], ["sectors", "title"])
    assert revising.diff(Revision.objects.get()) == [
        ("Titre", "Forum des métiers", "Grand forum"), ("Secteurs", "Bois", "Bois, Industrie"),
    ]  # fmt: skip


def test_A5_a_refusal_has_a_reason_and_leaves_the_event_as_it_is() -> None:
    event = published(summary="Avant")
    revision = revising.propose_edit(event=event, values={"summary": "Après"}, actor=None)
    assert revision is not None
    with pytest.raises(ValidationError, match="pourquoi"):
        revising.refuse(revision, "  ", None)
    assert revising.refuse(revision, " Trop vague. ", None).reason == "Trop vague."
    event.refresh_from_db()
    assert (event.summary, revision.state) == ("Avant", Revision.State.REFUSED)


def test_A5_a_second_proposal_takes_the_place_of_the_first_and_keeps_what_it_does_not_say() -> None:
    event = published(title="Un", summary="Deux")
    revising.propose_edit(event=event, values={"title": "Premier"}, actor=None)
    again = revising.propose_edit(event=event, values={"summary": "Second"}, actor=professional())
    assert again is not None
    assert again.values == {"title": "Premier", "summary": "Second"}
    assert list(Revision.objects.order_by("pk").values_list("state", flat=True)) == ["replaced", "waiting"]
    assert revising.as_proposed(event)["title"] == "Premier"


def test_A5_what_comes_back_to_the_live_text_waits_no_more() -> None:
    event = published(title="Un")
    revising.propose_edit(event=event, values={"title": "Autre"}, actor=None)
    assert revising.propose_edit(event=event, values={"title": "Un"}, actor=None) is None
    assert revising.waiting(event) is None


def test_A5_the_same_proposal_twice_is_one() -> None:
    event = published(title="Un")
    first = revising.propose_edit(event=event, values={"title": "Autre"}, actor=None)
    assert revising.propose_edit(event=event, values={"title": "Autre"}, actor=None) == first
    assert JournalEntry.objects.filter(verb="event.revise").count() == 1


def test_A5_two_officers_decide_once() -> None:
    event = published(title="Un")
    revision = revising.propose_edit(event=event, values={"title": "Autre"}, actor=None)
    assert revision is not None
    other = Revision.objects.get()
    revising.accept(revision, None)
    with pytest.raises(ValidationError, match="déjà reçu"):
        revising.refuse(other, "Non.", None)


def test_A5_the_diff_of_what_waits_is_with_what_is_published_now() -> None:
    event = published(title="Un", summary="A")
    revision = revising.propose_edit(event=event, values={"title": "Deux", "summary": "B"}, actor=None)
    assert revision is not None
    edit_event(event=event, values={"summary": "B", "title": "Un et demi"}, actor=None)
    assert revising.diff(Revision.objects.get()) == [("Titre", "Un et demi", "Deux")]


@pytest.mark.parametrize(
    "values", [{"title": "x" * 201}, {"registration_mode": "link"}, {"kind": "fête"}, {"age_min": 30, "age_max": 20}]
)
def test_A5_what_could_not_be_published_is_not_kept_aside(values: dict[str, object]) -> None:
    event = published()
    with pytest.raises(ValidationError):
        revising.propose_edit(event=event, values=values, actor=None)
    assert Revision.objects.count() == 0


def test_A5_only_a_published_event_is_revised() -> None:
    with pytest.raises(ValidationError, match="changé d’état"):
        revising.propose_edit(event=draft(), values={"title": "Autre"}, actor=None)
    event = published()
    revision = revising.propose_edit(event=event, values={"title": "Autre"}, actor=None)
    assert revision is not None
    withdraw(event=event, reason="Fini.", actor=None)
    with pytest.raises(ValidationError, match="changé d’état"):
        revising.accept(revision, None)
    assert revising.waiting(event) == revision
