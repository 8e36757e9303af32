"""The queue and the page of a case, as those who work there use them (D2, S2, S4, issue 6)."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import Mandate
from psad import context
from psad.lists import Role, Side
from psad.models import Access, Attempt, Case, CaseGrant, Guardian, Note, Proposal
from psad.services import contacting
from tests.factories import organisation, person
from tests.psad.world import case, member, platform, solution, young

pytestmark = pytest.mark.django_db


class Place:
    """A platform, its head signed in, an adviser, one case of « Ana Exemple » (17)."""

    def __init__(self, client: Client) -> None:
        self.platform = platform()
        self.head = member(self.platform)
        self.adviser = member(self.platform, Role.ADVISER, Side.ML)
        self.case = case(self.platform, self.head)
        self.url = f"/psad/{self.platform.slug}/"
        self.page = f"{self.url}dossiers/{self.case.pk}/"
        self.client = client
        client.force_login(self.head)

    def get(self, url: str = "", *, to: Any = None) -> Any:
        self.client.force_login(to or self.head)
        return self.client.get(url or self.page)

    def post(self, act: str, values: dict[str, Any], *, version: int = 0) -> Any:
        return self.client.post(f"{self.page}{act}/", {"version": version} | values)


@pytest.fixture
def place(client: Client) -> Place:
    return Place(client)


def names(answer: Any) -> list[str]:
    return [line.name for line in answer.context["lines"]]


def test_D2_the_queue_shows_late_things_first_then_the_others_by_pages_of_fifty(place: Place) -> None:
    for number in range(51):
        case(place.platform, place.head, young(f"Nom{number:02d}", "Bo"))
    with context.acting(place.head):
        last = Case.objects.exclude(pk=place.case.pk).order_by("pk").last()
        Case.objects.filter(pk=last.pk).update(due_on=timezone.localdate() - dt.timedelta(days=3))
    first = place.get(place.url)
    assert len(names(first)) == 50
    assert first.context["lines"][0].case.pk == last.pk
    assert first.context["lines"][0].late == 3
    rest = place.get(place.url + first.context["next"])
    assert (len(names(rest)), rest.context["next"]) == (2, "")
    assert not set(names(first)) & set(names(rest))


def test_the_queue_takes_as_many_queries_with_forty_cases_as_with_one_and_twelve_at_most(place: Place) -> None:
    place.get(place.url)
    with CaptureQueriesContext(connection) as one:
        place.client.get(place.url)
    for number in range(40):
        case(place.platform, place.head, young(f"Nom{number:02d}", "Bo"))
    with CaptureQueriesContext(connection) as forty:
        place.client.get(place.url)
    assert len(forty) == len(one)
    # The savepoints are the test's own: a page's transaction is the outermost.
    asked = [query["sql"] for query in forty if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 12, asked


def test_S2_filters_are_closed_words_and_what_is_searched_is_in_no_address(place: Place) -> None:
    answer = place.get(f"{place.url}?etape=contacting&qui=moi&retard=1&autre=Exemple")
    assert names(answer) == []
    assert {one["address"] for one in answer.context["steps"]} > {"?etape=closed&qui=moi&retard=1"}
    found = place.client.post(f"{place.url}recherche/", {"typed": "exem"})
    assert (found.status_code, names(found)) == (200, ["Ana Exemple"])
    assert place.client.get(f"{place.url}recherche/").status_code == 405
    assert names(place.client.post(f"{place.url}recherche/", {"typed": "ex"})) == []
    assert found["Cache-Control"] == "private, no-store, max-age=0"


def test_D8_a_page_of_the_queue_and_a_case_are_each_one_line_of_the_log(place: Place) -> None:
    place.get(place.url)
    place.get()
    with context.acting(place.head):
        assert list(Access.objects.order_by("seq").values_list("verb", flat=True)) == ["case.list", "case.read"]


def test_D13_ticked_cases_are_given_to_a_colleague_who_then_reads_them(place: Place) -> None:
    other = case(place.platform, place.head, young("Autre"))
    assert names(place.get(place.url, to=place.adviser)) == []
    place.client.force_login(place.head)
    ticked = {"cases": [str(place.case.pk), str(other.pk)], "user": str(place.adviser.pk)}
    refused = place.client.post(place.url, ticked)
    assert (refused.status_code, refused.context["form"].errors.keys()) == (200, {"reason"})
    assert refused.content.decode().count(" checked") == 2
    done = place.client.post(place.url, ticked | {"reason": "Secteur de Troyes"})
    assert done.status_code == 302
    assert len(names(place.get(place.url, to=place.adviser))) == 2


def test_D13_who_is_to_make_the_first_contact_is_given_the_case(place: Place) -> None:
    assert place.get(to=place.adviser).status_code == 404
    place.client.force_login(place.head)
    assert place.post("preparer", {"follower": str(place.adviser.pk), "safe_contact": ""}).status_code == 302
    assert place.get(to=place.adviser).status_code == 200
    # An adviser keeps it or leaves it to nobody; naming another is for who reads the whole platform.
    refused = place.post("preparer", {"follower": str(place.head.pk), "safe_contact": ""}, version=1)
    assert refused.context["form"].errors.keys() == {"follower"}


def test_an_adviser_gives_nothing(place: Place) -> None:
    with context.acting(place.head):
        CaseGrant.objects.create(
            case=place.case, user=place.adviser, kind="follows", reason="Secteur", given_by=place.head,
            starts_at=timezone.now(),
        )  # fmt: skip
    answer = place.get(to=place.adviser)
    assert answer.status_code == 200
    assert "donner/" not in answer.content.decode()
    values = {"user": str(place.head.pk), "reason": "Trop de dossiers"}
    assert place.post("donner", values).status_code == 403


def test_D2_a_day_of_work_on_one_case(place: Place) -> None:
    offer = solution(place.platform, place.head, places=1)
    acts: list[tuple[str, dict[str, Any]]] = [
        ("preparer", {"follower": str(place.head.pk), "safe_contact": "Le soir seulement"}),
        ("essai", {"means": "phone", "outcome": "reached", "note": "Bonne voix"}),
        ("informer", {"means": "phone"}),
        ("entretien", {"means": "meeting", "needs": ["contract", "mobility"], "plan": "Visiter le CFA"}),
        ("proposer", {"solution": str(offer.pk)}),
    ]
    for version, (act, values) in enumerate(acts):
        assert place.post(act, values, version=version).status_code == 302, act
    with context.acting(place.head):
        made = Proposal.objects.get()
    start = timezone.localdate().isoformat()
    assert (
        place.post(
            "reponse", {"proposal": str(made.pk), "said": "accepted", "started_on": start}, version=5
        ).status_code
        == 302
    )
    page = place.get().content.decode()
    for words in (
        "Le soir seulement",
        "Bonne voix",
        "Visiter le CFA",
        "trouver un contrat",
        "CAP cuisine",
        "À 12&nbsp;mois",
    ):
        assert words in page, words
    with context.acting(place.head):
        row = Case.objects.get(pk=place.case.pk)
        assert (row.step, row.due_what) == ("followed", "check")


def test_S4_a_wrong_form_says_so_beside_the_field_and_keeps_what_was_typed(place: Place) -> None:
    answer = place.post("essai", {"means": "", "outcome": "no_answer", "note": "Sonne occupé"})
    assert (answer.status_code, answer.context["form"].errors.keys()) == (200, {"means"})
    assert "Sonne occupé" in answer.content.decode()
    with context.acting(place.head):
        assert not Attempt.objects.exists()


def test_two_advisers_on_one_case_the_second_keeps_their_words_and_may_send_again(place: Place) -> None:
    with context.acting(place.head):
        contacting.attempt(case=place.case.pk, means="phone", outcome="no_answer", by=place.head, role="head",
                           at=timezone.now())  # fmt: skip
    answer = place.post("note", {"text": "Mots à garder"}, version=0)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "a changé pendant que vous l’aviez ouvert" in page
    assert "Mots à garder" in page
    assert answer.context["form"]["version"].value() == "1"
    assert place.post("note", {"text": "Mots à garder"}, version=1).status_code == 302
    with context.acting(place.head):
        assert Note.objects.count() == 1


def test_S4_words_typed_in_a_form_that_is_no_more_are_shown(place: Place) -> None:
    place.post("clore", {"reason": "moved"})
    answer = place.post("essai", {"means": "phone", "outcome": "reached", "note": "Mots à garder"}, version=0)
    assert [line["value"] for line in answer.context["page"].lost] == ["Téléphone", "Jeune joint·e", "Mots à garder"]
    assert "Mots à garder" in answer.content.decode()


def test_D11_the_family_of_a_minor_is_kept_and_that_of_an_adult_is_not(place: Place) -> None:
    family = {"name": "Camille Exemple", "phone": "0639980000", "email": "", "wish": "agrees"}
    assert place.post("famille", family).status_code == 302
    assert "Camille Exemple" in place.get().content.decode()
    grown = case(place.platform, place.head, young("Grand", birth_date=dt.date(2005, 1, 1)))
    place.page = f"{place.url}dossiers/{grown.pk}/"
    assert "La famille" not in place.get().content.decode()
    refused = place.post("famille", family)
    assert "majeure" in refused.content.decode()
    with context.acting(place.head):
        assert Guardian.objects.count() == 1


def test_D14_unreachable_and_closing_ask_what_the_protocol_asks(place: Place) -> None:
    place.post("essai", {"means": "phone", "outcome": "no_answer"})
    assert "3 essai(s) de plus" in place.get().content.decode()
    refused = place.post("clore", {"reason": "unreachable"}, version=1)
    assert refused.context["form"].errors.keys() == {"reason"}
    assert place.post("clore", {"reason": "moved"}, version=1).status_code == 302
    assert "Rouvrir le dossier" in place.get().content.decode()
    assert place.post("rouvrir", {}, version=2).status_code == 302


@pytest.mark.parametrize("tail", ["", "essai/"])
def test_D8_a_case_of_another_platform_answers_as_one_that_does_not_exist(place: Place, tail: str) -> None:
    there = platform("chaumont")
    head = member(there)
    client = place.client
    client.force_login(head)
    asked = [
        f"{place.page}{tail}",
        f"/psad/chaumont/dossiers/{place.case.pk}/{tail}",
        f"/psad/chaumont/dossiers/{uuid4()}/{tail}",
    ]
    told = {(client.get(url).status_code, len(client.get(url).content)) for url in asked}
    assert told == {(404, len(client.get(asked[-1]).content))}
    assert {client.post(url, {"version": 0}).status_code for url in asked} <= ({404} if tail else {404, 405})
    # Not given to an adviser of the platform: the same.
    client.force_login(place.adviser)
    assert client.get(f"{place.page}{tail}").status_code == 404


def test_D8_the_heads_read_who_read_and_an_adviser_is_told_that_they_can(place: Place) -> None:
    place.head.name = "Blandine Aumercier"
    place.head.save()
    place.get()
    assert "Blandine Aumercier a ouvert le dossier" in place.get().content.decode()


def test_who_works_in_one_platform_is_led_to_it_and_who_works_in_none_is_refused(place: Place) -> None:
    assert place.get("/psad/")["Location"] == place.url
    member(platform("chaumont"), user=place.head)
    assert [grant.platform.slug for grant in place.get("/psad/").context["grants"]] == ["chaumont", "troyes"]


def test_D13_breaking_the_glass_names_the_person_whole_and_opens_their_case_for_hours(place: Place) -> None:
    url = f"{place.url}acces-exceptionnel/"
    signed_in_now(place.client, place.adviser)
    assert place.client.get(place.page).status_code == 404
    named = {"surname": "EXEMPLE", "given_names": "Ana", "birth_date": "2009-03-14", "hours": "3"}
    assert place.client.post(url, named | {"reason": "court"}).context["form"].errors.keys() == {"reason"}
    reason = {"reason": "Collègue absente, rendez-vous ce matin"}
    missed = place.client.post(url, named | reason | {"birth_date": "2009-03-15"})
    assert missed.context["form"].non_field_errors()
    assert place.client.post(url, named | reason)["Location"] == place.page
    assert "Ana Exemple" in place.client.get(place.page).content.decode()
    offered = place.client.get(place.page).context["page"].prepare.fields["follower"].choices
    assert [key for key, _ in offered] == [""]  # they read it, they do not take it
    with context.acting(place.head):
        verbs = list(Access.objects.order_by("seq").values_list("verb", flat=True))
        assert verbs == ["case.not_found", "case.break_glass", "case.read", "case.read"]
        assert [row.kind for row in CaseGrant.objects.all()] == ["break_glass"]


def test_D13_breaking_the_glass_asks_again_who_this_is(place: Place) -> None:
    place.client.force_login(place.adviser)
    answer = place.client.get(f"{place.url}acces-exceptionnel/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/comptes/confirmer-identite/")


def signed_in_now(client: Client, user: Any) -> None:
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def test_the_way_to_the_queue_is_on_ones_account_and_in_the_espace_pro(place: Place) -> None:
    assert f'<a href="{place.url}">' in place.get("/comptes/").content.decode()
    house = organisation()
    Mandate.objects.create(user=place.head, organisation=house, role=Mandate.Role.MEMBER)
    with context.acting(place.head):
        Case.objects.update(follower=place.head, due_on=timezone.localdate() - dt.timedelta(days=1))
    pro = place.get("/pro/")
    assert [(line["key"], line["count"], line["late"]) for line in pro.context["waiting"]][:1] == [
        ("psad-due", 1, True)
    ]
    assert '<a href="/psad/">' in pro.content.decode()
    assert "Exemple" not in pro.content.decode()
    other = person()
    Mandate.objects.create(user=other, organisation=house, role=Mandate.Role.MEMBER)
    assert "/psad/" not in place.get("/pro/", to=other).content.decode()


def test_D12_the_mission_locale_alone_convokes_and_the_clock_is_on_the_page(place: Place) -> None:
    born = timezone.localdate() - dt.timedelta(days=6_100)
    young_one = case(place.platform, place.head, young("Mineur", birth_date=born))
    place.page = f"{place.url}dossiers/{young_one.pk}/"
    refused = place.post("obligation", {"ground": "abandon"})
    assert "Seule la mission locale" in refused.content.decode()
    ml = member(place.platform, side=Side.ML)
    place.client.force_login(ml)
    assert place.post("obligation", {"ground": "abandon"}).status_code == 302
    soon = (timezone.localtime() + dt.timedelta(days=10)).strftime("%Y-%m-%dT09:30")
    assert place.post("convoquer", {"meeting_at": soon, "place": "Troyes"}, version=1).status_code == 302
    assert "Convocation du" in place.get(to=ml).content.decode()
    early = place.post("departement", {}, version=2)
    assert "n’est possible qu’à partir du" in early.content.decode()
    assert place.post("presente", {}, version=2).status_code == 302
    assert "Cette convocation est terminée" in place.post("presente", {}, version=3).content.decode()


def test_D13_a_case_is_offered_to_another_platform_by_who_reads_them_all(place: Place) -> None:
    there = platform("chaumont")
    offer = {"to": str(there.pk), "reason": "La personne déménage"}
    assert place.post("transmettre", offer).status_code == 302
    assert "a proposé le dossier à une autre plateforme" in place.get().content.decode()
    again = place.post("transmettre", offer, version=1)
    assert "déjà en cours" in again.content.decode()
    head = member(there)
    page = place.get("/psad/chaumont/transferts/", to=head)
    assert ("La personne déménage" in page.content.decode(), "Exemple" in page.content.decode()) == (True, False)
    answer = {"transfert": str(page.context["offered"][0].pk), "acte": "accepter"}
    taken = place.client.post("/psad/chaumont/transferts/", answer)
    assert taken["Location"] == f"/psad/chaumont/dossiers/{place.case.pk}/"
    assert "Ana Exemple" in place.client.get(taken["Location"]).content.decode()
    assert place.get().status_code == 404
    place.client.force_login(place.adviser)
    assert place.post("transmettre", offer).status_code == 404


def test_D7_the_notice_given_at_the_meeting_is_noted_with_it(place: Place) -> None:
    tick = 'name="informed"'
    assert tick in place.get().content.decode()
    met = {"means": "meeting", "needs": ["contract"], "plan": "Visiter le CFA", "informed": "on"}
    assert place.post("entretien", met).status_code == 302
    page = place.get().content.decode()
    assert "a donné la notice d’information" in page
    assert tick not in page
    with context.acting(place.head):
        assert Case.objects.get(pk=place.case.pk).informed_at is not None
