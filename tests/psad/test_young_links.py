"""The young person's door: two ways, one use, half an hour, and the same answer to whoever tries (issue 6, D8)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import OutboxMail
from core.secrets import digest
from psad import context
from psad.lists import Role, Side
from psad.models import Access, Case, YoungLink
from psad.services import merging, young_links
from psad.services.young_links import Given
from tests.psad.world import case, member, platform, young

pytestmark = pytest.mark.django_db
HOME = "/mon-accompagnement/ma-page/"


class Door:
    """Troyes, its head, Ana's case."""

    def __init__(self) -> None:
        self.platform = platform()
        self.head = member(self.platform)
        self.case = case(self.platform, self.head)

    def give(self, row: Case | None = None, by: User | None = None, **changes: Any) -> Given:
        with context.acting(by or self.head):
            given: dict[str, Any] = {"link_by": "email", "code_by": "phone", "at": timezone.now()} | changes
            return young_links.give(case=(row or self.case).pk, by=by or self.head, role="head", **given)

    def enter(self, given: Given, client: Client | None = None) -> Client:
        client = client or Client()
        answer = client.post(path(given), {"code": given.code})
        assert (answer.status_code, answer["Location"]) == (302, HOME)
        return client


def path(given: Given) -> str:
    return f"/mon-accompagnement/{given.secret}/"


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_link_and_its_code_open_the_page_for_half_an_hour_and_nothing_else(door: Door) -> None:
    given = door.give()
    client = Client()
    answer = client.post(path(given), {"code": f"{given.code[:4]} {given.code[4:]}"})
    cookie = answer.cookies["ma_page"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"], cookie["path"]) == (
        True, "Strict", 1_800, "/mon-accompagnement/",
    )  # fmt: skip
    page = client.get(HOME)
    assert (page.status_code, "Bonjour Ana" in page.content.decode()) == (200, True)
    assert page["Cache-Control"] == "private, no-store, max-age=0"
    assert client.get(f"/psad/troyes/dossiers/{door.case.pk}/").status_code == 302  # no account is opened
    with context.acting(door.head):
        lines = Access.objects.filter(cases__contains=[door.case.log_key]).order_by("seq")
        verbs = list(lines.values_list("verb", "role"))
    assert verbs == [("case.link", "head"), ("young.enter", "young"), ("young.read", "young")]


def test_S5_the_database_keeps_neither_the_link_nor_the_code_and_a_dump_cannot_try_codes(door: Door) -> None:
    given = door.give()
    with context.acting(door.head):
        row = YoungLink.objects.values().get()
    kept = " ".join(str(value) for value in row.values())
    assert (given.secret in kept, given.code in kept) == (False, False)
    assert row["code_digest"] != digest(given.code)
    assert (len(given.secret), len(given.code)) == (43, 8)
    assert not OutboxMail.objects.exists()  # the portal writes to nobody


def test_a_scanner_that_opens_the_link_uses_nothing_up(door: Door) -> None:
    given = door.give()
    for _ in range(8):
        assert Client().get(path(given)).status_code == 200
        assert Client().head(path(given)).status_code == 200
    assert Client().post(path(given), {}).status_code == 200  # a form that says nothing is no try
    door.enter(given)


def test_unknown_expired_used_taken_back_and_wrong_answer_the_same(door: Door) -> None:
    used, late, back, right = (door.give(case(door.platform, door.head, young(f"Nom{i}"))) for i in range(4))
    door.enter(used)
    with context.task("door"):
        YoungLink.objects.filter(pk=late.row.pk).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    with context.acting(door.head):
        young_links.revoke(case=back.row.case_id, by=door.head, role="head", at=timezone.now())
    wrong = "".join("0" if digit != "0" else "1" for digit in right.code)
    tries = {
        "unknown": ("/mon-accompagnement/" + "a" * 43 + "/", "12345678"),
        "short": ("/mon-accompagnement/rien/", "23456789"),
        "used": (path(used), used.code), "late": (path(late), late.code), "back": (path(back), back.code),
        "wrong": (path(right), wrong),
    }  # fmt: skip
    answers = {}
    for name, (url, code) in tries.items():
        got = Client().post(url, {"code": code})
        # What is typed comes back in the form, and each form has its token: nothing else differs.
        body = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", got.content.decode()).replace(code, "CODE")
        answers[name] = (got.status_code, body, "ma_page" in got.cookies)
    bodies = {body.replace(url, "") for (_, body, _), (url, _) in zip(answers.values(), tries.values(), strict=True)}
    assert (len(bodies), {status for status, _, _ in answers.values()}) == (1, {200})
    assert not any(cookie for _, _, cookie in answers.values())


def test_five_wrong_codes_block_the_link_even_for_the_right_one(door: Door) -> None:
    given = door.give()
    wrong = "".join("0" if digit != "0" else "1" for digit in given.code)
    for _ in range(5):
        assert "n’ouvrent pas de page" in Client().post(path(given), {"code": wrong}).content.decode()
    assert "n’ouvrent pas de page" in Client().post(path(given), {"code": given.code}).content.decode()
    with context.acting(door.head):
        row = YoungLink.objects.get()
        assert (row.tries, row.used_at, young_links.state_of(row, timezone.now())) == (5, None, "blocked")


def test_many_codes_from_one_address_are_counted_whatever_the_link(door: Door, monkeypatch: Any) -> None:
    from psad.views.young import CodeUse

    monkeypatch.setattr(CodeUse, "THROTTLE_RATES", {"codes": "3/hour"})
    given = door.give()
    for _ in range(3):
        Client().post("/mon-accompagnement/rien/", {"code": "1"})
    late = Client().post(path(given), {"code": given.code})
    assert ("Beaucoup d’essais" in late.content.decode(), "ma_page" in late.cookies) == (True, False)


def test_a_link_opens_once_and_a_copied_address_opens_nothing(door: Door) -> None:
    given = door.give()
    door.enter(given)
    again = Client().post(path(given), {"code": given.code})
    assert ("n’ouvrent pas de page" in again.content.decode(), "ma_page" in again.cookies) == (True, False)


def test_the_code_of_another_link_opens_nothing(door: Door) -> None:
    mine, theirs = door.give(), door.give(case(door.platform, door.head, young("Autre")))
    answer = Client().post(path(mine), {"code": theirs.code})
    assert "ma_page" not in answer.cookies


def test_a_session_ends_at_once_when_the_link_is_taken_back_replaced_or_left(door: Door) -> None:
    client = door.enter(door.give())
    stolen = client.cookies["ma_page"].value
    assert client.get(HOME).status_code == 200
    with context.acting(door.head):
        assert young_links.revoke(case=door.case.pk, by=door.head, role="head", at=timezone.now())
    assert client.get(HOME).status_code == 403
    client = door.enter(door.give())
    door.give()  # another one
    assert client.get(HOME).status_code == 403
    client = door.enter(door.give())
    copied = Client()
    copied.cookies["ma_page"] = client.cookies["ma_page"].value
    assert copied.get(HOME).status_code == 200
    assert client.post(f"{HOME}fermer/").status_code == 302
    assert copied.get(HOME).status_code == 403  # every copy of the cookie
    copied.cookies["ma_page"] = stolen
    assert copied.get(HOME).status_code == 403


def test_a_session_ends_after_half_an_hour_and_gives_back_what_was_being_written(door: Door) -> None:
    client = door.enter(door.give())
    with context.task("door"):
        YoungLink.objects.update(session_ends_at=timezone.now() - dt.timedelta(seconds=1))
    answer = client.post(f"{HOME}correction/", {"text": "Mon <b>téléphone</b> est faux"})
    assert answer.status_code == 403
    assert "Mon &lt;b&gt;téléphone&lt;/b&gt; est faux" in answer.content.decode()
    assert "Exemple" not in answer.content.decode()


@pytest.mark.parametrize("value", ["", "x", "00000000-0000-4000-8000-000000000000.x", "\x00", "a.b:c:d"])
def test_an_invented_cookie_opens_nothing(door: Door, value: str) -> None:
    door.enter(door.give())
    client = Client()
    if value:
        client.cookies["ma_page"] = value
    assert client.get(HOME).status_code == 403


def test_a_cookie_with_the_key_of_another_link_opens_nothing(door: Door) -> None:
    """Even signed by us: the session's digest is of one link."""
    door.enter(door.give())
    other = door.enter(door.give(case(door.platform, door.head, young("Autre"))))
    mine = other.cookies["ma_page"].value.partition(":")[0]
    with context.acting(door.head):
        theirs = YoungLink.objects.get(case=door.case)
    signed = HttpResponse()
    signed.set_signed_cookie("ma_page", f"{theirs.pk}.{mine.partition('.')[2]}", salt="psad.young")
    client = Client()
    client.cookies["ma_page"] = signed.cookies["ma_page"].value
    assert client.get(HOME).status_code == 403


def test_a_merged_case_closes_the_page_of_the_one_that_goes(door: Door) -> None:
    with context.acting(door.head):
        Case.objects.update(received_on=timezone.localdate() - dt.timedelta(days=9))
    other = case(door.platform, door.head, young("Exempl"))
    client = door.enter(door.give(other))
    waiting = door.give()
    with context.acting(door.head):
        kept = merging.merge(first=door.case.pk, second=other.pk, by=door.head, role="head", at=timezone.now())
    assert kept.pk == door.case.pk
    assert client.get(HOME).status_code == 403
    door.enter(waiting)  # the other one's still opens


def test_an_archived_case_is_still_the_persons_and_an_anonymous_one_is_nobodys(door: Door) -> None:
    client = door.enter(door.give())
    with context.task("retention"):
        Case.objects.update(archived_at=timezone.now())
    assert client.get(HOME).status_code == 200
    with context.acting(door.head):
        assert not Case.objects.exists()
    client.post(f"{HOME}correction/", {"text": "Mon nom a changé"})  # it comes back to the team, which has to answer
    with context.acting(door.head):
        assert Case.objects.get().archived_at is None
    with context.task("retention"):
        Case.objects.update(anonymised_at=timezone.now(), sealed_key="", identity=b"", safe_contact=b"", word_keys=[])
    assert client.get(HOME).status_code == 403


def test_the_same_way_for_both_is_refused_by_the_service_and_by_the_database(door: Door) -> None:
    with pytest.raises(ValidationError, match="un autre moyen"):
        door.give(link_by="email", code_by="email")
    given = door.give()
    with context.acting(door.head), pytest.raises(IntegrityError), transaction.atomic():
        YoungLink.objects.filter(pk=given.row.pk).update(code_by="email")


def test_a_person_who_opposed_is_given_a_link_by_hand_alone(door: Door) -> None:
    with context.acting(door.head):
        Case.objects.update(opposed_at=timezone.now())
    with pytest.raises(ValidationError, match="s’est opposée"):
        door.give()
    assert door.give(link_by="meeting").row.pk


def test_one_link_is_in_force_for_a_case(door: Door) -> None:
    first, second = door.give(), door.give()
    assert "ma_page" not in Client().post(path(first), {"code": first.code}).cookies
    door.enter(second)
    with context.acting(door.head):
        assert YoungLink.objects.filter(revoked_at=None).count() == 1


def test_D8_what_the_functions_of_the_person_answer_is_of_the_session_alone(door: Door) -> None:
    """`psad_my_accesses`, `psad_my_shares`, `psad_my_team`: nothing to anybody who is no session in force."""
    other = case(door.platform, door.head, young("Autre"))
    given = door.give()

    def told() -> dict[str, int]:
        found = {}
        with connection.cursor() as cursor:
            for name in ("psad_my_accesses", "psad_my_shares", "psad_my_team"):
                cursor.execute(f"SELECT count(*) FROM {name}()")
                found[name] = cursor.fetchone()[0]
        return found

    nothing = dict.fromkeys(("psad_my_accesses", "psad_my_shares", "psad_my_team"), 0)
    assert told() == nothing
    with context.acting(door.head):
        assert told() == nothing
    with context.linked(given.row.pk):  # not entered yet
        assert (told(), Case.objects.count()) == (nothing, 0)
    door.enter(given)
    with context.linked(given.row.pk):
        assert told() == nothing | {"psad_my_accesses": 2, "psad_my_team": 1}
        assert list(Case.objects.values_list("pk", flat=True)) == [door.case.pk]
        assert Case.objects.filter(pk=other.pk).update(step="closed") == 0
    with context.linked(other.pk):
        assert told() == nothing


# --- The team's side


def test_an_adviser_gives_the_link_on_the_case_and_it_is_shown_once(client: Client, door: Door) -> None:
    client.force_login(door.head)
    url = f"/psad/troyes/dossiers/{door.case.pk}/lien/"
    assert client.get(url).status_code == 200
    same = client.post(url, {"version": 0, "link_by": "text", "code_by": "text"})
    assert same.context["form"].errors.keys() == {"code_by"}
    answer = client.post(
        url, {"version": same.context["form"]["version"].value(), "link_by": "text", "code_by": "phone"}
    )
    given = answer.context["given"]
    body = answer.content.decode()
    assert (given.secret in body, answer["Cache-Control"]) == (True, "private, no-store, max-age=0")
    message = re.search(r"<textarea[^>]*>(.*?)</textarea>", body, re.S)
    assert message is not None
    assert given.code not in message[1]
    words = message[1].replace(given.secret, "").replace("/mon-accompagnement/", "")
    assert not re.search(r"PSAD|décroch|accompagne|mission locale|CIO|Ana", words)
    assert given.secret not in client.get(url).content.decode()
    door.enter(given)
    assert "Sa page est ouverte" in client.get(url).content.decode()
    assert client.post(url, {"acte": "retirer"}).status_code == 302
    with context.acting(door.head):
        assert not YoungLink.objects.filter(revoked_at=None).exists()


def test_two_advisers_at_once_the_second_is_told(client: Client, door: Door) -> None:
    client.force_login(door.head)
    url = f"/psad/troyes/dossiers/{door.case.pk}/lien/"
    first = client.post(url, {"version": 0, "link_by": "text", "code_by": "phone"})
    second = client.post(url, {"version": 0, "link_by": "text", "code_by": "phone"})
    assert (first.context["given"] is None, second.context["given"]) == (False, None)
    assert "a changé pendant" in second.content.decode()


@pytest.mark.parametrize("tail", ["lien/", "droits/"])
def test_D8_another_platforms_adviser_makes_no_link(client: Client, door: Door, tail: str) -> None:
    there = platform("chaumont")
    other = member(there)
    client.force_login(other)
    unknown = "00000000-0000-4000-8000-000000000000"
    told = {"version": 0, "link_by": "text", "code_by": "phone"}
    for slug in ("troyes", "chaumont"):
        mine = client.post(f"/psad/{slug}/dossiers/{door.case.pk}/{tail}", told)
        nobody = client.post(f"/psad/{slug}/dossiers/{unknown}/{tail}", told)
        assert (mine.status_code, nobody.status_code, mine.content == nobody.content) == (404, 404, True)
    client.force_login(member(door.platform, Role.ADVISER, Side.ML))  # not given the case
    assert client.post(f"/psad/troyes/dossiers/{door.case.pk}/{tail}", told).status_code == 404
    with context.acting(door.head):
        assert not YoungLink.objects.exists()
