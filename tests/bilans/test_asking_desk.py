"""The page where a publication is asked, followed, called off, and why it failed (S3, S4, B4)."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bilans.models import Campaign, Document
from bilans.services import asking, bulk, publishing
from core.desk import waiting
from tests import factories
from tests.bilans.test_asking import asked, now, request_of
from tests.bilans.test_publishing import year

pytestmark = pytest.mark.django_db
PAGE = "/admin/bilans/campaign/{}/change/"


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff() -> User:
    return factories.region_staff()


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").replace("&nbsp;", " ").split())


def test_S3_the_desk_answers_at_once_follows_and_says_the_end(client: Client, staff: User) -> None:
    campaign = year()
    page, button = PAGE.format(campaign.pk), f"/admin/bilans/campaign/{campaign.pk}/publier/"
    client.force_login(staff)
    answer = client.post(button, {"sure": "on"})
    assert (answer.status_code, answer["Location"]) == (302, f"{page}?suivre=1#publication")
    assert Document.objects.count() == 0
    going = client.get(f"{page}?suivre=1")
    said = text_of(going.content.decode())
    assert ("Publication en cours Demandée le" in said, going["Refresh"]) == (True, "5")
    assert "Elle se fait attendre" not in said
    still = client.get(page)
    assert ("Refresh" in still.headers, ">Actualiser</a>" in still.content.decode()) == (False, True)
    assert 'id="publier"' not in still.content.decode()
    again = client.post(button, {"sure": "on"}, follow=True)
    assert "déjà en cours" in again.content.decode()
    assert asking.work(campaign.pk) == "published"
    done = client.get(f"{page}?suivre=1")
    assert ("Refresh" in done.headers, "Publication en cours" in done.content.decode()) == (False, False)
    assert "version 1 du document régional" in text_of(done.content.decode())


def test_S4_a_box_left_empty_is_said_beside_it_and_asks_nothing(client: Client, staff: User) -> None:
    campaign = year()
    client.force_login(staff)
    answer = client.post(f"/admin/bilans/campaign/{campaign.pk}/publier/?suivre=1")
    html = answer.content.decode()
    assert (answer.status_code, '<details class="desk-answer" id="publier" open>' in html) == (200, True)
    assert "Cochez la case pour confirmer." in html
    assert ("Refresh" in answer.headers, now(campaign).publication_asked_at) == (False, None)


def test_S3_a_queue_that_does_not_move_is_said(client: Client, staff: User) -> None:
    campaign = asked(staff)
    long_ago = timezone.now() - 2 * bulk.QUIET_AFTER
    Campaign.objects.update(publication_asked_at=long_ago)
    client.force_login(staff)
    assert "Elle se fait attendre" in client.get(PAGE.format(campaign.pk)).content.decode()
    Campaign.objects.update(publication_attempts=1)  # a worker is at it
    assert "Elle se fait attendre" not in client.get(PAGE.format(campaign.pk)).content.decode()
    Campaign.objects.update(publication_asked_at=timezone.now() - dt.timedelta(minutes=11))  # or was
    assert "Elle se fait attendre" in client.get(PAGE.format(campaign.pk)).content.decode()


def test_S3_the_desk_says_why_it_failed_and_offers_both_ways_out(client: Client, staff: User) -> None:
    campaign = asked(staff)
    Campaign.objects.update(publication_error="OSError\u00a0: <disque> plein", publication_attempts=3)
    client.force_login(staff)
    html = client.get(f"{PAGE.format(campaign.pk)}?suivre=1")
    assert "n’a pas abouti" in html.content.decode()
    assert "&lt;disque&gt; plein" in html.content.decode()
    assert ("Refresh" in html.headers, 'id="publier"' in html.content.decode()) == (False, True)
    url = f"/admin/bilans/campaign/{campaign.pk}/annuler/"
    assert [client.get(url).status_code, client.post(url).status_code] == [405, 302]
    assert request_of(campaign) == (None, None, 0, "")
    assert asking.NOT_ASKED in client.post(url, follow=True).content.decode()


def test_S3_the_page_with_a_form_that_was_refused_never_goes_away_by_itself(client: Client, staff: User) -> None:
    campaign = asked(staff)
    client.force_login(staff)
    answer = client.post(f"{PAGE.format(campaign.pk)}?suivre=1", {"due_on": "pas un jour"})
    assert (answer.status_code, "Refresh" in answer.headers) == (200, False)


def test_S3_a_broker_that_is_down_is_no_error_and_the_beat_takes_it_up(
    client: Client, staff: User, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    campaign = year()
    deaf = Celery("deaf", broker="redis://127.0.0.1:1/0", set_as_current=False)  # nobody listens there
    monkeypatch.setattr(asking, "current_app", deaf)
    client.force_login(staff)
    with django_capture_on_commit_callbacks(execute=True) as called:
        answer = client.post(f"/admin/bilans/campaign/{campaign.pk}/publier/", {"sure": "on"}, follow=True)
    assert (answer.status_code, len(called)) == (200, 1)
    assert "Publication en cours" in answer.content.decode()
    monkeypatch.undo()
    assert asking.wake_lost(timezone.now() + 2 * bulk.QUIET_AFTER) == 1
    assert asking.work(campaign.pk) == "published"


def test_S3_what_failed_waits_on_the_first_page_until_it_is_asked_again_or_given_up(staff: User) -> None:
    campaign = asked(staff)

    def lines(of: Any = staff) -> list[tuple[int, str, str, bool]]:
        found = [line for line in waiting("region", of) if line["key"] == "bilans-publication"]
        return [(line["count"], line["title"], line["url"], line["late"]) for line in found]

    assert lines() == []
    Campaign.objects.update(publication_error="Disque plein")
    assert lines() == [(1, "Publication de synthèse en échec", f"{PAGE.format(campaign.pk)}#publication", True)]
    assert lines(factories.person()) == []
    Campaign.objects.update(publication_error=publishing.ALREADY)  # nobody has anything to do
    assert lines() == []
    Campaign.objects.update(publication_error="Disque plein")
    asking.call_off(campaign, actor=staff, at=timezone.now())
    assert lines() == []
