"""`/pro/organisme/`: who opens what, and the sheet of annexe 2 as its organisation keeps it (M1, E4)."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import JournalEntry, SearchDocument
from members import sheet
from members.models import Mandate, Organisation
from members.services_sheet import SheetChangedError, confirm_sheet, save_sheet
from tests import factories

pytestmark = pytest.mark.django_db
MANAGER, MEMBER = Mandate.Role.MANAGER, Mandate.Role.MEMBER


def team(**fields: Any) -> tuple[Organisation, User, User]:
    """An organisation, who manages it, and a member of its team."""
    house = factories.organisation(**fields)
    boss, member = factories.person(name="Solène Essai"), factories.person(name="Karim Essai")
    Mandate.objects.create(user=boss, organisation=house, role=MANAGER)
    Mandate.objects.create(user=member, organisation=house, role=MEMBER)
    return house, boss, member


def typed(house: Organisation, **changes: Any) -> dict[str, Any]:
    """The form of the sheet as a browser sends it."""
    values = {
        "legal_representative": house.legal_representative,
        "legal_representative_title": house.legal_representative_title,
        "presentation": house.presentation, "activities": "\r\n".join(house.activities),
        "fte": "" if house.fte is None else str(house.fte), "fte_note": house.fte_note, "website": house.website,
        "place": house.place, "seen": sheet.fingerprint(house),
    }  # fmt: skip
    return values | changes


def page(slug: str, rest: str = "") -> str:
    return f"/pro/organisme/{slug}/{rest}"


READ = ["", "fiche/", "equipe/", "charte/", "historique/", "equipe/quitter/"]
MANAGED = ["equipe/inviter/", "equipe/passer-la-main/", "equipe/{m}/role/", "equipe/{m}/fin/"]
POSTED = [
    "fiche/", "fiche/confirmer/", "equipe/inviter/", "equipe/passer-la-main/", "equipe/{m}/role/", "equipe/{m}/fin/",
    "equipe/invitations/{i}/renvoyer/", "equipe/invitations/{i}/annuler/",
]  # fmt: skip


def outsiders() -> dict[str, User]:
    return {
        "citizen": factories.person(),
        "manager elsewhere": factories.professional(MANAGER),
        "officer": factories.officer(),
        "region": factories.region_staff(),
    }


@pytest.mark.parametrize("rest", [*READ, *MANAGED])
def test_E4_pages_of_another_organisation_do_not_exist(client: Client, rest: str) -> None:
    house, boss, _ = team()
    url = page(house.slug, rest.format(m=boss.mandates.get().pk))
    assert client.get(url).status_code == 302
    for who, user in outsiders().items():
        client.force_login(user)
        assert client.get(url).status_code == 404, who


@pytest.mark.parametrize("rest", [*POSTED, "equipe/quitter/"])
def test_E4_acts_on_another_organisation_do_not_exist(client: Client, rest: str) -> None:
    house, boss, _ = team()
    url = page(house.slug, rest.format(m=boss.mandates.get().pk, i=1))
    for who, user in outsiders().items():
        client.force_login(user)
        assert client.post(url, typed(house, place="Pris")).status_code == 404, who
    house.refresh_from_db()
    assert (house.place, boss.mandates.in_force().count()) == ("", 1)


@pytest.mark.parametrize("rest", [*POSTED])
def test_E4_a_member_does_no_act_of_a_manager(client: Client, rest: str) -> None:
    house, boss, member = team()
    client.force_login(member)
    url = page(house.slug, rest.format(m=boss.mandates.get().pk, i=1))
    assert client.post(url, typed(house, place="Pris")).status_code == 403
    house.refresh_from_db()
    assert house.place == ""


def test_E4_a_member_reads_and_the_manager_opens_everything(client: Client) -> None:
    house, boss, member = team()
    client.force_login(member)
    assert [client.get(page(house.slug, rest)).status_code for rest in READ] == [200] * len(READ)
    other = str(member.mandates.get().pk)
    assert [client.get(page(house.slug, rest.format(m=other))).status_code for rest in MANAGED] == [403] * len(MANAGED)
    client.force_login(boss)
    client.post("/comptes/confirmer-identite/", {"password": factories.PASSWORD})
    answers = [client.get(page(house.slug, rest.format(m=other))).status_code for rest in [*READ, *MANAGED]]
    assert answers[: len(READ) + 1] == [200] * (len(READ) + 1)
    assert answers[-2:] == [200, 200]


def test_E4_one_organisation_opens_at_once_several_are_chosen(client: Client) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    assert client.get("/pro/organisme/").headers["Location"] == page(house.slug)
    other = factories.organisation(name="Autre maison")
    Mandate.objects.create(user=boss, organisation=other)
    answer = client.get("/pro/organisme/")
    assert (answer.status_code, page(other.slug) in answer.content.decode()) == (200, True)
    client.force_login(factories.region_staff())
    assert client.get("/pro/organisme/").status_code == 403


def test_E4_an_ended_mandate_is_out_at_the_next_request(client: Client) -> None:
    house, boss, member = team()
    client.force_login(member)
    assert client.get(page(house.slug)).status_code == 200
    manager = Client()
    manager.force_login(boss)
    assert manager.post(page(house.slug, f"equipe/{member.mandates.get().pk}/fin/")).status_code == 302
    assert [client.get(url).status_code for url in (page(house.slug), "/pro/organisme/", "/pro/")] == [404, 403, 403]


def test_E4_a_former_organisation_is_shut(client: Client) -> None:
    house, boss, _ = team(status=Organisation.Status.FORMER)
    client.force_login(boss)
    assert [client.get(page(house.slug)).status_code, client.get("/pro/organisme/").status_code] == [404, 403]
    assert client.post(page(house.slug, "fiche/"), typed(house, place="Pris")).status_code == 404


def test_E4_a_candidate_has_its_sheet_and_no_public_page(client: Client) -> None:
    house, boss, _ = team(status=Organisation.Status.CANDIDATE)
    client.force_login(boss)
    assert client.post(page(house.slug, "fiche/"), typed(house, place="Nancy")).status_code == 302
    text = client.get(page(house.slug)).content.decode()
    assert (house.get_absolute_url() in text, SearchDocument.objects.filter(key=house.slug).exists()) == (False, False)


# --- the sheet


def test_M1_a_manager_writes_the_sheet_and_everyone_reads_it(client: Client) -> None:
    house, boss, _ = team(name="Maison d’essai", published_on=timezone.localdate())
    client.force_login(boss)
    answer = client.post(
        page(house.slug, "fiche/"),
        typed(
            house, legal_representative="Anne Essai\r\nBob Essai", legal_representative_title="Présidente\r\nDirecteur",
            presentation="Un lieu.\r\n\r\nPour toutes et tous.", activities="accueillir\r\n\r\ninformer", fte="3,5",
            fte_note="sur deux sites", website="www.exemple.fr\r\nhttps://exemple.org/a", place="Nancy",
        ),
    )  # fmt: skip
    assert answer.status_code == 302
    house.refresh_from_db()
    assert {name: getattr(house, name) for name in sheet.EDITABLE} == {
        "legal_representative": "Anne Essai | Bob Essai",
        "legal_representative_title": "Présidente | Directeur",
        "presentation": "Un lieu. | Pour toutes et tous.",
        "activities": ["accueillir", "informer"],
        "fte": Decimal("3.50"),
        "fte_note": "sur deux sites",
        "website": "www.exemple.fr | https://exemple.org/a",
        "place": "Nancy",
    }
    assert house.confirmed_on == timezone.localdate()
    public = " ".join(Client().get(house.get_absolute_url()).content.decode().split())
    month = timezone.localdate().strftime("%Y")
    assert ("Fiche confirmée par l’organisme en" in public, month in public, "non confirmé" in public) == (
        True, True, False,
    )  # fmt: skip
    assert "Pour toutes et tous." in SearchDocument.objects.get(kind="organisation", key=house.slug).summary


def test_M1_the_journal_says_what_changed_and_names_nobody(client: Client) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    client.post(page(house.slug, "fiche/"), typed(house, legal_representative="Anne Essai", place="Nancy"))
    entry = JournalEntry.objects.get(verb="sheet.change")
    assert entry.changes == {"place": ["", "Nancy"], "legal_representative": ["[non conservé]", "[non conservé]"]}
    assert (entry.actor_key, entry.target_key) == (str(boss.pk), str(house.pk))
    text = client.get(page(house.slug, "historique/")).content.decode()
    assert ("Solène Essai" in text, "Nancy" in text, "Anne Essai" in text) == (True, True, False)


def test_M1_the_regions_part_of_the_sheet_cannot_be_written(client: Client) -> None:
    house, boss, _ = team(name="Vrai nom")
    network = factories.network()
    client.force_login(boss)
    stolen = {"name": "Autre", "status": "former", "network": network.pk, "slug": "autre", "confirmed_on": "2001-01-01"}
    assert client.post(page(house.slug, "fiche/"), typed(house, place="Nancy", **stolen)).status_code == 302
    house.refresh_from_db()
    assert (house.name, house.status, house.network, house.place) == ("Vrai nom", "signatory", None, "Nancy")


def test_M1_two_managers_at_once_lose_nothing(client: Client) -> None:
    house, boss, _ = team()
    mine = typed(house, place="Metz", presentation="Mon long texte.")
    save_sheet(organisation=house, values={"place": "Nancy"}, seen=sheet.fingerprint(house), actor=boss)
    client.force_login(boss)
    answer = client.post(page(house.slug, "fiche/"), mine)
    text = answer.content.decode()
    assert (answer.status_code, "Metz" in text, "Mon long texte." in text, "Nancy" in text) == (409, True, True, True)
    house.refresh_from_db()
    assert (house.place, house.presentation) == ("Nancy", "")
    assert "autre onglet" in text  # it was their own hand
    again = mine | {"seen": sheet.fingerprint(house)}
    assert f'value="{again["seen"]}"' in text
    assert client.post(page(house.slug, "fiche/"), again).status_code == 302
    house.refresh_from_db()
    assert (house.place, house.presentation) == ("Metz", "Mon long texte.")


def test_M1_two_tabs_keep_what_each_of_them_touched(client: Client) -> None:
    house, boss, _ = team(place="Troyes", website="www.a.fr", presentation="Un. | Deux.", fte=2, fte_note="")
    client.force_login(boss)
    tabs = [client.get(page(house.slug, "fiche/")).context["form"] for _ in range(2)]
    first, second = ({field.html_name: field.value() for field in tab} | {"fte": "2"} for tab in tabs)
    assert client.post(page(house.slug, "fiche/"), first | {"place": "Reims", "fte_note": "a"}).status_code == 302
    assert client.post(page(house.slug, "fiche/"), second | {"website": "www.b.fr", "fte": "3,5"}).status_code == 302
    house.refresh_from_db()
    assert (house.place, house.website, house.fte, house.fte_note) == ("Reims", "www.b.fr", Decimal("3.5"), "a")
    answer = client.post(page(house.slug, "fiche/"), second | {"place": "Metz"})
    assert (answer.status_code, [field["label"] for field in answer.context["other"]]) == (409, ["Siège"])
    form = answer.context["form"]
    again = {field.html_name: field.value() for field in form}
    assert (again["place"], again["website"], again["fte"], again["fte_note"]) == ("Metz", "www.b.fr", "3,5", "a")
    assert client.post(page(house.slug, "fiche/"), again).status_code == 302
    house.refresh_from_db()
    assert (house.place, house.website, house.fte, house.fte_note) == ("Metz", "www.b.fr", Decimal("3.5"), "a")


def test_M1_a_form_with_a_forged_memory_writes_over_nothing_unseen(client: Client) -> None:
    house, boss, _ = team(place="Troyes")
    client.force_login(boss)
    data = typed(house, place="Metz", seen="x", base=sheet.sealed(house)[:-2] + "xx")
    assert client.post(page(house.slug, "fiche/"), data).status_code == 409
    house.refresh_from_db()
    assert house.place == "Troyes"


@pytest.mark.django_db(transaction=True)
def test_M1_of_two_saves_at_the_same_instant_one_is_told() -> None:
    house, boss, _ = team()
    seen, outcomes, gate = sheet.fingerprint(house), [], threading.Barrier(2)

    def save(place: str) -> None:
        try:
            gate.wait()
            save_sheet(organisation=house, values={"place": place}, seen=seen, actor=boss)
            outcomes.append("saved")
        except SheetChangedError:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(place,)) for place in ("Metz", "Nancy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "told"]


def test_M1_still_right_in_one_press_and_twice_is_once(client: Client) -> None:
    house, boss, _ = team(place="Nancy")
    client.force_login(boss)
    for _ in range(2):
        assert client.post(page(house.slug, "fiche/confirmer/"), {"seen": sheet.fingerprint(house)}).status_code == 302
    house.refresh_from_db()
    assert (house.confirmed_on, JournalEntry.objects.filter(verb="sheet.confirm").count()) == (timezone.localdate(), 1)


def test_M1_one_confirms_what_one_read_and_nothing_else(client: Client) -> None:
    house, boss, _ = team(place="Nancy")
    client.force_login(boss)
    for seen in ("", "x" * 9000, sheet.fingerprint(Organisation(place="Metz"))):
        client.post(page(house.slug, "fiche/confirmer/"), {"seen": seen})
    house.refresh_from_db()
    assert house.confirmed_on is None
    assert client.get(page(house.slug, "fiche/confirmer/")).status_code == 405


def test_M1_saving_without_a_change_confirms(client: Client) -> None:
    house, boss, _ = team(presentation="Un. | Deux.", activities=["a", "b"], website="exemple.fr | exemple.org", fte=2)
    house.refresh_from_db()
    client.force_login(boss)
    shown = client.get(page(house.slug, "fiche/")).context["form"]
    data = {field.html_name: field.value() for field in shown} | {"fte": "2"}
    assert client.post(page(house.slug, "fiche/"), data).status_code == 302
    assert list(JournalEntry.objects.values_list("verb", flat=True)) == ["sheet.confirm"]
    house.refresh_from_db()
    assert (house.presentation, house.website) == ("Un. | Deux.", "exemple.fr | exemple.org")


ATTACK = "<script>alert(1)</script>"


def test_S4_script_in_every_field_is_words(client: Client) -> None:
    house, boss, member = team()
    client.force_login(boss)
    fields = ("legal_representative", "legal_representative_title", "presentation", "activities", "fte_note", "place")
    answer = client.post(page(house.slug, "fiche/"), typed(house, **dict.fromkeys(fields, ATTACK)))
    assert answer.status_code == 302
    urls = [page(house.slug, rest) for rest in READ] + ["/pro/", house.get_absolute_url()]
    for user in (boss, member):
        client.force_login(user)
        for url in urls:
            assert ATTACK not in client.get(url).content.decode(), url


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("presentation", "x" * 8_001), ("activities", "\n".join("a" for _ in range(61))), ("activities", "x" * 601),
        ("legal_representative", "x" * 201), ("place", "\n".join("x" * 60 for _ in range(4))), ("fte", "beaucoup"),
        ("fte", "-1"), ("fte", "1e9"), ("fte", "NaN"), ("website", "javascript:alert(1)"), ("website", "ftp://exemple.fr"),
        ("website", "pas une adresse"), ("place", "Na\x00ncy"), ("presentation", "a\x00b"), ("seen", "x" * 65),
    ],
)  # fmt: skip
def test_S4_bad_values_are_told_beside_the_field_and_kept(client: Client, field: str, value: str) -> None:
    house, boss, _ = team(place="Nancy")
    client.force_login(boss)
    answer = client.post(page(house.slug, "fiche/"), typed(house, **{"fte_note": "gardée", field: value}))
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert 'value="gardée"' in answer.content.decode()
    house.refresh_from_db()
    assert (house.place, house.confirmed_on) == ("Nancy", None)


def test_S4_a_formula_stays_text(client: Client) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    client.post(page(house.slug, "fiche/"), typed(house, place="=1+1"))
    house.refresh_from_db()
    assert house.place == "=1+1"


def test_forms_refuse_a_post_without_their_secret() -> None:
    house, boss, _ = team()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(boss)
    for rest in ("fiche/", "fiche/confirmer/", "equipe/inviter/", "equipe/quitter/"):
        assert strict.post(page(house.slug, rest), typed(house, place="Pris")).status_code == 403, rest
    house.refresh_from_db()
    assert house.place == ""


# --- what is missing, what waits


def test_M1_a_common_sheet_counts_for_who_belongs_to_it() -> None:
    above = factories.organisation(presentation="Commune.", activities=["a"], fte=3, website="exemple.fr")
    house = factories.organisation(parent=above, legal_representative="A", legal_representative_title="B", place="C")
    assert (sheet.missing(house), [part.name for part in sheet.parts(house) if part.common]) == (
        [], ["presentation", "activities", "fte", "website"],
    )  # fmt: skip
    assert sheet.missing(factories.organisation(parent=factories.organisation()))[:2] == [
        "le nom de la personne qui représente l’organisme",
        "son titre",
    ]


def waiting(client: Client, user: User) -> dict[str, tuple[int, bool]]:
    client.force_login(user)
    return {line["key"]: (line["count"], line["late"]) for line in client.get("/pro/").context["waiting"]}


def test_E4_the_desk_says_what_waits_of_the_sheet(client: Client) -> None:
    house, boss, member = team()
    assert waiting(client, boss)["sheet-confirm"] == (1, False)
    assert "sheet-confirm" not in waiting(client, member)
    Organisation.objects.filter(pk=house.pk).update(confirmed_on=timezone.localdate() - timedelta(days=366))
    assert waiting(client, boss)["sheet-confirm"] == (1, True)
    house.refresh_from_db()
    confirm_sheet(organisation=house, seen=sheet.fingerprint(house), actor=boss)
    after = waiting(client, boss)
    assert (after.get("sheet-confirm"), after["sheet-incomplete"]) == (None, (1, False))


def test_E4_the_desk_says_that_ones_mandate_ends_soon(client: Client) -> None:
    _house, _, member = team()
    assert "mandate-ending" not in waiting(client, member)
    Mandate.objects.filter(user=member).update(ends_on=timezone.localdate() + timedelta(days=30))
    assert waiting(client, member)["mandate-ending"] == (1, False)


def test_E4_several_organisations_are_told_together(client: Client) -> None:
    _, boss, _ = team()
    for _ in range(4):
        Mandate.objects.create(user=boss, organisation=factories.organisation(), role=MANAGER)
    assert waiting(client, boss)["sheet-confirm"] == (5, False)


@pytest.mark.parametrize("rest", ["", "equipe/", "historique/"])
def test_pages_ask_as_much_for_one_as_for_many(client: Client, django_assert_max_num_queries: Any, rest: str) -> None:
    house, boss, _ = team()
    client.force_login(boss)
    client.get(page(house.slug, rest))
    with django_assert_max_num_queries(60) as first:
        client.get(page(house.slug, rest))
    for _ in range(6):
        Mandate.objects.create(user=factories.person(), organisation=house)
        save_sheet(organisation=house, values={"place": f"{_}"}, seen=sheet.fingerprint(house), actor=boss)
        house.refresh_from_db()
    with django_assert_max_num_queries(len(first)):
        client.get(page(house.slug, rest))
