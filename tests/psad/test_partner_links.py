"""A partner without an account: a link, a code said apart, five tries, and the same answer to whoever guesses (D5)."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from psad import context
from psad.models import Access, Partner, Share, ShareItem
from psad.services import doors
from psad.views import partners_link
from tests.psad.partner_world import CANARY, Sharing, signed


@pytest.fixture
def place(db: None) -> Sharing:
    return Sharing()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def test_D5_the_link_alone_opens_nothing_the_code_does(place: Sharing) -> None:
    row, secret, code = place.share("name", to=place.alone(), message="Bonjour")
    client, path = Client(), f"/psad/partage/{secret}/"
    first = client.get(path)
    assert (first.status_code, CANARY in first.content.decode()) == (200, False)
    assert client.get(f"{path}etat/").status_code == 404
    refused = client.post(path, {"code": wrong(code)})
    assert refused.context["form"].errors.keys() == {"code"}
    done = client.post(path, {"code": f"{code[:4]} {code[4:]}"})
    assert (done.status_code, done["Location"]) == (302, path)
    cookie = client.cookies[partners_link.COOKIE]
    assert (cookie["path"], bool(cookie["httponly"]), cookie["max-age"]) == (path, True, 1800)
    page = client.get(path)
    assert (f"Zoé {CANARY}" in page.content.decode(), "Bonjour" in page.content.decode()) == (True, True)
    assert page["Cache-Control"] == "private, no-store, max-age=0"
    assert client.get(f"{path}etat/").status_code == 204
    assert client.post(path, {"text": "Une place"}).status_code == 302
    team = signed(place.head).get(f"{place.page}{row.pk}/").content.decode()
    assert ("Une place" in team, "La personne qui a le lien a lu ce partage" in team) == (True, True)
    assert "Un code faux a été essayé" in team
    assert (secret in team, f"{code[:4]} {code[4:]}" in team) == (True, True)  # the team may say them again


def test_D5_closed_by_the_partner_the_page_asks_the_code_again_in_that_browser(place: Sharing) -> None:
    _, secret, code = place.share("name", to=place.alone())
    client, path = Client(), f"/psad/partage/{secret}/"
    client.post(path, {"code": code})
    assert CANARY in client.get(path).content.decode()
    assert client.post(path, {"acte": "fermer"})["Location"] == path
    again = client.get(path)
    assert (again.status_code, CANARY in again.content.decode(), "code" in again.context["form"].fields) == (
        200, False, True,
    )  # fmt: skip
    assert client.get(f"{path}etat/").status_code == 404
    assert client.post(path, {"code": code}).status_code == 302  # the link itself still opens


def test_D5_the_sixth_code_finds_the_link_burnt_even_when_it_is_the_right_one(place: Sharing) -> None:
    row, secret, code = place.share("name", to=place.alone())
    path = f"/psad/partage/{secret}/"
    answers = [Client().post(path, {"code": wrong(code)}).status_code for _ in range(5)]
    assert answers == [200] * 4 + [404]
    sixth, never = Client().post(path, {"code": code}), Client().get("/psad/partage/jamais/")
    assert (sixth.status_code, sixth.content) == (404, never.content)
    with context.acting(place.head):
        left = Share.objects.get()
        assert (left.link_digest, left.code_digest, left.tries, left.revoked_at is not None) == (None, "", 5, True)
        verbs = list(Access.objects.filter(role="partner").order_by("seq").values_list("verb", flat=True))
        assert verbs == ["share.wrong_code"] * 4 + ["share.burnt"]
    page = signed(place.head).get(f"{place.page}{row.pk}/").content.decode()
    assert ("Lien fermé après cinq codes faux" in page, code[:4] + " " in page) == (True, False)
    with context.linked(row.pk):
        assert not ShareItem.objects.exists()
    # What it copied goes when the team takes it back.
    signed(place.head).post(f"{place.page}{row.pk}/")
    with context.acting(place.head):
        assert Share.objects.get().sealed_key == ""


@pytest.mark.parametrize("what", ["expired", "revoked", "partner ended"])
def test_D5_unknown_expired_or_taken_back_a_link_answers_alike_also_to_a_browser_that_is_in(
    place: Sharing, what: str
) -> None:
    row, secret, code = place.share("name", to=place.alone())
    client, path = Client(), f"/psad/partage/{secret}/"
    client.post(path, {"code": code})
    assert client.get(path).status_code == 200
    if what == "expired":
        place.ends(row, timezone.now() - dt.timedelta(seconds=1))
    elif what == "revoked":
        signed(place.head).post(f"{place.page}{row.pk}/")
    else:
        with context.acting(place.head):
            Partner.objects.exclude(pk=place.partner.pk).update(ended_at=timezone.now())
    never = Client().get("/psad/partage/jamais/")
    for who in (client, Client()):
        for gone in (who.get(path), who.post(path, {"code": code})):
            assert (gone.status_code, gone.content) == (404, never.content)
    assert client.get(f"{path}etat/").status_code == 404
    with context.linked(row.pk):
        assert (Share.objects.count(), ShareItem.objects.count()) == (0, 0)


def test_D5_the_browser_of_one_share_does_not_open_another_and_half_an_hour_is_all(
    place: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = place.alone()
    _, first, code = place.share("name", to=alone)
    _, second, _ = place.share("age", to=alone)
    client = Client()
    client.post(f"/psad/partage/{first}/", {"code": code})
    held = client.cookies[partners_link.COOKIE].value
    client.cookies[partners_link.COOKIE] = held  # sent everywhere, whatever its path
    assert "lines" not in (client.get(f"/psad/partage/{second}/").context or {})
    assert client.get(f"/psad/partage/{second}/etat/").status_code == 404
    client.cookies[partners_link.COOKIE] = held[:-1] + ("A" if held[-1] != "A" else "B")
    assert client.get(f"/psad/partage/{first}/etat/").status_code == 404
    client.cookies[partners_link.COOKIE] = held
    monkeypatch.setattr(partners_link, "MINUTES", -1)
    assert client.get(f"/psad/partage/{first}/etat/").status_code == 404


def test_S5_codes_are_tried_so_many_times_an_hour_whatever_the_link(
    place: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partners_link.CodeUse, "rate", "2/hour", raising=False)
    alone = place.alone()
    made = [place.share("age", to=alone) for _ in range(2)]
    for _, secret, code in made:
        Client().post(f"/psad/partage/{secret}/", {"code": wrong(code)})
    _, secret, code = made[0]
    late = Client().post(f"/psad/partage/{secret}/", {"code": code})
    assert "Trop d’essais" in late.content.decode()
    with context.acting(place.head):
        assert sorted(Share.objects.values_list("tries", flat=True)) == [1, 1]  # the refused one was not counted


def test_S5_a_dump_holds_neither_the_secret_nor_the_code_nor_the_words(place: Sharing) -> None:
    row, secret, code = place.share("name", to=place.alone(), message=f"Voir {CANARY}")
    with context.acting(place.head), connection.cursor() as cursor:
        cursor.execute(
            "SELECT psad_share::text FROM psad_share UNION ALL SELECT psad_shareitem::text FROM psad_shareitem"
        )
        dump = " ".join(line for (line,) in cursor.fetchall())
    assert str(row.pk) in dump
    for word in (secret, code, CANARY, CANARY.encode().hex()):
        assert word not in dump


@pytest.mark.django_db(transaction=True)
def test_D5_ten_wrong_codes_at_once_are_ten_tries() -> None:
    place = Sharing()
    row, _, code = place.share("name", to=place.alone())
    entered: list[Any] = []

    def attempt() -> None:
        try:
            entered.append(doors.enter(share=row.pk, code=wrong(code), at=timezone.now()))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert entered == [False] * 10
    with context.acting(place.head):
        left = Share.objects.get()
        assert (left.tries, left.link_digest) == (5, None)
