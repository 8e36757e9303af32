"""`/pro/organisme/<slug>/lieux/`: an organisation keeps the sheets of its places true (M1)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.desk import waiting
from core.journal import UNSAID
from core.models import JournalEntry, SearchDocument
from core.packs.report import Report
from core.packs.threeway import Wanted, Writer
from members.models import Mandate, Organisation
from territories import services_sites
from territories.importers.kinds import SITES
from territories.models import Site
from territories.services import site_changed
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Organisation:
    return factories.organisation(slug="la-maison")


def works(house: Organisation, role: Mandate.Role = Mandate.Role.MANAGER) -> Any:
    user = factories.person()
    Mandate.objects.create(user=user, organisation=house, role=role)
    return user


@pytest.fixture
def boss(client: Client, house: Organisation) -> Client:
    client.force_login(works(house))
    return client


@pytest.fixture
def place(house: Organisation) -> Site:
    commune = factories.town("Épinal", insee="88160", lat=48.17, lon=6.45, postal_codes=["88000"])
    return factories.site(organisation=house, commune=commune, name="Accueil d’Épinal", slug="accueil-epinal")


URL = "/pro/organisme/la-maison/lieux/accueil-epinal/"


def sheet(place: Site, **changes: Any) -> dict[str, Any]:
    """What the form of this place sends when nothing is touched, with `changes`."""
    place.refresh_from_db()
    said: dict[str, Any] = {
        name: getattr(place, name)
        for name in (
            "name", "description", "address", "postal_code", "phone", "email", "website", "hours_text", "services",
            "channels", "publics", "access", "access_text",
        )
    }  # fmt: skip
    said |= {"commune": f"{place.commune.name} ({place.commune.department_id})"}
    said |= {"version": services_sites.version_of(place)}
    for day, pairs in place.hours.items():
        for index, (start, end) in enumerate(pairs):
            said |= {f"h-{day}-{index}-start": start, f"h-{day}-{index}-end": end}
    return said | changes


def test_M1_a_manager_writes_the_sheet_and_every_reader_sees_it(boss: Client, place: Site) -> None:
    answer = boss.post(URL, sheet(
        place, description="Un accueil pour tout le monde.", address="1 rue de l’Essai", postal_code="88000",
        phone="03 29 00 00 00", website="www.exemple.fr", services=["accueil", "vae"], channels=["telephone"],
        access=["pmr", "lsf"], access_text="Ascenseur.", point="48,18 ; 6,46",
        **{"h-1-0-start": "9h", "h-1-0-end": "12:00", "h-1-1-start": "14h", "h-1-1-end": "17 h 30", "h-2-like": "on",
           "h-3-like": "on"},
    ))  # fmt: skip
    assert (answer.status_code, answer["Location"]) == (302, URL)
    place.refresh_from_db()
    day = [["09:00", "12:00"], ["14:00", "17:30"]]
    assert place.hours == {"1": day, "2": day, "3": day}
    assert (place.lat, place.lon, place.provisional) == (48.18, 6.46, False)
    assert (place.website, place.access, place.confirmed_on) == (
        "https://www.exemple.fr", ["pmr", "lsf"], timezone.localdate()
    )  # fmt: skip
    public = Client().get(place.get_absolute_url()).content.decode()
    assert "Un accueil pour tout le monde." in public
    assert "Fiche confirmée par l’organisme en" in public
    assert "1 rue de l’Essai" in place.card
    assert "honesty-line" not in place.card
    line = JournalEntry.objects.get(verb="site.change")
    assert line.changes["phone"] == [UNSAID, UNSAID]
    assert JournalEntry.objects.filter(verb="site.confirm").count() == 1


def test_one_line_fields_are_one_line(boss: Client, place: Site) -> None:
    boss.post(URL, sheet(place, address=" 1 rue\r\nde  l’Essai\n"))
    place.refresh_from_db()
    assert place.address == "1 rue de l’Essai"


@pytest.mark.parametrize("tail", ['a"b', "a b", "a'b", "a<b>", "a\\b", "a\tb"])
def test_a_website_holds_neither_space_nor_quote(boss: Client, place: Site, tail: str) -> None:
    answer = boss.post(URL, sheet(place, website=f"https://www.exemple.fr/{tail}"))
    assert list(answer.context["form"].errors) == ["website"]


def test_what_is_sent_untouched_changes_nothing(boss: Client, place: Site) -> None:
    Site.objects.filter(pk=place.pk).update(
        lat=48.171234567,
        provisional=False,
        confirmed_on=timezone.localdate(),
        hours={"1": [["09:00", "10:00"], ["11:00", "12:00"], ["14:00", "15:00"]]},
    )
    place.refresh_from_db()
    before = Site.objects.filter(pk=place.pk).values().get()
    answer = boss.post(URL, sheet(place, point=f"{place.lat:.6f}, {place.lon:.6f}"))
    assert answer.status_code == 302
    assert Site.objects.filter(pk=place.pk).values().get() == before
    assert not JournalEntry.objects.filter(verb="site.change").exists()


def test_M1_what_is_wrong_is_said_beside_its_day_and_its_field_and_the_rest_is_kept(boss: Client, place: Site) -> None:
    answer = boss.post(URL, sheet(
        place, description="Gardé.", email="pas-une-adresse", website="javascript:alert(1)", phone="demandez-le",
        postal_code="8800", point="48.17",
        **{"h-1-0-start": "12:00", "h-1-0-end": "09:00", "h-2-0-start": "09:00", "h-3-0-start": "25h",
           "h-4-0-start": "9h", "h-4-0-end": "12h", "h-4-1-start": "11h", "h-4-1-end": "14h"},
    ))  # fmt: skip
    html = answer.content.decode()
    assert answer.status_code == 200
    days = re.findall(r'id="jour-(\d)-erreur">(?:<li>)?([^<]+)', html.replace("\n", ""))
    assert days == [
        ("1", "La fin vient après le début."), ("2", "Il manque l’heure de fin."),
        ("3", "Écrivez une heure, par exemple 9h ou 13h30."), ("4", "Les deux plages se touchent ou se chevauchent."),
    ]  # fmt: skip
    assert answer.context["form"].errors.keys() == {"email", "website", "phone", "postal_code", "point"}
    assert "Gardé." in html
    place.refresh_from_db()
    assert place.description == ""


def test_T1_a_commune_is_typed_as_on_the_directory_and_asked_when_several_answer(boss: Client, place: Site) -> None:
    for insee, name in (("88001", "Saulcy"), ("88002", "Saulcy")):
        factories.town(name, insee=insee, lat=48.2, lon=6.5, postal_codes=["88777"])
    answer = boss.post(URL, sheet(place, commune="Saulcy"))
    assert answer.status_code == 200
    assert re.findall(r'name="commune_choice" value="(\d+)"', answer.content.decode()) == ["88001", "88002"]
    assert boss.post(URL, sheet(place, commune="Saulcy", commune_choice="99999")).status_code == 200
    assert boss.post(URL, sheet(place, commune="Saulcy", commune_choice="88002")).status_code == 302
    place.refresh_from_db()
    assert (place.commune_id, place.lat, place.lon, place.provisional) == ("88002", 48.2, 6.5, True)


def test_coordinates_stand_within_twenty_kilometres_of_the_commune(boss: Client, place: Site) -> None:
    answer = boss.post(URL, sheet(place, point="48.9, 6.45"))
    assert "Ce point est à 81\u00a0km du centre de la commune (Épinal)" in answer.content.decode()
    assert boss.post(URL, sheet(place, point="48.3, 6.45")).status_code == 302


def test_a_place_that_moves_takes_the_agency_of_its_commune_and_the_officer_follows(boss: Client, place: Site) -> None:
    before, there = place.agency, factories.town("Metz", insee="57463", lat=49.1, lon=6.2, department="57")
    answer = boss.post(URL, sheet(place, commune="57463"))
    assert answer.status_code == 302
    place.refresh_from_db()
    assert place.agency == there.agency != before
    desk = Client()
    officer = factories.person()
    there.agency.officer_mandates.create(user=officer)
    desk.force_login(officer)
    assert desk.get(f"/admin/territories/site/{place.pk}/change/").status_code == 200
    officer_before = factories.person()
    before.officer_mandates.create(user=officer_before)
    desk.force_login(officer_before)
    assert desk.get(f"/admin/territories/site/{place.pk}/change/").status_code == 404


def test_two_tabs_keep_what_each_touched_and_ask_nothing(boss: Client, place: Site) -> None:
    Site.objects.filter(pk=place.pk).update(publics=["lyceen", "etudiant"], access=["pmr"])
    tab = sheet(place)
    mine = tab | {"description": "La mienne"}
    theirs = tab | {"phone": "03 29 11 11 11", "point": "48.18, 6.46", "h-1-0-start": "9h", "h-1-0-end": "12h"}
    assert boss.post(URL, theirs | {"access": []}).status_code == 302
    assert boss.post(URL, mine).status_code == 302
    place.refresh_from_db()
    assert (place.description, place.phone, place.lat, place.lon, place.provisional, place.access) == (
        "La mienne", "03 29 11 11 11", 48.18, 6.46, False, []
    )  # fmt: skip
    assert (place.hours, place.publics) == ({"1": [["09:00", "12:00"]]}, ["lyceen", "etudiant"])
    said = boss.get(URL).content.decode()
    assert "ses changements sont gardés avec les vôtres" in said


def test_only_what_both_tabs_changed_is_asked(boss: Client, place: Site) -> None:
    Site.objects.filter(pk=place.pk).update(publics=["etudiant", "lyceen"])
    tab = sheet(place)
    theirs = tab | {"phone": "03 29 11 11 11", "description": "La leur", "h-1-0-start": "9h", "h-1-0-end": "12h"}
    mine = tab | {"description": "La mienne", "publics": ["lyceen", "etudiant"], "access": ["pmr"]}
    assert boss.post(URL, theirs).status_code == 302
    answer = boss.post(URL, mine)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert answer.context["conflict"] == [{"label": "Présentation", "saved": "La leur"}]
    form = answer.context["form"]
    assert [form[name].value() for name in ("description", "phone", "access")] == [
        "La mienne", "03 29 11 11 11", ["pmr"]
    ]  # fmt: skip
    assert re.search(r'name="h-1-0-start" value="9h"', html)
    place.refresh_from_db()
    assert (place.description, place.access) == ("La leur", [])
    version = re.search(r'name="version" value="([^"]+)"', html)[1]  # type: ignore[index]
    again = mine | {"phone": "03 29 11 11 11", "h-1-0-start": "9h", "h-1-0-end": "12h", "version": version}
    assert boss.post(URL, again).status_code == 302
    place.refresh_from_db()
    assert (place.description, place.phone, place.access, place.hours) == (
        "La mienne", "03 29 11 11 11", ["pmr"], {"1": [["09:00", "12:00"]]}
    )  # fmt: skip


def test_two_tabs_that_move_the_place_are_asked_where_it_stands(boss: Client, place: Site) -> None:
    tab = sheet(place)
    assert boss.post(URL, tab | {"point": "48.18, 6.46"}).status_code == 302
    answer = boss.post(URL, tab | {"point": "48.19, 6.47"})
    assert (answer.status_code, [line["label"] for line in answer.context["conflict"]]) == (
        409, ["Commune", "Point sur la carte"]
    )  # fmt: skip
    assert answer.context["conflict"][1]["saved"] == "48.180000, 6.460000"
    assert answer.context["form"]["point"].value() == "48.19, 6.47"


def test_E3_saving_a_sheet_confirms_it(boss: Client, place: Site) -> None:
    html = boss.get(URL).content.decode()
    assert "En enregistrant, vous confirmez toute la fiche" in html
    assert [boss.post(URL, sheet(place)).status_code for _ in range(2)] == [302, 302]
    place.refresh_from_db()
    assert place.confirmed_on == timezone.localdate()
    assert list(JournalEntry.objects.values_list("verb", flat=True)) == ["site.confirm"]


def test_an_address_without_its_point_is_said_with_the_way_to_place_it(boss: Client, place: Site) -> None:
    html = boss.post(URL, sheet(place, address="1 rue de l’Essai"), follow=True).content.decode()
    assert 'au centre de la commune sur la carte. <a href="#id_point">Placez-le à son adresse</a>' in html
    assert "le placement exact" in html
    html = boss.post(URL, sheet(place, point="geo:48.18,6.46?z=18"), follow=True).content.decode()
    assert 'href="#id_point"' not in html
    assert "le placement exact" not in html
    place.refresh_from_db()
    assert (place.lat, place.lon, place.provisional) == (48.18, 6.46, False)


def test_a_double_click_is_one_change(boss: Client, place: Site) -> None:
    said = sheet(place, phone="03 29 22 22 22")
    assert [boss.post(URL, said).status_code for _ in range(2)] == [302, 302]
    assert JournalEntry.objects.filter(verb="site.change").count() == 1


def test_what_the_organisation_wrote_stays_at_the_next_load_of_the_pack(boss: Client, place: Site) -> None:
    Site.objects.filter(pk=place.pk).update(
        pack_values={"name": place.name, "phone": "", "description": "", "address": ""}
    )
    boss.post(URL, sheet(place, phone="03 29 33 33 33"))
    pack = {"name": place.name, "phone": "03 00 00 00 00", "description": "Du pack", "address": ""}
    Writer(Report(), known={}).apply(SITES, [Wanted(place.slug, pack)])
    place.refresh_from_db()
    assert (place.phone, place.description) == ("03 29 33 33 33", "Du pack")


def test_still_right_is_one_button(boss: Client, place: Site) -> None:
    assert boss.get(f"{URL}confirmer/").status_code == 405
    assert [boss.post(f"{URL}confirmer/").status_code for _ in range(2)] == [302, 302]
    place.refresh_from_db()
    assert place.confirmed_on == timezone.localdate()
    assert JournalEntry.objects.filter(verb="site.confirm").count() == 1


def new(place: Site, **changes: Any) -> dict[str, Any]:
    return {"kind": str(place.kind_id), "name": "Antenne de Golbey", "commune": "88160"} | changes


def test_a_place_added_enters_the_directory_when_its_agency_lists_it(boss: Client, place: Site) -> None:
    url = "/pro/organisme/la-maison/lieux/ajouter/"
    answers = [boss.post(url, new(place)) for _ in range(2)]  # a double click
    made = Site.objects.exclude(pk=place.pk).get()
    assert [answer["Location"] for answer in answers] == [f"/pro/organisme/la-maison/lieux/{made.slug}/"] * 2
    assert (made.listed, made.proposed_at is None, made.agency) == (False, False, place.agency)
    assert made.confirmed_on is None  # without an address, proposing it confirms nothing
    assert Client().get(made.get_absolute_url()).status_code == 404
    assert not SearchDocument.objects.filter(kind="site", key=made.slug).exists()
    services_sites.list_site(site=made, actor=factories.region_staff())
    made.refresh_from_db()
    assert (made.listed, made.proposed_at) == (True, None)
    assert Client().get(made.get_absolute_url()).status_code == 200
    assert SearchDocument.objects.filter(kind="site", key=made.slug).exists()
    assert "déjà un lieu de ce nom" in boss.post(url, new(place)).content.decode()


def test_a_kind_of_another_network_is_refused(boss: Client, place: Site) -> None:
    foreign = factories.kind(network=factories.network())
    answer = boss.post("/pro/organisme/la-maison/lieux/ajouter/", new(place, kind=str(foreign.pk)))
    assert answer.context["form"].errors.keys() == {"kind"}


def test_a_place_leaves_the_directory_with_a_reason_and_comes_back(boss: Client, place: Site) -> None:
    assert boss.post(f"{URL}retirer/", {"reason": ""}).status_code == 200
    assert [boss.post(f"{URL}retirer/", {"reason": "Travaux"}).status_code for _ in range(2)] == [302, 302]
    assert Client().get(place.get_absolute_url()).status_code == 404
    assert JournalEntry.objects.get(verb="site.withdraw").changes["reason"] == ["", "Travaux"]
    assert [boss.post(f"{URL}remettre/").status_code for _ in range(2)] == [302, 302]
    assert Client().get(place.get_absolute_url()).status_code == 200
    assert JournalEntry.objects.filter(verb="site.bring_back").count() == 1


def test_what_the_region_took_out_is_only_proposed_again(boss: Client, place: Site) -> None:
    Site.objects.filter(pk=place.pk).update(listed=False)
    site_changed([place])
    boss.post(f"{URL}remettre/")
    place.refresh_from_db()
    assert (place.listed, place.proposed_at is None) == (False, False)
    boss.post(f"{URL}retirer/", {"reason": "Doublon"})
    boss.post(f"{URL}remettre/")
    place.refresh_from_db()
    assert place.listed is False


def test_R11_an_organisation_that_does_not_belong_brings_nothing_back(boss: Client, place: Site) -> None:
    boss.post(f"{URL}retirer/", {"reason": "Travaux"})
    Organisation.objects.filter(pk=place.organisation_id).update(status=Organisation.Status.CANDIDATE)
    boss.post(f"{URL}remettre/")
    place.refresh_from_db()
    assert place.listed is False


def test_closures_from_the_page(boss: Client, place: Site) -> None:
    today = timezone.localdate()
    answer = boss.post(f"{URL}fermetures/", {"starts_on": today.isoformat(), "ends_on": "", "reason": "Férié"})
    assert answer.status_code == 302
    closure = place.closures.get()
    assert (closure.starts_on, closure.ends_on, closure.reason) == (today, today, "Férié")
    wrong = {"starts_on": today.isoformat(), "ends_on": (today - timedelta(days=1)).isoformat()}
    assert "La fin ne peut précéder le début." in boss.post(f"{URL}fermetures/", wrong).content.decode()
    past = {"starts_on": (today - timedelta(days=3)).isoformat(), "ends_on": ""}
    assert boss.post(f"{URL}fermetures/", past).context["form"].errors == {
        "starts_on": ["Cette fermeture est déjà passée."]
    }
    other = factories.site()
    foreign = other.closures.create(starts_on=today, ends_on=today)
    boss.post(f"{URL}fermetures/{foreign.pk}/retirer/")
    assert other.closures.count() == 1
    assert [boss.post(f"{URL}fermetures/{closure.pk}/retirer/").status_code for _ in range(2)] == [302, 302]
    assert place.closures.count() == 0


def test_the_list_says_the_state_of_each_sheet(boss: Client, house: Organisation, place: Site) -> None:
    factories.site(organisation=house, listed=False, proposed_at=timezone.now(), name="Proposé")
    html = boss.get("/pro/organisme/la-maison/lieux/").content.decode()
    for said in ("À compléter", "Jamais confirmé", "Proposé le", "Dans l’annuaire (1)", "Proposés à la Région (1)"):
        assert said in html
    titles = {line["key"]: line["count"] for line in waiting("pro", works(house))}
    assert (titles["sites-incomplete"], titles["sites-stale"]) == (1, 1)
    assert waiting("pro", works(house, Mandate.Role.MEMBER)) == []


def test_the_cost_of_the_list_does_not_depend_on_how_long_it_is(boss: Client, house: Organisation, place: Site) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            boss.get("/pro/organisme/la-maison/lieux/")
        counts.append(len(queries))
        for _ in range(3):
            today = timezone.localdate()
            factories.site(organisation=house, commune=place.commune).closures.create(starts_on=today, ends_on=today)
    assert counts[0] == counts[1]


def test_E3_stale_sheets_are_shown_as_such_to_professionals_only(client: Client, place: Site) -> None:
    Site.objects.filter(pk=place.pk).update(confirmed_on=timezone.localdate() - timedelta(days=400))
    said = "Plus d’un an sans confirmation"
    assert said not in client.get(place.get_absolute_url()).content.decode()
    client.force_login(factories.professional())
    assert said in client.get(place.get_absolute_url()).content.decode()


def test_ends_of_lines_and_the_order_of_boxes_are_no_change(boss: Client, place: Site) -> None:
    Site.objects.filter(pk=place.pk).update(description="Un\n\nDeux", services=["vae", "accueil"])
    said = sheet(place, description="Un\r\n\r\nDeux", services=["accueil", "vae"])
    assert boss.post(URL, said).status_code == 302
    assert not JournalEntry.objects.filter(verb="site.change").exists()
