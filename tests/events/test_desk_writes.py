"""The agencies and the Region announce events too; drafts stay their authors' (A5, S3)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from events.models import Event
from events.services.states import submit
from tests.events.test_moderation_desk import LIST, serving, signed_in
from tests.events.test_pro_pages import NEW
from tests.events.tools import date_of, draft
from tests.factories import organisation, region_staff, town

pytestmark = pytest.mark.django_db
WRITE = "/pro/agenda/nouveau/"


def form(place: Any = None, **more: Any) -> dict[str, Any]:
    said = NEW | {"key": str(uuid4()), "next": "1"} | more
    if place is not None:
        where = {"attendance": "place", "where": "address", "address": "1 rue du Lac", "commune": place.name}
        said |= where
    return {name: value for name, value in said.items() if name != "save"}


def written(user: Any, **data: Any) -> Event:
    """By the form, then its next page, to the end; as it then stands."""
    client = signed_in(user)
    assert client.get(WRITE).status_code == 200
    answer = client.post(WRITE, form(**data))
    assert answer.status_code == 302, [f.errors for f in answer.context["forms"]]
    event = Event.objects.latest("pk")
    assert client.post(reverse("pro_event_publish", args=[event.slug])).status_code == 302
    assert client.get(reverse("pro_event", args=[event.slug])).status_code == 200
    return Event.objects.get(pk=event.pk)


def test_A5_an_officer_announces_for_an_organisation_at_once() -> None:
    place, house = town("Épinal"), organisation(slug="la-maison")
    user = serving(place)
    event = written(user, place=place, organisme="la-maison")
    assert (event.state, event.organisation, event.agency, event.author_key) == (
        "published", house, place.agency, user.journal_key,
    )  # fmt: skip


def test_A5_the_region_announces_for_nobody_of_the_portal() -> None:
    event = written(region_staff(), organisme="", organiser_name="La mairie de Troyes")
    assert (event.state, event.organisation, event.organiser) == ("published", None, "La mairie de Troyes")


def test_A5_at_the_desk_somebody_organises() -> None:
    answer = signed_in(region_staff()).post(WRITE, form(organisme="", organiser_name=" "))
    assert (answer.status_code, Event.objects.count()) == (200, 0)
    assert answer.context["form"].errors["organiser_name"] == ["Dites qui organise."]


def test_A5_what_takes_place_elsewhere_is_read_by_the_other_agency() -> None:
    here, there = town("Épinal"), town("Troyes")
    event = written(serving(here), place=there, organisme="", organiser_name="La Région")
    assert (event.state, event.agency) == ("proposed", there.agency)


def test_A5_online_an_officer_s_own_agency_reads_it() -> None:
    place = town("Épinal")
    event = written(serving(place), organisme="", organiser_name="L’agence")
    assert (event.state, event.agency) == ("published", place.agency)


def test_A5_the_button_is_on_both_lists() -> None:
    place = town("Épinal")
    for user in (serving(place), region_staff()):
        client = signed_in(user)
        for page in ("/pro/agenda/", LIST):
            assert f'href="{WRITE}"' in client.get(page).content.decode()


def test_S2_a_draft_is_its_team_s_alone() -> None:
    place, house = town("Épinal"), organisation()
    event = draft(date_of(commune=place), organisation=house)
    for user in (serving(place), region_staff()):
        client = signed_in(user)
        assert list(client.get(LIST).context["cl"].queryset) == []
        pages = (f"{LIST}{event.pk}/change/", f"/pro/agenda/{event.slug}/", f"/pro/agenda/{event.slug}/apercu/",
                 f"/agenda/{event.slug}/")  # fmt: skip
        assert [client.get(page).status_code for page in pages] == [404, 404, 404, 404]
        assert client.post(f"{LIST}{event.pk}/publier/").status_code == 404
        assert event.title not in client.get("/pro/agenda/?pile=brouillons").content.decode()
    submit(event=event, actor=None, at_once=False)
    for user in (serving(place), region_staff()):
        client = signed_in(user)
        assert client.get(f"{LIST}{event.pk}/change/").status_code == 200
        assert client.get(f"/pro/agenda/{event.slug}/apercu/").status_code == 200


def test_S2_a_stranger_s_proposal_is_nobody_s_until_it_is_confirmed() -> None:
    event = draft(date_of(commune=town("Épinal")))
    Event.objects.filter(pk=event.pk).update(proposer_email="x@exemple.invalid")
    assert signed_in(region_staff()).get(f"/pro/agenda/{event.slug}/").status_code == 404
