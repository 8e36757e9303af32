"""What circle 2 reads of a case: chosen items, for a time, logged, gone at once (D5, D7, D8, D11)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import OutboxMail
from psad import context, reading
from psad.models import Access, Case, Note, Partner, Share, ShareAnswer, ShareItem
from psad.services import closing, doors, retention, sharing
from tests.factories import person
from tests.psad import world
from tests.psad.partner_world import CANARY, Sharing, partner, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Sharing:
    return Sharing()


def address(row: Share) -> str:
    return f"/psad/partenaire/partages/{row.pk}/"


def typed(place: Sharing, **more: Any) -> dict[str, Any]:
    until = timezone.localdate() + dt.timedelta(days=10)
    return {
        "version": 0, "partner": str(place.partner.pk), "purpose": "offer", "items": ["name", "age"],
        "until": until.isoformat(), "message": "Peut venir le mardi", "informed": "on",
    } | more  # fmt: skip


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    told = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    return len(told)


def test_D5_from_the_page_of_the_case_to_that_of_the_partner(place: Sharing) -> None:
    team = signed(place.adviser)
    assert place.page in team.get(f"/psad/troyes/dossiers/{place.case.pk}/").content.decode()
    done = team.post(place.page, typed(place))
    with context.acting(place.head):
        row = Share.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"{place.page}{row.pk}/")
    theirs = signed(place.friend)
    home = theirs.get("/psad/partenaire/").content.decode()
    assert f'href="{address(row)}"' in home
    assert CANARY not in home
    page = theirs.get(address(row))
    words = page.content.decode()
    assert [term for term, _ in page.context["lines"]] == ["Prénom et nom", "Âge"]
    assert (f"Zoé {CANARY}" in words, "Peut venir le mardi" in words, "0600000000" in words) == (True, True, False)
    assert page["Cache-Control"] == "private, no-store, max-age=0"
    title = words.split("<title>")[1].split("</title>")[0]
    assert CANARY not in title
    # The mail says that something waits, and nothing else.
    mail = OutboxMail.objects.get(to=place.partner.email)
    assert (CANARY in mail.text, "psad" in mail.text.lower(), "partage" in mail.text.lower()) == (False, False, False)


def test_D7_nothing_is_sent_before_the_notice_and_what_was_typed_is_kept(place: Sharing) -> None:
    with context.acting(place.head):
        Case.objects.update(informed_at=None)
    answer = signed(place.head).post(place.page, typed(place))
    assert (answer.status_code, "Donnez d’abord la notice" in answer.content.decode()) == (200, True)
    with context.acting(place.head):
        Case.objects.update(informed_at=timezone.now())
    page = signed(place.head).post(place.page, typed(place, informed="", purpose=""))
    assert page.context["form"].errors.keys() == {"informed", "purpose"}
    assert "Peut venir le mardi" in page.content.decode()
    late = timezone.localdate() + dt.timedelta(days=91)
    assert signed(place.head).post(place.page, typed(place, until=late.isoformat())).context["form"].errors.keys() == {
        "until"
    }
    with context.acting(place.head):
        assert not Share.objects.exists()


def test_two_at_once_the_second_keeps_their_words_and_may_send_again(place: Sharing) -> None:
    place.share("name")
    answer = signed(place.head).post(place.page, typed(place, version=0))
    assert "Peut venir le mardi" in answer.content.decode()
    assert answer.context["form"]["version"].value() == "1"
    assert signed(place.head).post(place.page, typed(place, version=1)).status_code == 302


def test_D8_each_reading_is_logged_under_the_case_and_told_to_its_team(place: Sharing) -> None:
    row, _, _ = place.share("name")
    theirs = signed(place.friend)
    theirs.get(address(row))
    theirs.get(f"{address(row)}etat/")  # reads nothing
    theirs.get(address(row))
    with context.acting(place.head):
        read = list(Access.objects.filter(verb="share.read"))
        assert [(line.role, line.actor, line.cases) for line in read] == [
            ("partner", place.friend.pk, [place.case.log_key, row.pk])
        ] * 2
        assert reading.broken(place.platform.pk) is None
    for somebody in (place.head, place.adviser):  # an adviser reads no log, but is told of this
        page = signed(somebody).get(f"{place.page}{row.pk}/").content.decode()
        assert page.count("Lou Partenaire a lu ce partage") == 2
    assert "Lu le" in signed(place.adviser).get(place.page).content.decode()
    with context.acting(place.other), connection.cursor() as cursor:  # nobody else's
        cursor.execute("SELECT * FROM psad_share_readings(%s)", [place.case.pk])
        assert cursor.fetchall() == []


def test_D8_a_log_that_fails_is_a_reading_that_fails(place: Sharing, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _, _ = place.share("name")

    def broken(*_: Any) -> int:
        raise DatabaseError

    monkeypatch.setattr(doors, "log", broken)
    theirs = signed(place.friend)
    theirs.raise_request_exception = False
    answer = theirs.get(address(row))
    assert (answer.status_code, CANARY.encode() in answer.content) == (500, False)


def test_D5_the_partner_answers_and_the_answer_outlives_the_share_in_the_notes(place: Sharing) -> None:
    row, _, _ = place.share("name")
    theirs = signed(place.friend)
    empty = theirs.post(address(row), {"text": "  "})
    assert empty.context["form"].errors.keys() == {"text"}
    assert theirs.post(address(row), {"text": "Une place mardi"}).status_code == 302
    assert OutboxMail.objects.filter(to=place.head.email, key__startswith="portal-message:").count() == 1
    with context.acting(place.head):
        assert b"mardi" not in bytes(ShareAnswer.objects.get().text)
    assert "Une place mardi" in signed(place.adviser).get(f"{place.page}{row.pk}/").content.decode()
    assert signed(place.adviser).post(f"{place.page}{row.pk}/", {"acte": "reprendre"}).status_code == 302
    with context.acting(place.head):
        assert Note.objects.count() == 1
    page = signed(place.adviser).get(f"/psad/troyes/dossiers/{place.case.pk}/").content.decode()
    assert "Réponse d’un partenaire&nbsp;: Une place mardi" in page or "Une place mardi" in page


def test_D5_taken_back_while_the_page_is_open_any_question_answers_that_it_is_gone(place: Sharing) -> None:
    row, _, _ = place.share("name")
    theirs = signed(place.friend)
    page = theirs.get(address(row)).content.decode()
    assert f'data-share="{address(row)}etat/"' in page
    assert theirs.get(f"{address(row)}etat/").status_code == 204
    signed(place.head).post(f"{place.page}{row.pk}/")
    unknown = theirs.get(address(Share(pk=uuid4())))
    for path in (address(row), f"{address(row)}etat/"):
        assert theirs.get(path).status_code == 404
    assert (theirs.post(address(row), {"text": "x"}).status_code, theirs.get(address(row)).content) == (
        404, unknown.content,
    )  # fmt: skip
    with context.acting(place.head):
        left = Share.objects.get()
        assert (left.sealed_key, bytes(left.message), bytes(ShareItem.objects.get().content)) == ("", b"", b"")


def over(place: Sharing, row: Share, what: str) -> None:
    now = timezone.now()
    with context.acting(place.head):
        if what == "expired":
            Share.objects.filter(pk=row.pk).update(at=now - dt.timedelta(days=9), ends_at=now - dt.timedelta(seconds=1))
        elif what == "partner ended":
            Partner.objects.filter(pk=place.partner.pk).update(ended_at=now)
        elif what == "partner over":
            day = timezone.localdate()
            Partner.objects.update(starts_on=day - dt.timedelta(days=9), ends_on=day - dt.timedelta(days=1))
        elif what == "case closed":
            closing.close(case=place.case.pk, reason="moved", by=place.head, role="head", at=now)
        elif what == "opposed":
            Case.objects.update(opposed_at=now)
        else:
            place.friend.is_active = False
            place.friend.save()


@pytest.mark.parametrize("what", ["expired", "partner ended", "partner over", "case closed", "opposed", "account shut"])
def test_D5_a_share_ends_with_its_day_its_partner_its_case(place: Sharing, what: str) -> None:
    row, _, _ = place.share("name")
    theirs = signed(place.friend)
    assert theirs.get(address(row)).status_code == 200
    over(place, row, what)
    with context.acting(place.friend):
        assert (Share.objects.count(), ShareItem.objects.count(), ShareAnswer.objects.count()) == (0, 0, 0)
        with pytest.raises(DatabaseError), transaction.atomic():
            doors.log(row.pk, "share.read")
    assert theirs.get(address(row)).status_code == (302 if what == "account shut" else 404)
    assert CANARY.encode() not in theirs.get(address(row)).content


def test_D13_a_case_that_moved_to_another_platform_is_read_by_no_partner_of_the_first(place: Sharing) -> None:
    row, _, _ = place.share("name")
    there = world.platform("chaumont")
    from psad.services import transferring

    with context.acting(place.head):
        made = transferring.offer(
            case=place.case.pk, to=there, reason="Déménagement", by=place.head, role="head", at=timezone.now()
        )
    other = world.member(there)
    with context.acting(other):
        transferring.accept(transfer=made.pk, by=other, role="head", at=timezone.now())
    assert signed(place.friend).get(address(row)).status_code == 404


def test_D8_another_partner_and_circle_1_itself_do_not_open_somebodys_share(place: Sharing) -> None:
    row, _, _ = place.share("name")
    rival = signed(partner(place.platform, place.head, person(), name="Autre").user)  # type: ignore[arg-type]
    assert rival.get("/psad/partenaire/").context["shares"] == []
    for who in (rival, signed(place.head), signed(person())):
        for tail in ("", "etat/"):
            assert who.get(f"{address(row)}{tail}").status_code == 404
    # Nor does circle 2 open any page of circle 1.
    theirs = signed(place.friend)
    for path in ("", "equipe/", "solutions/", "reunions/", "reglages/", f"dossiers/{place.case.pk}/partages/",
                 f"dossiers/{place.case.pk}/partages/{row.pk}/"):  # fmt: skip
        assert theirs.get(f"/psad/troyes/{path}").status_code == 404
    assert theirs.post(f"{place.page}{row.pk}/").status_code == 404
    # An adviser without the case, a head elsewhere, a share of another case: as if there was none.
    assert signed(place.other).get(place.page).status_code == 404
    world.member(world.platform("chaumont"), user=place.other)
    assert signed(place.other).get(f"/psad/chaumont/dossiers/{place.case.pk}/partages/").status_code == 404
    twin = world.case(place.platform, place.head, world.young("Autre"))
    assert signed(place.head).post(f"/psad/troyes/dossiers/{twin.pk}/partages/{row.pk}/").status_code == 404


def test_D5_the_database_lets_a_partner_change_nothing_of_a_share(place: Sharing) -> None:
    row, _, _ = place.share("name", days=5)
    with context.acting(place.friend):
        assert Share.objects.update(ends_at=timezone.now() + dt.timedelta(days=80)) == 0
        assert ShareItem.objects.update(content=b"") == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            doors.log(row.pk, "share.burnt")  # the door's alone
        with pytest.raises(DatabaseError), transaction.atomic():
            doors.log(uuid4(), "share.read")
        assert not Case.objects.exists()


def test_D11_a_sensitive_kind_is_a_neutral_partner_outside_of_circle_1(place: Sharing) -> None:
    service = partner(place.platform, place.head, name="X", kind="pjj", organisation_name="UEMO")
    assert sharing.shown_kind(service, to_team=False) == "Partenaire de la plateforme"


def test_pages_of_shares_take_twelve_queries_at_most_and_as_many_with_three_shares(place: Sharing) -> None:
    row, _, _ = place.share("name")
    theirs, team = signed(place.friend), signed(place.head)
    paths = [
        (theirs, "/psad/partenaire/"),
        (team, place.page),
        (team, f"{place.page}{row.pk}/"),
        (theirs, address(row)),
    ]
    theirs.get(address(row))
    one = [queries(client, path) for client, path in paths]
    for _ in range(2):
        place.share("age")
    assert [queries(client, path) for client, path in paths] == one
    assert max(one) <= 12, one


def test_D13_an_expired_share_is_emptied_by_the_task_and_its_answers_become_notes(place: Sharing) -> None:
    row, _, _ = place.share("name")
    signed(place.friend).post(address(row), {"text": "Une place mardi"})
    place.ends(row, timezone.now() - dt.timedelta(days=2))
    retention.run(timezone.localdate(), at=timezone.now())
    with context.acting(place.head):
        assert (Share.objects.get().sealed_key, Note.objects.count()) == ("", 1)
    page = signed(place.head).get(f"{place.page}{row.pk}/").content.decode()
    assert ("parmi les notes" in page, "Mettre fin au partage" in page) == (True, False)
