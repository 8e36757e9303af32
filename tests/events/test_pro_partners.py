"""Partners are chosen among the organisations of the portal, and read first where words are (A1, A5, S4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from events.models import Event, Revision, Trust
from events.services import organising, revising
from events.services.writing import partners_of
from members.models import Mandate, Organisation
from tests import factories as make
from tests.events.test_pro_pages import NEW, _in_march, page, typed  # noqa: F401 (a fixture)
from tests.events.tools import draft, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Any:
    return make.organisation(slug="la-maison", name="La Maison")


@pytest.fixture
def others() -> list[Organisation]:
    return [make.organisation(slug=slug, name=name) for slug, name in (("cio", "CIO"), ("mission", "Mission locale"))]


@pytest.fixture
def browser(house: Any, client: Client) -> Client:
    user = make.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client.force_login(user)
    return client


def test_A1_partners_are_chosen_and_shown_with_links(browser: Client, house: Any, others: Any) -> None:
    Trust.objects.create(organisation=house)
    assert [slug for slug, _ in browser.get(page("pro_event_new")).context["form"].fields["partners"].choices] == [
        "cio", "mission",
    ]  # fmt: skip
    browser.post(page("pro_event_new"), NEW | {"partners": ["mission", "cio"], "partners_text": "La fanfare"})
    event = Event.objects.get()
    assert partners_of(event) == ["cio", "mission"]
    browser.post(page("pro_event_publish", event.slug))
    shown = browser.get(event.get_absolute_url())
    assert shown.context["partners"] == [("CIO", "/organismes/cio/"), ("Mission locale", "/organismes/mission/")]
    assert '<a href="/organismes/cio/">CIO</a>' in shown.content.decode()


def test_S4_who_is_not_of_the_portal_nor_oneself_is_no_partner(browser: Client, house: Any, others: Any) -> None:
    for wrong in ("inconnu", "la-maison"):
        answer = browser.post(page("pro_event_new"), NEW | {"partners": [wrong]})
        assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["partners"])
    assert Event.objects.count() == 0


def test_S4_two_people_who_write_at_once_keep_each_their_partners_and_title(
    browser: Client, house: Any, others: Any
) -> None:
    event = draft(organisation=house, title="Un", partners=["cio"])
    form = typed(browser.get(page("pro_event_edit", event.slug)).context["form"])
    assert form["partners"] == ["cio"]
    browser.post(page("pro_event_edit", event.slug), form | {"partners": ["mission"]})
    browser.post(page("pro_event_edit", event.slug), form | {"title": "Deux"})
    event.refresh_from_db()
    assert (event.title, partners_of(event)) == ("Deux", ["mission"])
    asked = browser.post(page("pro_event_edit", event.slug), form | {"partners": ["cio", "mission"]})
    assert asked.context["conflict"] == [{"label": "Partenaires", "saved": "Mission locale"}]


def test_A5_partners_of_a_published_event_are_read_first(browser: Client, house: Any, others: Any) -> None:
    event = published(organisation=house)
    form = typed(browser.get(page("pro_event_edit", event.slug)).context["form"])
    browser.post(page("pro_event_edit", event.slug), form | {"partners": ["cio"]})
    revision = Revision.objects.get()
    assert (partners_of(event), revising.diff(revision)) == ([], [("Partenaires", "(vide)", "CIO")])
    assert browser.get(page("pro_event_preview", event.slug)).context["partners"] == "CIO"
    assert browser.get(page("pro_event_edit", event.slug)).context["form"]["partners"].value() == ["cio"]
    revising.accept(revision, None)
    assert partners_of(event) == ["cio"]


def test_A1_a_copy_has_the_same_partners(house: Any, others: Any) -> None:
    event = draft(organisation=house, partners=["cio", "mission"])
    assert partners_of(organising.copy(event=event, actor=make.person())) == ["cio", "mission"]


def test_A1_a_partner_that_left_stays_where_it_was(browser: Client, house: Any, others: Any) -> None:
    event = draft(organisation=house, partners=["cio"])
    Organisation.objects.filter(slug="cio").update(status="left")
    form = browser.get(page("pro_event_edit", event.slug)).context["form"]
    assert [slug for slug, _ in form.fields["partners"].choices] == ["cio", "mission"]
    browser.post(page("pro_event_edit", event.slug), typed(form) | {"title": "Autre"})
    assert partners_of(event) == ["cio"]
