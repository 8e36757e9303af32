"""The people of both circles, the meetings, the kit and the settings of a platform (D1, D5, D10, D13)."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import OutboxMail
from psad import context
from psad.lists import Role, Side
from psad.models import Case, CaseGrant, Grant, KitItem, Meeting, Move, Partner, Platform
from psad.services import granting, people
from psad.services.cases import day_of
from tests.factories import organisation, person
from tests.psad import world
from tests.psad.partner_world import Sharing, signed

HERE = "/psad/troyes/"
AT = timezone.now()


@pytest.fixture
def place(db: None) -> Sharing:
    return Sharing()


def typed(email: str, **more: Any) -> dict[str, Any]:
    return {"email": email, "role": "adviser", "side": "cio", "reason": "Arrivée au CIO de Troyes",
            "starts_on": timezone.localdate().isoformat()} | more  # fmt: skip


def test_D13_a_head_lets_a_person_in_with_a_reason_and_ends_it_with_another(place: Sharing) -> None:
    new, head = person(), signed(place.head)
    assert signed(new).get(HERE).status_code == 404
    assert head.post(f"{HERE}equipe/habiliter/", typed(new.email.upper())).status_code == 302
    with context.acting(place.head):
        made = Grant.objects.get(user=new)
        assert (made.role, made.side, made.given_by, made.reason) == (
            "adviser", "cio", place.head, "Arrivée au CIO de Troyes",
        )  # fmt: skip
        granting.give(cases=[place.case.pk], user=new, reason="Secteur de Troyes", by=place.head, role="head", at=AT)
    assert OutboxMail.objects.get(to=new.email).subject == "Un message vous attend sur le portail"
    theirs = signed(new)
    case = f"{HERE}dossiers/{place.case.pk}/"
    assert theirs.get(case).status_code == 200
    end = f"{HERE}equipe/{made.pk}/terminer/"
    assert head.post(end, {"reason": "fini"}).context["form"].errors.keys() == {"reason"}
    assert head.post(end, {"reason": "Départ en retraite"}).status_code == 302
    assert (theirs.get(case).status_code, theirs.get(HERE).status_code) == (404, 404)
    with context.acting(place.head):
        made.refresh_from_db()
        assert (made.end_reason, made.ended_by, made.ended_at is not None) == ("Départ en retraite", place.head, True)
        assert Case.objects.get(pk=place.case.pk).follower is None
        assert not CaseGrant.objects.filter(user=new, ends_at=None).exists()
        assert Move.objects.filter(verb="left").count() == 1
    page = head.get(f"{HERE}equipe/").content.decode()
    assert "Terminée parce que&nbsp;: Départ en retraite" in page
    assert "déjà pris fin" in head.post(end, {"reason": "Une seconde fois"}).content.decode()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"email": "inconnue@exemple.invalid"}, "email"), ({"reason": "oui"}, "reason"), ({"role": "chef"}, "role"),
        ({"side": ""}, "side"), ({"role": "head"}, "role"), ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
    ],
)  # fmt: skip
def test_S4_what_is_wrong_in_a_grant_is_said_beside_its_field(place: Sharing, more: dict[str, Any], field: str) -> None:
    answer = signed(place.head).post(f"{HERE}equipe/habiliter/", typed(person().email) | more)
    assert answer.context["form"].errors.keys() == {field}


def test_D13_only_a_head_gives_and_ends_and_no_head_ends_another(place: Sharing) -> None:
    second = world.member(place.platform, Role.HEAD, Side.ML)
    coordination = world.member(place.platform, Role.COORDINATION)
    with context.acting(place.head):
        theirs, given = Grant.objects.get(user=second), Grant.objects.get(user=place.adviser)
    for somebody in (place.adviser, coordination):
        who = signed(somebody)
        for path in ("equipe/habiliter/", f"equipe/{given.pk}/terminer/", "reglages/"):
            assert (who.get(f"{HERE}{path}").status_code, who.post(f"{HERE}{path}").status_code) == (403, 403)
        with context.acting(somebody), pytest.raises(DatabaseError), transaction.atomic():  # nor by SQL
            Grant.objects.create(platform=place.platform, user=person(), role="adviser", side="cio", reason="x")
    refused = signed(place.head).post(f"{HERE}equipe/{theirs.pk}/terminer/", {"reason": "Plus d’accord avec elle"})
    assert refused.context["form"].non_field_errors() == [people.HEADS_STAY]
    stranger = signed(world.member(world.platform("chaumont")))
    for path in (f"{HERE}equipe/", f"/psad/chaumont/equipe/{given.pk}/terminer/"):
        assert stranger.get(path).status_code == 404


def test_D5_a_partner_is_named_dated_ended_and_reads_nothing_at_once(place: Sharing) -> None:
    friend, coordination = person(), signed(world.member(place.platform, Role.COORDINATION))
    house = organisation()
    path = f"{HERE}equipe/partenaires/nouveau/"
    told = {"name": "Nour", "email": friend.email, "kind": "cfa", "starts_on": timezone.localdate().isoformat()}
    assert coordination.post(path, told).context["form"].errors.keys() == {"organisation_name"}
    assert coordination.post(path, told | {"organisation": house.pk}).status_code == 302
    assert coordination.post(path, told | {"organisation": house.pk}).context["form"].errors.keys() == {"email"}
    with context.acting(place.head):
        made = Partner.objects.get(email=friend.email)
    assert (made.user, made.organisation_name) == (friend, house.name)
    assert signed(place.adviser).get(path).status_code == 403
    theirs = signed(friend)
    assert theirs.get("/psad/partenaire/").status_code == 200
    one = f"{HERE}equipe/partenaires/{made.pk}/"
    assert coordination.post(one, {"ends_on": "2020-01-01"}).context["form"].errors.keys() == {"ends_on"}
    later = timezone.localdate() + dt.timedelta(days=60)
    assert coordination.post(one, {"ends_on": later.isoformat()}).status_code == 302
    coordination.post(one, {"acte": "terminer"})
    assert theirs.get("/psad/partenaire/").status_code == 403


def test_D5_meetings_are_read_by_circle_2_unless_they_are_the_teams_own(place: Sharing) -> None:
    team, theirs = signed(place.adviser), signed(place.friend)
    day = timezone.localdate() + dt.timedelta(days=5)
    told = {
        "title": "Assises",
        "held_on": day.isoformat(),
        "place": "Troyes",
        "agenda": "Chiffres",
        "with_partners": "on",
    }
    assert team.post(f"{HERE}reunions/nouvelle/", told).status_code == 302
    team.post(f"{HERE}reunions/nouvelle/", told | {"title": "Entre nous", "with_partners": ""})
    with context.acting(place.head):
        found = {row.title: row for row in Meeting.objects.all()}
    page = theirs.get("/psad/partenaire/reunions/").content.decode()
    assert ("Assises" in page, "Entre nous" in page) == (True, False)
    edit = f"{HERE}reunions/{found['Assises'].pk}/modifier/"
    shown = team.get(edit).context["form"].shown
    done = told | {"minutes": "Trois places de plus", "attendance": "CFA, CIO", "seen": shown}
    assert team.post(edit, done).status_code == 302
    late = team.post(edit, told | {"minutes": "Mes mots", "seen": shown})
    assert ("Quelqu’un d’autre" in late.content.decode(), "Mes mots" in late.content.decode()) == (True, True)
    assert "Trois places de plus" in team.get(f"{HERE}reunions/{found['Assises'].pk}/").content.decode()
    assert team.post(f"{HERE}reunions/nouvelle/", {"title": "", "held_on": "x"}).context["form"].errors.keys() == {
        "title", "held_on",
    }  # fmt: skip
    with context.acting(place.friend):
        assert Meeting.objects.update(minutes="x") == 0


def test_D10_the_kit_is_kept_by_who_answers_for_the_platform_and_read_by_both_circles(place: Sharing) -> None:
    with context.task("grants"):
        KitItem.objects.create(title="De la Région", text="Pour tous")
    head, adviser = signed(place.head), signed(place.adviser)
    new = f"{HERE}boite-a-outils/ajouter/"
    assert adviser.post(new, {"title": "x", "text": "y"}).status_code == 403
    assert head.post(new, {"title": "Trame", "address": "javascript:alert(1)"}).context["form"].errors.keys() == {
        "address"
    }
    assert head.post(new, {"title": "Trame"}).context["form"].errors.keys() == {"text"}
    assert head.post(new, {"title": "Trame", "address": "https://exemple.invalid/trame"}).status_code == 302
    for who, path in ((adviser, f"{HERE}boite-a-outils/"), (signed(place.friend), "/psad/partenaire/boite-a-outils/")):
        assert {tool.title for tool in who.get(path).context["tools"]} == {"De la Région", "Trame"}
    with context.acting(place.head):
        mine, everybodys = KitItem.objects.get(title="Trame"), KitItem.objects.get(title="De la Région")
    assert head.get(f"{HERE}boite-a-outils/{everybodys.pk}/").status_code == 404
    assert head.post(f"{HERE}boite-a-outils/{mine.pk}/", {"acte": "retirer"}).status_code == 302
    assert [tool.title for tool in adviser.get(f"{HERE}boite-a-outils/").context["tools"]] == ["De la Région"]


def settings(**more: Any) -> dict[str, Any]:
    return {"first_contact": "ml", "contact_days": "10", "attempts_needed": "5", "means_needed": "3",
            "check_months": ["3", "6", "9"], "phone": "0325", "email": "accueil@exemple.invalid"} | more  # fmt: skip


def test_D1_of_the_two_heads_who_settle_at_once_the_second_is_told(place: Sharing) -> None:
    second = signed(world.member(place.platform, Role.HEAD, Side.ML))
    first, path = signed(place.head), f"{HERE}reglages/"
    seen = [who.get(path).context["form"].shown for who in (first, second)]
    assert first.post(path, settings(seen=seen[0])).status_code == 302
    late = second.post(path, settings(seen=seen[1], contact_days="20"))
    assert "Quelqu’un d’autre" in late.content.decode()
    assert 'value="20"' in late.content.decode()
    assert second.post(path, settings(seen=late.context["form"]["seen"].value(), contact_days="20")).status_code == 302
    row = Platform.objects.get(slug="troyes")
    assert (row.first_contact, row.contact_days, row.attempts_needed, row.check_months) == ("ml", 20, 5, [3, 6, 9])
    wrong = first.post(path, settings(check_months=["9"], attempts_needed="1", contact_days=""))
    assert wrong.context["form"].errors.keys() == {"check_months", "attempts_needed", "contact_days"}


def test_pages_of_the_platform_take_twelve_queries_at_most(place: Sharing) -> None:
    world.member(place.platform, Role.COORDINATION)
    team = signed(place.head)
    with context.acting(place.head):
        meeting = Meeting.objects.create(platform=place.platform, title="x", held_on=timezone.localdate())
    paths = ("equipe/", "equipe/habiliter/", "equipe/partenaires/nouveau/", f"equipe/partenaires/{place.partner.pk}/",
             "reunions/", f"reunions/{meeting.pk}/", "boite-a-outils/", "reglages/")  # fmt: skip
    for path in paths:
        team.get(f"{HERE}{path}")
        with CaptureQueriesContext(connection) as asked:
            answer = team.get(f"{HERE}{path}")
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store, max-age=0")
        told = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
        assert len(told) <= 12, (path, told)


@pytest.mark.django_db(transaction=True)
def test_D13_two_heads_who_let_the_same_person_in_at_once_do_it_once() -> None:
    place = world.platform("troyes")
    heads = [world.member(place), world.member(place, side=Side.ML)]
    new = person()
    outcomes: list[str] = []

    def give(head: Any) -> None:
        try:
            with context.acting(head):
                people.grant(
                    platform=place, user=new, role="adviser", side="cio", reason="Arrivée au CIO",
                    starts_on=day_of(timezone.now()), by=head, at=timezone.now(),
                )  # fmt: skip
            outcomes.append("done")
        except ValidationError as error:
            outcomes.append(" ".join(error.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=[head]) for head in heads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == [people.ALREADY, "done"]
    with context.acting(heads[0]):
        assert Grant.objects.filter(user=new).count() == 1
