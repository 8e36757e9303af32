"""Every state of an event can be left by who wrote it; an agenda is followed no more (A5, A6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from core.models import JournalEntry
from events.forms_rule import RuleForm
from events.models import Event, Source
from events.services import giving_up, states
from events.services.importing import Feed, apply
from members.models import Mandate
from tests import factories as make
from tests.events.importing import items, trusted, vevent
from tests.events.tools import draft, published

pytestmark = pytest.mark.django_db
RULE = {
    "rhythm": "WEEKLY", "every": "1", "first": "2027-03-16", "until": "2027-04-06", "starts": "16:00", "ends": "14:00",
}  # fmt: skip


@pytest.fixture
def house() -> Any:
    return make.organisation(slug="la-maison", name="La Maison")


@pytest.fixture
def member(house: Any, client: Client) -> Any:
    user = make.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client.force_login(user)
    return user


def source_of(house: Any) -> Source:
    return Source.objects.create(slug="essai", name="Essai", format="ics", organisation=house, url="https://a.invalid")


def refused(event: Event) -> Event:
    states.submit(event=event, actor=None, at_once=False)
    return states.refuse(event=event, reason="Non.", actor=None)


def test_A5_a_draft_is_deleted_after_a_page_that_says_so(client: Client, member: Any, house: Any) -> None:
    event = draft(organisation=house)
    url = reverse("pro_event_discard", args=[event.slug])
    assert client.get(url).context["may"] is True
    assert Event.objects.count() == 1
    assert client.post(url).headers["Location"] == "/pro/agenda/?pile=brouillons"
    assert Event.objects.count() == 0
    last = JournalEntry.objects.latest("pk")
    assert (last.verb, last.target_key, last.actor_key) == ("event.delete", str(event.pk), member.journal_key)


def test_A5_a_refused_event_is_given_up(client: Client, member: Any, house: Any) -> None:
    event = refused(draft(organisation=house))
    client.post(reverse("pro_event_discard", args=[event.slug]))
    assert Event.objects.count() == 0


def test_A5_what_was_public_is_never_deleted(client: Client, member: Any, house: Any) -> None:
    event = published(organisation=house)
    client.post(reverse("pro_event_discard", args=[event.slug]))
    assert Event.objects.get().state == "published"
    states.withdraw(event=event, reason="Erreur.", actor=None)
    with pytest.raises(ValidationError):
        giving_up.discard(event=event, actor=member)


def test_A5_a_proposal_is_taken_back_before_it_is_read_not_after(client: Client, member: Any, house: Any) -> None:
    event = states.submit(event=draft(organisation=house), actor=member, at_once=False)
    url = reverse("pro_event_take_back", args=[event.slug])
    assert client.get(url).context["may"] is True
    client.post(url)
    event.refresh_from_db()
    assert (event.state, event.proposed_at) == ("draft", None)
    states.publish(event=event, actor=None)
    client.post(url)
    event.refresh_from_db()
    assert event.state == "published"


def test_A5_an_officer_takes_back_nobody_elses_proposal(client: Client, house: Any) -> None:
    event = states.submit(event=draft(organisation=house), actor=None, at_once=False)
    client.force_login(make.region_staff())
    for name in ("pro_event_take_back", "pro_event_discard"):
        assert client.post(reverse(name, args=[event.slug])).status_code == 404


def test_A6_what_a_followed_agenda_gives_and_was_given_up_stays_out_of_sight(
    client: Client, member: Any, house: Any, tmp_path: Path
) -> None:
    source = source_of(house)
    apply(feed=Feed.of_source(source), items=items(tmp_path, vevent("a")))
    event = states.refuse(event=Event.objects.get(), reason="Non.", actor=None)
    client.post(reverse("pro_event_discard", args=[event.slug]))
    assert client.get("/pro/agenda/?pile=brouillons").context["lines"] == []
    report = apply(feed=Feed.of_source(source), items=items(tmp_path, vevent("a", SUMMARY="Autre titre")))
    assert (report.created, Event.objects.get().state) == (0, "refused")
    assert client.get("/pro/agenda/?pile=brouillons").context["lines"] == []


def test_A6_an_agenda_is_followed_no_more_and_its_events_stay(client: Client, member: Any, tmp_path: Path) -> None:
    house = trusted(slug="de-confiance")
    Mandate.objects.create(user=member, organisation=house, role=Mandate.Role.MEMBER)
    source = source_of(house)
    apply(feed=Feed.of_source(source), items=items(tmp_path, vevent("a"), vevent("b")))
    url = reverse("pro_source_unfollow", args=[source.slug])
    assert client.get(url).context["events"] == 2
    client.post(url)
    assert Source.objects.count() == 0
    assert Event.objects.filter(state="published", source=None, source_uid="").count() == 2
    assert JournalEntry.objects.latest("pk").verb == "source.remove"


def test_A3_a_rule_that_ends_before_it_begins_is_refused_like_a_date() -> None:
    form = RuleForm(RULE)
    assert not form.is_valid()
    assert list(form.errors) == ["ends"]
    whole = RuleForm(RULE | {"overnight": "on"})
    assert whole.is_valid()
    late = RuleForm(RULE | {"overnight": "on", "starts": "14:00", "ends": "16:00"})
    assert list(late.errors) == ["overnight"]


def test_S4_a_day_left_out_without_its_year_is_told_how_to_be_written() -> None:
    form = RuleForm(RULE | {"ends": "18:00", "skipped": "Janvier"})
    said = "«\u00a0Janvier\u00a0» n’est pas un jour. Écrivez le jour, le mois et l’année, par exemple 24/12/2027\u00a0;"
    assert form.errors["skipped"] == [f"{said} des virgules entre les jours."]
    spaced = RuleForm(RULE | {"ends": "18:00", "skipped": "23/03/2027 30/03/2027"})
    assert spaced.is_valid()
    assert [day.day for day in spaced.cleaned_data["skipped"]] == [23, 30]
