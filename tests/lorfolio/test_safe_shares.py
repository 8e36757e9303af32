"""Links that show some files: for a time, a number of openings, until they are taken back (L7, L10)."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.secrets import digest
from lorfolio.lists import Act
from lorfolio.models import Operation, Portfolio, Share
from lorfolio.services import safe, sharing
from lorfolio.views.share_page import ShareUse
from tests.lorfolio.people import PDF, file, portfolio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
URL = "/lorfolio/coffre/partages/"
CLOSED = "Ce lien n’est pas ouvert"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mine() -> Portfolio:
    return portfolio()


def link(owner: Portfolio, *, most: int = 3, days: int = 7, count: int = 1, **fields: Any) -> Share:
    files = [file(owner, name=f"piece-{number}.pdf").pk for number in range(count)]
    made = sharing.share(portfolio=owner, label="Pour le CFA", files=files, days=days, most=most, at=timezone.now())
    if fields:
        Share.objects.filter(pk=made.pk).update(**fields)
        made.refresh_from_db()
    return made


def path(share: Share) -> str:
    return f"/partage/{sharing.secret_of(share)}/"


def opened(share: Share) -> Client:
    client = Client()
    assert client.post(path(share)).status_code == 302
    return client


def count(share: Share) -> int:
    return Share.objects.get(pk=share.pk).opened


def test_L7_the_page_says_nothing_and_spends_nothing_before_the_button(mine: Portfolio) -> None:
    share = link(mine)
    client = Client()
    for _ in range(3):  # a mail scanner, a browser ahead of its user
        page = client.get(path(share))
        assert client.head(path(share)).status_code == 200
    words = page.content.decode()
    assert page.status_code == 200
    assert not any(word in words for word in ("piece-0", "Camille", "Exemple", "Pour le CFA"))
    assert (count(share), Operation.objects.filter(act=Act.SHARE_OPENED).count()) == (0, 0)
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"


def test_L7_an_opening_is_counted_once_and_shows_the_files_for_half_an_hour(mine: Portfolio) -> None:
    share = link(mine, count=2)
    client = opened(share)
    page = client.get(path(share)).content.decode()
    assert all(word in page for word in ("piece-0.pdf", "piece-1.pdf", "Camille Exemple"))
    assert "Pour le CFA" not in page, "the words of its owner for themselves"
    row = share.files.first()
    assert row is not None
    answer = client.get(f"{path(share)}{row.pk}/")
    assert (answer.content, answer["Content-Security-Policy"]) == (PDF, "sandbox; default-src 'none'")
    assert answer["Content-Disposition"].startswith("attachment")
    assert count(share) == 1
    acts = Operation.objects.filter(by=sharing.BY).order_by("id").values_list("act", flat=True)
    assert list(acts) == [Act.SHARE_OPENED, Act.DOWNLOAD]


def test_L7_the_cookie_is_of_this_link_alone_and_of_half_an_hour(mine: Portfolio) -> None:
    first, second = link(mine), link(mine)
    client = opened(first)
    cookie = client.cookies["partage"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (
        path(first),
        True,
        "Lax",
        1800,
    )
    thief = Client()
    thief.cookies["partage"] = cookie.value
    row = second.files.get()
    assert thief.get(f"{path(second)}{row.pk}/").status_code == 302, "led to the button"
    client.cookies["partage"] = "invented"
    assert "Voir les documents" in client.get(path(first)).content.decode()


def test_L7_a_button_pressed_twice_is_one_opening(mine: Portfolio) -> None:
    share = link(mine)
    client = Client(enforce_csrf_checks=True)
    client.get(path(share))
    token = client.cookies["csrftoken"].value
    for _ in range(2):
        client.cookies.pop("partage", None)
        assert client.post(path(share), {"csrfmiddlewaretoken": token}).status_code == 302
    assert count(share) == 1


def test_L7_a_spent_link_opens_no_more_even_pressed_again(mine: Portfolio) -> None:
    share = link(mine, most=1)
    visiting = opened(share)
    for client in (Client(), Client()):
        assert client.get(path(share)).status_code == 404
        for _ in range(2):
            assert client.post(path(share)).status_code == 404
    assert count(share) == 1
    assert visiting.get(path(share)).status_code == 200, "a visit goes on"


def test_L7_taken_back_it_stops_at_once_for_who_is_reading_too(mine: Portfolio) -> None:
    share = link(mine)
    visiting = opened(share)
    owner = Client()
    owner.force_login(mine.user)
    for _ in range(2):  # a double click
        assert owner.post(f"{URL}{share.pk}/retirer/").status_code == 302
    row = share.files.get()
    assert visiting.get(path(share)).status_code == 404
    assert visiting.get(f"{path(share)}{row.pk}/").status_code == 404
    assert Operation.objects.filter(act=Act.SHARE_ENDED).count() == 1


def test_L7_unknown_ended_and_spent_answer_alike(mine: Portfolio) -> None:
    past = timezone.now() - dt.timedelta(seconds=1)
    links = [
        path(link(mine, expires_at=past)), path(link(mine, revoked_at=past)), path(link(mine, opened=3)),
        "/partage/jamais-donne/",
    ]  # fmt: skip
    pages = [Client().get(one) for one in links]
    assert {page.status_code for page in pages} == {404}
    bodies = {page.content.decode().replace(one, "/partage/-/") for page, one in zip(pages, links, strict=True)}
    assert len(bodies) == 1
    assert all(CLOSED in body for body in bodies)


def test_L7_a_file_taken_out_or_of_another_link_is_not_shown(mine: Portfolio) -> None:
    share, other = link(mine), link(mine)
    client = opened(share)
    for key in (other.files.get().pk, uuid4()):
        assert client.get(f"{path(share)}{key}/").status_code == 404
    safe.remove(file=share.files.get(), portfolio=mine, at=timezone.now())
    assert client.get(path(share)).status_code == 404, "nothing is left to show"


def test_L7_the_database_keeps_no_secret_of_a_link(mine: Portfolio) -> None:
    share = link(mine)
    secret = sharing.secret_of(share)
    assert share.digest == digest(secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM lorfolio_share s")
        assert secret not in str(cursor.fetchall())


def test_L7_one_link_is_not_fetched_for_ever(mine: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShareUse, "THROTTLE_RATES", {"shares": "2/hour"})
    share = link(mine)
    client = opened(share)
    address = f"{path(share)}{share.files.get().pk}/"
    assert [client.get(address).status_code for _ in range(3)] == [200, 200, 429]


def test_L7_the_form_makes_a_link_and_the_owner_finds_it_again(mine: Portfolio) -> None:
    row, other = file(mine, name="diplôme.pdf"), file(portfolio())
    client = Client()
    client.force_login(mine.user)
    page = client.get(f"{URL}nouveau/?document={row.pk}").content.decode()
    assert f'value="{row.pk}"' in page
    said = {"documents": [row.pk], "label": "Pour Camille", "days": "7", "most": "3"}
    answer = client.post(f"{URL}nouveau/", said)
    made = Share.objects.get()
    assert answer.headers["Location"] == f"{URL}{made.pk}/"
    assert sharing.address_of(made) in client.get(f"{URL}{made.pk}/").content.decode()
    kept = client.post(f"{URL}nouveau/", said | {"documents": [other.pk]})
    assert list(kept.context["form"].errors) == ["documents"]
    assert kept.context["form"]["label"].value() == "Pour Camille"
    for wrong in ({"days": "365"}, {"most": "1000"}, {"label": ""}, {"documents": []}):
        assert client.post(f"{URL}nouveau/", said | wrong).status_code == 200
    assert Share.objects.count() == 1


def test_L1_a_link_of_another_does_not_exist(mine: Portfolio) -> None:
    share = link(portfolio())
    client = Client()
    client.force_login(mine.user)
    assert client.get(f"{URL}{share.pk}/").status_code == 404
    assert client.post(f"{URL}{share.pk}/retirer/").status_code == 404
    share.refresh_from_db()
    assert share.revoked_at is None


def test_L7_a_service_called_with_another_file_refuses(mine: Portfolio) -> None:
    other = file(portfolio())
    for wrong in ({"files": [other.pk]}, {"files": []}, {"days": 91}, {"days": 0}):
        said: dict[str, Any] = {"files": [file(mine).pk], "days": 7} | wrong
        with pytest.raises(ValidationError):
            sharing.share(portfolio=mine, label="x", most=1, at=timezone.now(), **said)
    assert Share.objects.count() == 0


def test_L10_under_fifteen_no_link_is_made_nor_opened(mine: Portfolio) -> None:
    share = link(mine)
    Portfolio.objects.update(minor_until=timezone.localdate() + dt.timedelta(days=9))
    mine.refresh_from_db()
    assert Client().get(path(share)).status_code == 404
    with pytest.raises(ValidationError, match="15"):
        sharing.share(portfolio=mine, label="x", files=[file(mine).pk], days=1, most=1, at=timezone.now())
    Portfolio.objects.update(minor_until=timezone.localdate())
    assert Client().get(path(share)).status_code == 200, "at fifteen, by itself"


def test_L7_a_closed_account_shows_nothing(mine: Portfolio) -> None:
    share = link(mine)
    mine.user.is_active = False
    mine.user.save()
    assert Client().get(path(share)).status_code == 404


def test_L7_links_long_over_are_forgotten(mine: Portfolio, settings: Any) -> None:
    now = timezone.now()
    old = link(mine, expires_at=now - dt.timedelta(days=settings.LORFOLIO_SHARE_KEPT_DAYS + 1))
    link(mine, expires_at=now - dt.timedelta(days=1))
    sharing.forget(now)
    assert (Share.objects.filter(pk=old.pk).count(), Share.objects.count()) == (0, 1)
    assert Operation.objects.filter(act=Act.SHARE).count() == 2, "the trace keeps that they were"


def test_the_list_of_links_asks_the_same_whatever_it_holds(mine: Portfolio, django_assert_max_num_queries: Any) -> None:
    for _ in range(6):
        link(mine)
    client = Client()
    client.force_login(mine.user)
    with django_assert_max_num_queries(7):
        client.get(URL)
    share = link(mine, count=5)
    with django_assert_max_num_queries(8):
        client.get(f"{URL}{share.pk}/")
    visiting = opened(share)
    with django_assert_max_num_queries(6):
        visiting.get(path(share))


@pytest.mark.django_db(transaction=True)
def test_L7_two_at_once_on_the_last_opening_one_opens(mine: Portfolio) -> None:
    share = link(mine, most=1)

    def press(_: int) -> int:
        try:
            return Client().post(path(share)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(press, range(4)))
    assert count(share) == 1
    assert answers == [302, 404, 404, 404]
