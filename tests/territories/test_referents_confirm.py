"""The page of the link (T2, T3): reads without writing, answers once, tells the second tab, forgets who asks."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.models import JournalEntry, OutboxMail
from core.secrets import new_secret
from members.models import Mandate
from spro.logs import scrub
from territories.confirmations import remind
from territories.models import Agency, Referent, ReferentCheck
from territories.referents import Sheet, replace_holder
from territories.services import withdraw_name
from tests.factories import agency, officer, organisation, person, professional, referent, region_staff
from tests.territories.test_remind_referents import confirmed, manager_of

pytestmark = pytest.mark.django_db
UNKNOWN = "/referents/confirmer/rien-de-tel/"


@pytest.fixture
def post() -> Referent:
    house = organisation(name="Maison", slug="maison")
    place = agency(slug="ici", name="Ici")
    return confirmed(
        name="Zoé Élan", email="zoe@exemple.invalid", phone="03 00 00 00 00", function="Conseillère", town="Épinal",
        organisation=house, agency=place, published_on=dt.date(2018, 12, 1),
    )  # fmt: skip


@pytest.fixture
def link(post: Referent) -> str:
    remind()
    return link_of(OutboxMail.objects.get())


def link_of(mail: OutboxMail) -> str:
    found = re.search(r"https?://[^/\s]+(/referents/confirmer/[\w-]{43}/)", mail.text)
    assert found
    return found[1]


def everything() -> list[object]:
    return [
        list(model.objects.order_by("pk").values()) for model in (Referent, ReferentCheck, OutboxMail, JournalEntry)
    ]


def test_T2_reading_writes_nothing_whoever_reads(client: Client, link: str, django_assert_max_num_queries) -> None:
    before = everything()
    with django_assert_max_num_queries(8):
        answer = client.get(link)
    assert answer.status_code == 200
    assert client.head(link).status_code == 200
    assert client.options(link).status_code == 405
    client.get(f"{link}?reponse=partir")
    client.post(link)
    client.post(link, {"reponse": "n’importe quoi"})
    assert everything() == before
    html = answer.content.decode()
    assert "Zoé Élan" in html and "zoe@exemple.invalid" in html  # noqa: PT018
    assert re.findall(r'name="reponse"[^>]*value="(\w+)"|value="(\w+)"[^>]*name="reponse"', html)


def test_S2_the_page_is_kept_by_nobody_and_says_nothing_of_where_it_is(link: str, post: Referent) -> None:
    client = Client()
    for path in (link, UNKNOWN):
        answer = client.get(path)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer.cookies == {}
    secret = link.split("/")[3]
    assert not ReferentCheck.objects.filter(digest=secret).exists()


def test_S2_a_browser_without_origin_nor_cookie_answers(link: str) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"origin": "null"})
    assert strict.post(link, {"reponse": "juste"}).status_code == 200


def test_T2_everything_is_right(client: Client, link: str, post: Referent) -> None:
    before = client.get("/territoires/ici/").content.decode()
    assert "Publié en décembre 2018, non confirmé" in before
    answer = client.post(link, {"reponse": "juste"})
    assert (answer.status_code, "confirmée pour un an" in answer.content.decode()) == (200, True)
    post.refresh_from_db()
    assert (post.confirmed_on, post.name) == (timezone.localdate(), "Zoé Élan")
    check = ReferentCheck.objects.get()
    assert (check.outcome, check.used_at is None) == ("confirmed", False)
    after = client.get("/territoires/ici/").content.decode()
    assert "non confirmé" not in after
    assert "Confirmé le" in after
    line = JournalEntry.objects.get()
    assert (line.verb, line.actor_key, line.actor_label) == ("referent.confirm", "", "référent·e, par le lien reçu")


def test_T2_and_stale_again_after_a_year_to_professionals(client: Client, link: str, post: Referent) -> None:
    client.post(link, {"reponse": "juste"})
    Referent.objects.update(confirmed_on=timezone.localdate() - dt.timedelta(days=367))
    client.force_login(professional())
    assert "à confirmer de nouveau" in client.get("/territoires/ici/").content.decode()
    assert "confirmé pour la dernière fois" in client.get(f"/pro/referents/{post.public_id}/").content.decode()


def test_T2_a_second_click_or_tab_is_told(client: Client, link: str, post: Referent) -> None:
    client.post(link, {"reponse": "juste"})
    after = everything()
    for answer in (client.post(link, {"reponse": "juste"}), client.post(link, {"reponse": "partir"}), client.get(link)):
        assert answer.status_code == 410
        assert "Vous avez déjà répondu" in answer.content.decode()
        assert "tout est juste" in answer.content.decode()
    assert everything() == after


def typed(post: Referent, **fields: str) -> dict[str, str]:
    values = {"function": "Directrice", "town": "Metz", "phone": "03 11 11 11 11"} | fields
    return {"reponse": "corriger"} | {f"fiche-{post.pk}-{name}": value for name, value in values.items()}


def test_T2_a_correction_of_function_town_and_telephone(client: Client, link: str, post: Referent) -> None:
    client.post(link, typed(post, name="Autre Nom", email="autre@exemple.invalid"))
    post.refresh_from_db()
    assert (post.function, post.town, post.phone) == ("Directrice", "Metz", "03 11 11 11 11")
    assert (post.name, post.email) == ("Zoé Élan", "zoe@exemple.invalid")
    assert post.confirmed_on == timezone.localdate()
    assert ReferentCheck.objects.get().outcome == "corrected"
    assert "03 11" not in repr(list(JournalEntry.objects.values()))


def test_T2_a_wrong_correction_leaves_the_link_open(client: Client, link: str, post: Referent) -> None:
    before = everything()
    answer = client.post(link, typed(post, phone="appelez-moi", function="x\r\nBcc: y"))
    assert answer.status_code == 200
    assert answer.content.decode().count('class="errorlist') == 2
    assert everything() == before
    assert client.post(link, typed(post)).status_code == 200


@pytest.mark.parametrize(("word", "outcome"), [("partir", "left"), ("retirer", "withdrawn")])
def test_T3_who_leaves_is_gone_at_once_and_the_managers_know(
    client: Client, link: str, post: Referent, word: str, outcome: str
) -> None:
    manager = manager_of(post.organisation)
    OutboxMail.objects.all().delete()
    assert client.post(link, {"reponse": word}).status_code == 200
    post.refresh_from_db()
    assert (post.name, post.email, post.phone, post.contact_digest) == ("", "", "", "")
    assert (post.withdrawn_at is not None) == (outcome == "withdrawn")
    assert ReferentCheck.objects.get().outcome == outcome
    page = client.get("/territoires/ici/").content.decode()
    assert "Élan" not in page
    mail = OutboxMail.objects.get()
    assert mail.to == manager.email
    assert "Élan" not in mail.text + mail.subject
    assert "/pro/organisme/maison/referents/" in mail.text
    assert "Élan" not in repr(list(JournalEntry.objects.values()))
    client.force_login(manager)
    assert "Poste de référent·e vacant" in client.get("/pro/").content.decode()
    assert client.get(link).status_code == 410


def test_T2_one_link_for_all_the_territories_of_a_person(client: Client) -> None:
    house = organisation()
    posts = [
        confirmed(name="Zoé Élan", email="zoe@exemple.invalid", organisation=house, agency=place)
        for place in (None, agency(), agency())
    ]
    same_name_elsewhere = confirmed(name="Zoé Élan", email="zoe@exemple.invalid")
    remind()
    link = link_of(OutboxMail.objects.order_by("pk").first())  # type: ignore[arg-type]
    client.post(link, {"reponse": "juste"})
    today = timezone.localdate()
    assert set(Referent.objects.filter(pk__in=[p.pk for p in posts]).values_list("confirmed_on", flat=True)) == {today}
    same_name_elsewhere.refresh_from_db()
    assert same_name_elsewhere.confirmed_on is None
    assert ReferentCheck.objects.filter(used_at=None).count() == 0


# --- Over


def test_T2_an_expired_link_says_so_and_changes_nothing(client: Client, link: str) -> None:
    ReferentCheck.objects.update(expires_on=timezone.localdate() - dt.timedelta(days=1))
    before = everything()
    for answer in (client.get(link), client.post(link, {"reponse": "juste"})):
        assert (answer.status_code, "a expiré" in answer.content.decode()) == (410, True)
    assert everything() == before


def test_T2_the_last_day_still_counts(client: Client, link: str) -> None:
    ReferentCheck.objects.update(expires_on=timezone.localdate())
    assert client.get(link).status_code == 200


def test_T3_a_name_withdrawn_meanwhile_shuts_the_link(client: Client, link: str, post: Referent) -> None:
    withdraw_name(referents=[post], actor=region_staff())
    for answer in (client.get(link), client.post(link, {"reponse": "juste"})):
        assert answer.status_code == 404
        assert "Élan" not in answer.content.decode()


def test_T2_a_former_holder_does_not_reach_their_successor(client: Client, link: str, post: Referent) -> None:
    replace_holder(referent=post, sheet=Sheet("Ali Bois", email="ali@exemple.invalid"), actor=person())
    assert client.get(link).status_code == 404


def test_T2_nor_when_the_desk_changed_the_name_by_itself(client: Client, link: str, post: Referent) -> None:
    Referent.objects.update(name="Ali Bois")
    before = everything()
    for answer in (client.get(link), client.post(link, {"reponse": "partir"})):
        assert (answer.status_code, "Cette fiche a changé" in answer.content.decode()) == (410, True)
        assert "Ali Bois" not in answer.content.decode()
    assert everything() == before


def test_a_guess_finds_nothing_and_costs_one_look_up(client: Client, link: str, django_assert_num_queries) -> None:
    for guess in (UNKNOWN, f"/referents/confirmer/{new_secret()[0]}/", link[:-2] + ("a/" if link[-2] != "a" else "b/")):
        with django_assert_num_queries(1):
            answer = client.get(guess)
        assert answer.status_code == 404
        with django_assert_num_queries(3):  # the transaction around it
            assert client.post(guess, {"reponse": "partir"}).status_code == 404
    digest = ReferentCheck.objects.get().digest
    assert client.get(f"/referents/confirmer/{digest}/").status_code == 404


def test_S2_the_log_of_a_request_holds_the_route(client: Client, link: str, monkeypatch) -> None:
    said: list[dict] = []
    monkeypatch.setattr("spro.middleware.log.info", lambda _, **fields: said.append(fields))
    client.get(link)
    assert [line["route"] for line in said] == ["/referents/confirmer/<slug:secret>/"]
    assert link.split("/")[3] not in repr(said)
    assert "zoe@" not in scrub("zoe@exemple.invalid")


def test_a_script_in_a_sheet_is_only_text(client: Client) -> None:
    confirmed(name="<script>alert(1)</script>", function="<b>x</b>", email="a@exemple.invalid")
    remind()
    html = client.get(link_of(OutboxMail.objects.get())).content.decode()
    assert "<script>alert" not in html


def test_a_line_break_in_a_sheet_adds_no_header_to_a_mail() -> None:
    house = organisation(name="Maison\r\nBcc: a@b.fr")
    confirmed(name="Zoé\r\nBcc: a@b.fr", email="a@exemple.invalid", organisation=house)
    remind()
    mail = OutboxMail.objects.get()
    assert mail.subject == "Votre fiche de référent·e est-elle encore juste\u00a0?"
    assert (mail.to, mail.headers) == ("a@exemple.invalid", {})


def test_T2_the_region_sees_who_can_be_asked_by_nobody() -> None:
    from core.desk import waiting

    staff = region_staff()
    house = organisation()
    referent(organisation=house)
    line = next(line for line in waiting("region", staff) if line["key"] == "referents-unasked")
    assert (line["count"], line["url"]) == (1, "/admin/territories/referent/?due=injoignables")
    Mandate.objects.create(user=person(), organisation=house, role=Mandate.Role.MANAGER)
    assert [line for line in waiting("region", staff) if line["key"] == "referents-unasked"] == []


def test_S3_an_agency_counts_its_own_territory_only() -> None:
    from core.desk import waiting

    served = officer()
    here = Agency.objects.get()
    referent(agency=here)
    referent(agency=agency())
    referent()
    found = {line["key"]: line["count"] for line in waiting("region", served)}
    assert found["referents-unasked"] == 1


@pytest.mark.django_db(transaction=True)
def test_T2_of_two_answers_at_the_same_instant_one_is_told() -> None:
    house = organisation()
    for place in (None, agency()):
        confirmed(name="Zoé Élan", email="zoe@exemple.invalid", organisation=house, agency=place)
    remind()
    link = link_of(OutboxMail.objects.get())
    start, statuses = threading.Barrier(4), []

    def click(word: str) -> None:
        try:
            start.wait(10)
            statuses.append(Client().post(link, {"reponse": word}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=[word]) for word in ("juste", "partir", "juste", "juste")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(statuses) == [200, 410, 410, 410]
    assert len(set(Referent.objects.values_list("name", flat=True))) == 1


@pytest.mark.django_db(transaction=True)
def test_T2_an_answer_and_a_replacement_at_once_never_mix_two_people() -> None:
    post = confirmed(name="Zoé Élan", email="zoe@exemple.invalid", phone="03 00 00 00 00")
    remind()
    link, manager = link_of(OutboxMail.objects.get()), person()
    start, answers = threading.Barrier(2), []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(10)
            answers.append(act())
        finally:
            connection.close()

    acts = [
        lambda: Client().post(link, typed(post)).status_code,
        lambda: replace_holder(referent=post, sheet=Sheet("Ali Bois", "Conseiller", "Metz"), actor=manager).name,
    ]
    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 2
    post.refresh_from_db()
    assert (post.name, post.function, post.town, post.email, post.phone) == ("Ali Bois", "Conseiller", "Metz", "", "")
