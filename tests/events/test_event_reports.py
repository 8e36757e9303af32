"""An error told of the page of an event goes to who looks after it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from events.services.states import withdraw
from members.models import Mandate
from territories.models import SheetReport
from tests.events.tools import draft, published
from tests.factories import professional

pytestmark = pytest.mark.django_db


def test_an_error_of_an_event_is_told_and_reaches_its_organisation(client: Client) -> None:
    user = professional(role=Mandate.Role.MANAGER)
    event = published(organisation=user.mandates.get().organisation)
    address = f"/signaler/event/{event.slug}/"
    form = client.get(address).content.decode()
    assert 'value="date"' in form
    assert 'value="horaires"' not in form
    (token,) = re.findall(r'name="token" value="([^"]+)"', form)
    said = {"subject": "date", "message": "C’est le 17, pas le 16.", "email": "", "token": token, "website": ""}
    assert client.post(address, said).status_code == 303
    report = SheetReport.objects.get()
    assert (report.kind, report.title, report.organisation) == ("event", event.title, event.organisation)
    client.force_login(user)
    desk = client.get(f"/pro/signalements/{report.public_id}/").content.decode()
    assert f'href="/pro/agenda/{event.slug}/' in desk


def test_an_event_that_is_not_in_the_agenda_has_no_errors_to_tell(client: Client) -> None:
    gone = published()
    withdraw(event=gone, reason="", actor=None)
    for event in (draft(), gone):
        assert client.get(f"/signaler/event/{event.slug}/").status_code == 404
