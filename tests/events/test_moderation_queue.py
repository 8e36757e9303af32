"""A queue read with ease: the soonest first, several at once, nothing typed is lost, doubles told apart (A5, S3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from core.models import OutboxMail
from events import radar
from events.models import DistinctPair, Event, Revision, Session, Source, Trust
from events.services import duplicates, revising
from events.services.states import submit, withdraw
from events.services.trusting import grant
from tests.events.test_moderation_desk import LIST, act, serving, signed_in, state, waiting
from tests.events.tools import date_of, draft, published
from tests.factories import organisation, person, region_staff, town

pytestmark = pytest.mark.django_db


def on_day(days: int, place: Any, **values: Any) -> Event:
    event = draft(date_of(timezone.now() + timedelta(days=days), commune=place), **values)
    return submit(event=event, actor=None, at_once=False)


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_S3_what_takes_place_soonest_is_read_first() -> None:
    place = town("Épinal")
    late, soon, middle = on_day(30, place), on_day(3, place), on_day(9, place)
    shown = signed_in(serving(place)).get(f"{LIST}?due=a-relire").context["cl"].result_list
    assert list(shown) == [soon, middle, late]


def test_S3_several_are_published_at_once_and_each_is_told() -> None:
    place = town("Épinal")
    one, two, undated = on_day(3, place), on_day(4, place), on_day(5, place, title="Sans date")
    Session.objects.filter(event=undated).delete()
    far = on_day(6, town("Troyes"))
    client = signed_in(serving(place))
    keys = [event.pk for event in (one, two, undated, far)]
    answer = client.post(LIST, {"action": "publish_chosen", "_selected_action": keys})
    assert [state(event) for event in (one, two, undated, far)] == ["published", "published", "proposed", "proposed"]
    assert said(answer) == [
        "Évènements publiés\u00a0: 2.",
        "Laissés tels quels\u00a0: «\u00a0Sans date\u00a0» (Donnez au moins une date avant de publier.).",
    ]


def test_S3_publish_and_go_to_the_next() -> None:
    place = town("Épinal")
    first, second, third = on_day(3, place), on_day(4, place), on_day(5, place)
    client = signed_in(serving(place))

    def next_of(event: Event, word: str, **more: Any) -> str:
        event.refresh_from_db()
        read = {"seen": event.updated_at.isoformat(), "was": event.state, "next": "1"}
        return str(client.post(f"{LIST}{event.pk}/{word}/", read | more).headers["Location"])

    assert next_of(second, "publier") == f"{LIST}{third.pk}/change/"
    assert next_of(third, "refuser", reason="Non.", answer="non") == f"{LIST}{first.pk}/change/"
    assert next_of(first, "publier") == LIST


def test_A5_the_reason_typed_is_kept_when_the_event_changed() -> None:
    event, client = waiting(town("Épinal")), signed_in(region_staff())
    old = {"seen": "2020-01-01T00:00:00+00:00", "was": "proposed", "reason": "Il manque l’adresse.", "answer": "non"}
    answer = client.post(f"{LIST}{event.pk}/refuser/", old)
    assert (answer.status_code, state(event)) == (200, "proposed")
    assert answer.context["refusal"]["reason"].value() == "Il manque l’adresse."
    assert answer.context["answering"] == "refusal"
    submitted = {"seen": Event.objects.get().updated_at.isoformat(), "was": "proposed"}
    act(signed_in(region_staff()), event, "publier")
    late = client.post(f"{LIST}{event.pk}/refuser/", submitted | {"reason": "Trop tard."})
    assert late.context["typed"]["reason"].value() == "Trop tard."
    assert "Trop tard." in late.content.decode()


def test_A5_the_reason_of_a_revision_is_kept_too() -> None:
    event, client = published(date_of(commune=town("Épinal"))), signed_in(region_staff())
    revision = revising.propose_edit(event=event, values={"title": "Autre"}, actor=None)
    assert revision is not None
    revising.accept(Revision.objects.get(), None)
    late = client.post(f"/admin/events/revision/{revision.pk}/refuser/", {"reason": "Trop tard."})
    assert (late.status_code, "Trop tard." in late.content.decode()) == (200, True)


@pytest.mark.parametrize(("answer", "subject"), [("completer", "À compléter"), ("non", "Évènement refusé")])
def test_A5_the_letter_says_the_outcome_and_whom_to_ask(answer: str, subject: str) -> None:
    author, place = person(), town("Épinal")
    event = waiting(place, title="Forum")
    Event.objects.filter(pk=event.pk).update(author_key=author.journal_key)
    told = act(signed_in(region_staff()), event, "refuser", reason="Donnez l’adresse.", answer=answer)
    mail = OutboxMail.objects.get(key__startswith="event_refused")
    assert mail.subject == f"{subject} : Forum"
    assert f"/territoires/{place.agency.slug}/" in mail.text
    assert told == [
        "«\u00a0Forum\u00a0» n’entre pas dans l’agenda\u00a0; le motif part par courriel à qui l’a proposé."
    ]


def test_A5_no_letter_is_claimed_when_none_leaves() -> None:
    event = waiting(town("Épinal"), title="Forum")
    told = act(signed_in(region_staff()), event, "refuser", reason="Non.", answer="non")
    assert OutboxMail.objects.count() == 0
    assert told[0].endswith("aucun courriel ne part\u00a0: nous ne connaissons l’adresse de personne.")


def test_A5_two_events_told_apart_are_not_offered_again() -> None:
    place = town("Épinal")
    one, other = published(date_of(commune=place), title="Forum"), waiting(place, title="Forum")
    client = signed_in(serving(place))
    assert [event for event, _ in duplicates.find(other)] == [one]
    for _ in range(2):
        answer = client.post(f"{LIST}{one.pk}/comparer/{other.pk}/", {"distincts": "1"})
        assert answer.headers["Location"] == f"{LIST}{other.pk}/change/"
    assert (duplicates.find(other), duplicates.find(one), DistinctPair.objects.count()) == ([], [], 1)
    assert (state(one), state(other)) == ("published", "proposed")


def test_A5_any_two_events_are_compared_by_address_or_title() -> None:
    place = town("Épinal")
    one, other = published(date_of(commune=place), title="Salon du bois"), waiting(place, title="Tout autre chose")
    client, kept = signed_in(serving(place)), f"{LIST}{one.pk}/comparer/{other.pk}/"
    for typed in (f"https://exemple.invalid/agenda/{one.slug}/", one.slug, "SALON DU BOIS"):
        answer = client.post(f"{LIST}{other.pk}/comparer/", {"autre": typed})
        assert answer.headers["Location"] == kept
    far = published(date_of(commune=town("Troyes")), title="Loin")
    for typed in (far.slug, "", "rien\x00"):
        answer = client.post(f"{LIST}{other.pk}/comparer/", {"autre": typed})
        assert answer.headers["Location"] == f"{LIST}{other.pk}/change/"


def test_A5_an_organisation_s_name_is_not_taken_for_the_organiser() -> None:
    place = town("Épinal")
    one = published(date_of(commune=place), title="Forum", organisation=organisation())
    other = waiting(place, title="Forum", organiser_name="La mairie")
    fields = signed_in(region_staff()).get(f"{LIST}{one.pk}/comparer/{other.pk}/").context["fields"]
    assert fields == []


def test_G6_a_proposal_that_clashes_is_told_on_the_radar_and_beside_publish() -> None:
    here = town("Épinal")
    held = published(date_of(timezone.now() + timedelta(days=20), commune=here), kind="forum", title="A")
    event = on_day(22, here, kind="salon", title="B")
    found = radar.clashes(radar.Asked()).found
    assert [(c.first.title, c.second.title, c.second.proposed, c.days) for c in found] == [("A", "B", True, 2)]
    client = signed_in(serving(here))
    page = client.get(f"{LIST}{event.pk}/change/")
    assert [line["other"]["event"].event for line in page.context["clashes"]] == [held.pk]
    assert "proposé" in client.get(f"{LIST}radar/").content.decode()
    assert radar.clashes(radar.Asked(agencies=frozenset({town("Troyes").agency_id}))).found == []
    small = on_day(21, here, kind="atelier")
    assert radar.clashes_of(small) == []
    withdraw(event=held, reason="Annulé.", actor=None)
    assert radar.clashes_of(event) == []


def test_A5_trust_can_publish_what_waits() -> None:
    place, house, other = town("Épinal"), organisation(), organisation(status="left")
    one, two = waiting(place, organisation=house), waiting(place)
    client = signed_in(region_staff())
    page = client.get("/admin/events/trust/add/")
    choices = [row.pk for row in page.context["adminform"].form.fields["organisation"].queryset]
    assert (house.pk in choices, other.pk in choices) == (True, False)
    data = {"organisation": house.pk, "publish_waiting": "on"}
    assert client.post("/admin/events/trust/add/", data).status_code == 302
    assert (state(one), state(two), Trust.objects.count()) == ("published", "proposed", 1)
    again = client.get("/admin/events/trust/add/").context["adminform"].form.fields["organisation"].queryset
    assert house not in again


def test_A5_trust_says_what_still_waits() -> None:
    house = organisation()
    waiting(town("Épinal"), organisation=house)
    trust = grant(organisation=house, actor=None)
    page = signed_in(region_staff()).get(f"/admin/events/trust/{trust.pk}/change/")
    assert page.context["waiting"] == 1
    held = signed_in(region_staff()).get(page.context["waiting_url"]).context["cl"]
    assert held.result_count == 1


def test_A6_the_region_reads_since_when_a_source_is_out() -> None:
    source = Source.objects.create(
        slug="s", name="S", organisation=organisation(), format="ics", url="https://exemple.invalid/a.ics", failures=4,
        last_success_at=timezone.now().replace(year=2026, month=3, day=2, hour=12),
    )  # fmt: skip
    page = signed_in(region_staff()).get("/admin/events/source/?due=en-echec")
    assert list(page.context["cl"].result_list) == [source]
    assert "2 mars" in page.content.decode()
