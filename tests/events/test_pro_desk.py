"""What waits in `/pro/` for those who write events (E4, A5)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.desk import menu, waiting
from events.services import revising
from events.services.states import refuse, submit
from members.models import Mandate
from tests import factories as make
from tests.events.tools import draft, published

pytestmark = pytest.mark.django_db


def test_A5_refused_events_refused_wordings_and_drafts_wait_for_their_team_alone() -> None:
    house = make.organisation()
    user = make.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    refused = refuse(
        event=submit(event=draft(organisation=house), actor=None, at_once=False), reason="Sans lien.", actor=None
    )
    live = published(organisation=house)
    revision = revising.propose_edit(event=live, values={"summary": "Autre"}, actor=user)
    assert revision is not None
    revising.refuse(revision, "Trop vague.", None)
    for _ in range(2):
        draft(organisation=house)
    draft(organisation=make.organisation())
    found = {line["key"]: (line["count"], line["url"]) for line in waiting("pro", user)}
    assert {key: found[key] for key in ("events-refused", "events-revised", "events-drafts")} == {
        "events-refused": (1, reverse("pro_event", args=[refused.slug])),
        "events-revised": (1, reverse("pro_event", args=[live.slug])),
        "events-drafts": (2, f"{reverse('pro_events')}?pile=brouillons"),
    }
    revising.propose_edit(event=live, values={"summary": "Encore autre"}, actor=user)
    assert "events-revised" not in {line["key"] for line in waiting("pro", user)}
    assert [line for line in waiting("pro", make.professional()) if line["key"].startswith("events-")] == []


def test_A5_the_agenda_is_in_the_menu_of_who_works_in_the_spro() -> None:
    names = {entry.url_name for entry in menu(make.professional())}
    assert "pro_events" in names
    assert "pro_events" not in {entry.url_name for entry in menu(make.person())}
