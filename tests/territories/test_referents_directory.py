"""The directory of referents, the grid and the files (E3): for those who work in the SPRO, and nobody withdrawn."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
import vobject
from django.test import Client
from django.utils import timezone

from core.journal import record
from core.models import JournalEntry
from members.models import Mandate, Organisation
from territories.models import Referent
from territories.services import withdraw_name
from tests.factories import (
    agency,
    network,
    officer,
    organisation,
    person,
    professional,
    referent,
    region_staff,
)

pytestmark = pytest.mark.django_db
LIST = "/pro/referents/"


@pytest.fixture
def pro(client: Client) -> Client:
    client.force_login(professional())
    return client


def names(html: str) -> list[str]:
    return re.findall(r'<h3><a href="/pro/referents/[^"]+">([^<]+)</a>', html)


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200
    return names(answer.content.decode())


@pytest.mark.parametrize("make", [professional, officer, region_staff])
def test_T3_who_works_in_the_spro_reads_contacts(client: Client, make) -> None:
    post = referent(email="ines@exemple.invalid", phone="03 00 00 00 00")
    client.force_login(make())
    for url in (LIST, f"{LIST}{post.public_id}/"):
        answer = client.get(url)
        assert (answer.status_code, b"ines@exemple.invalid" in answer.content) == (200, True)
        assert "no-store" in answer["Cache-Control"]


def test_T3_others_do_not(client: Client) -> None:
    post = referent()
    urls = [LIST, f"{LIST}?vue=grille", f"{LIST}{post.public_id}/", f"{LIST}{post.public_id}.vcf"]
    urls += [f"{LIST}annuaire.{kind}" for kind in ("vcf", "csv", "xlsx")]
    assert [client.get(url).status_code for url in urls] == [302] * 7
    client.force_login(person())
    assert [client.get(url).status_code for url in urls] == [403] * 7


def test_E1_an_ended_mandate_is_out_at_the_next_request(client: Client) -> None:
    user = professional()
    client.force_login(user)
    assert client.get(LIST).status_code == 200
    Mandate.objects.filter(user=user).update(ended_at=timezone.now())
    assert client.get(LIST).status_code == 403


def test_T3_a_name_withdrawn_is_in_none_of_the_outputs(pro: Client) -> None:
    post = referent(name="Inès Exemple", email="ines@exemple.invalid", phone="06 11 22 33 44")
    withdraw_name(referents=[post], actor=region_staff())
    # As an old backup or a hand in the database would leave it: still said nowhere.
    Referent.objects.filter(pk=post.pk).update(
        name="Inès Exemple", email="ines@exemple.invalid", phone="06 11 22 33 44"
    )
    said = b""
    for url in (LIST, f"{LIST}?vue=grille&deplier=tout", f"{LIST}{post.public_id}/", f"{LIST}annuaire.csv"):
        said += pro.get(url).content
    book = openpyxl.load_workbook(io.BytesIO(pro.get(f"{LIST}annuaire.xlsx").content))
    said += repr([[cell.value for cell in row] for row in book.active.rows]).encode()
    said += pro.get(f"{LIST}annuaire.vcf").content
    for word in ("Exemple", "ines@", "06 11"):
        assert word.encode() not in said
    assert pro.get(f"{LIST}{post.public_id}.vcf").status_code == 404
    assert listed(pro, "?q=exemple") == []
    assert listed(pro, "?etat=vacant") == ["Nom retiré"]


def test_E3_filters_stand_in_the_address(pro: Client) -> None:
    here, there = agency(slug="ici", name="Ici"), agency(slug="la", name="Là")
    family = network(slug="famille")
    house = organisation(name="Maison", slug="maison", network=family)
    today = timezone.localdate()
    referent(name="Zoé Élan", organisation=house, agency=here, town="Épinal", confirmed_on=today)
    referent(name="Ali Bois", organisation=house, agency=there)
    referent(name="", organisation=house, agency=there)
    referent(name="Léa Seule", organisation=organisation(name="Autre"))
    found = {
        query: sorted(listed(pro, query))
        for query in (
            "?q=elan", "?q=epinal+maison", "?reseau=famille", "?reseau=aucun", "?agence=region", "?agence=la",
            "?organisme=maison", "?etat=vacant", "?etat=a-confirmer", "?etat=confirme", "?etat=rien", "?reseau=rien",
        )
    }  # fmt: skip
    assert found == {
        "?q=elan": ["Zoé Élan"],
        "?q=epinal+maison": ["Zoé Élan"],
        "?reseau=famille": ["Ali Bois", "Poste vacant", "Zoé Élan"],
        "?reseau=aucun": ["Léa Seule"],
        "?agence=region": ["Léa Seule"],
        "?agence=la": ["Ali Bois", "Poste vacant"],
        "?organisme=maison": ["Ali Bois", "Poste vacant", "Zoé Élan"],
        "?etat=vacant": ["Poste vacant"],
        "?etat=a-confirmer": ["Ali Bois", "Léa Seule"],
        "?etat=confirme": ["Zoé Élan"],
        "?etat=rien": [],
        "?reseau=rien": [],
    }


def test_T2_a_sheet_confirmed_more_than_a_year_ago_is_shown_as_stale(pro: Client) -> None:
    today = timezone.localdate()
    post = referent(confirmed_on=today.replace(year=today.year - 2))
    page = pro.get(f"{LIST}{post.public_id}/").content.decode()
    assert "À confirmer" in page
    assert "confirmé pour la dernière fois le" in page


def test_E3_pages_follow_by_key_and_lose_nobody(pro: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("territories.directory.PAGE", 3)
    house, place = organisation(name="Maison"), agency()
    for number in range(8):
        referent(name=f"P{number}", organisation=house, agency=place if number % 2 else None)
    everybody = ["P0", "P2", "P4", "P6", "P1", "P3", "P5", "P7"]
    seen, url, pages = [], LIST, []
    while url:
        html = pro.get(url).content.decode()
        pages.append(names(html))
        seen += pages[-1]
        match = re.search(r'rel="next" href="([^"]+)"', html)
        url = LIST + match[1].replace("&amp;", "&") if match else ""
        back = re.search(r'rel="prev" href="([^"]+)"', html)
    assert seen == everybody
    assert [len(page) for page in pages] == [3, 3, 2]
    assert back
    assert listed(pro, back[1].replace("&amp;", "&")) == pages[1]
    assert listed(pro, "?apres=n-importe-quoi") == pages[0]


def test_E3_the_grid_counts_and_each_cell_opens_its_sheets(pro: Client) -> None:
    here = agency(slug="ici", name="Ici")
    family = network(slug="famille", name="Famille")
    house, other = organisation(slug="maison", network=family), organisation(slug="autre", network=family)
    referent(organisation=house, agency=here, confirmed_on=timezone.localdate())
    referent(organisation=other, agency=here)
    referent(organisation=house, agency=here, name="")
    html = pro.get(f"{LIST}?vue=grille").content.decode()
    cells = re.findall(r'data-label="([^"]+)"><a href="([^"]+)">.*?ref-words">([^<]+)<', html)
    said = "2 personnes, dont 1 à confirmer, 1 poste vacant"
    assert cells == [
        ("Ici", "/pro/referents/?reseau=famille&amp;agence=ici", said),
        ("Total", "/pro/referents/?reseau=famille", said),
    ]
    assert len(listed(pro, "?reseau=famille&agence=ici")) == 3
    unfolded = pro.get(f"{LIST}?vue=grille&deplier=famille").content.decode()
    assert "/pro/referents/?organisme=maison&amp;agence=ici" in unfolded
    assert "/pro/referents/?organisme=maison" not in html


def test_R11_referents_of_who_left_are_no_longer_there(pro: Client) -> None:
    post = referent(organisation=organisation(status=Organisation.Status.FORMER))
    assert listed(pro) == []
    assert pro.get(f"{LIST}{post.public_id}/").status_code == 404


# --- Files


def test_E3_a_vcard_that_a_telephone_reads(pro: Client) -> None:
    post = referent(
        name="Zoé ÉLAN", function="Conseillère; chargée d’accueil, écoute", phone="03 00 00 00 01 / 03 00 00 00 02",
        town="Épinal", note="à ne pas dire", confirmed_on=timezone.localdate(),
        organisation=organisation(name="Maison, A"),
    )  # fmt: skip
    answer = pro.get(f"{LIST}{post.public_id}.vcf")
    assert answer["Content-Type"] == "text/vcard; charset=utf-8"
    card = vobject.readOne(answer.content.decode())
    assert card.version.value == "3.0"
    assert (card.fn.value, card.n.value.family, card.n.value.given) == ("Zoé ÉLAN", "ÉLAN", "Zoé")
    assert card.org.value == ["Maison, A"]
    assert card.title.value == "Conseillère; chargée d’accueil, écoute"
    assert [tel.value for tel in card.tel_list] == ["03 00 00 00 01", "03 00 00 00 02"]
    assert card.uid.value == f"urn:uuid:{post.public_id}"
    assert card.rev.value == f"{timezone.localdate():%Y%m%d}T000000Z"
    assert "note" not in card.contents
    assert "à ne pas dire" not in answer.content.decode()
    assert pro.get(f"{LIST}{referent(name='').public_id}.vcf").status_code == 404


@pytest.mark.parametrize(
    "name", ["Zoé\r\nTEL:0890000000", "Zoé\nEND:VCARD\nBEGIN:VCARD", "<script>alert(1)</script>", "A;B,C\\n"]
)
def test_a_name_cannot_add_a_line_to_a_card(pro: Client, name: str) -> None:
    referent(name=name, email="a@exemple.invalid")
    text = pro.get(f"{LIST}annuaire.vcf").content.decode()
    cards = list(vobject.readComponents(text))
    assert len(cards) == 1
    assert "tel" not in cards[0].contents
    assert cards[0].fn.value == " ".join(name.split())
    assert b"<script>alert" not in pro.get(LIST).content


def test_files_hold_the_filtered_list_and_no_formula(pro: Client) -> None:
    house = organisation(slug="maison")
    referent(name='=HYPERLINK("x")', function="+1", email="a@exemple.invalid", organisation=house)
    referent(name="Ailleurs")
    text = pro.get(f"{LIST}annuaire.csv?organisme=maison").content.decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert "'=HYPERLINK" in text
    assert ";'+1;" in text
    book = openpyxl.load_workbook(io.BytesIO(pro.get(f"{LIST}annuaire.xlsx?organisme=maison").content))
    row = list(book.active.rows)[1]
    assert (row[0].value, row[0].data_type) == ('=HYPERLINK("x")', "s")
    assert len(list(vobject.readComponents(pro.get(f"{LIST}annuaire.vcf?organisme=maison").content.decode()))) == 1
    assert pro.get(f"{LIST}annuaire.exe").status_code == 404


def test_every_export_is_in_the_journal_without_a_personal_value(pro: Client) -> None:
    post = referent(name="Inès Exemple", email="ines@exemple.invalid")
    pro.get(f"{LIST}annuaire.csv?q=Exemple&etat=a-confirmer")
    pro.head(f"{LIST}annuaire.csv")
    pro.get(f"{LIST}annuaire.csv?organisme=In%C3%A8s+Exemple")
    pro.get(f"{LIST}{post.public_id}.vcf")
    user = Mandate.objects.get().user
    lines = list(JournalEntry.objects.filter(verb="referent.export").order_by("id"))
    assert [line.actor_key for line in lines] == [str(user.pk)] * 3
    assert [line.changes for line in lines] == [
        {"contacts": [None, 1], "fichier": [None, "csv"], "filtres": [None, {"etat": "a-confirmer", "q": True}]},
        {"contacts": [None, 0], "fichier": [None, "csv"], "filtres": [None, {"organisme": True}]},
        {"contacts": [None, 1], "fichier": [None, "vcf"], "filtres": [None, {"referent": str(post.public_id)}]},
    ]


# --- Weight


def crowd(count: int) -> None:
    houses = [organisation(network=network()) for _ in range(3)]
    places = [agency(), agency(), None]
    Referent.objects.bulk_create(
        Referent(organisation=houses[n % 3], agency=places[n % 3], name=f"Personne {n}", email=f"p{n}@exemple.invalid")
        for n in range(count)
    )


@pytest.mark.parametrize(
    "url", [LIST, f"{LIST}?q=personne+1", f"{LIST}?vue=grille&deplier=tout", f"{LIST}annuaire.csv"]
)
def test_ten_thousand_referents_cost_no_more_queries(pro: Client, url: str, django_assert_max_num_queries) -> None:
    crowd(10_000)
    with django_assert_max_num_queries(22):
        assert pro.get(url).status_code == 200


def test_E3_a_file_says_what_it_holds_and_of_what_day(pro: Client) -> None:
    referent(name="Zoé Élan", organisation=organisation(slug="maison"))
    day = timezone.localdate()
    answer = pro.get(f"{LIST}annuaire.xlsx?organisme=maison&q=zoe")
    assert answer["Content-Disposition"] == f'attachment; filename="referents-maison-selection-{day}.xlsx"'
    assert f'"referents-{day}.vcf"' in pro.get(f"{LIST}annuaire.vcf")["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert (sheet.title, sheet.freeze_panes) == ("Référent·es", "A2")
    assert sheet.column_dimensions["A"].width == len("Zoé Élan") + 2


def test_E3_a_card_is_dated_of_the_last_change_even_the_same_day(pro: Client) -> None:
    post = referent(name="Zoé Élan", confirmed_on=timezone.localdate(), contact_confirmed_at=timezone.now())
    line = record(verb="referent.correct", target=post)
    line.refresh_from_db()
    card = vobject.readOne(pro.get(f"{LIST}{post.public_id}.vcf").content.decode())
    assert card.rev.value == f"{max(line.at, post.contact_confirmed_at).astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def test_E3_the_grid_shows_one_territory_and_its_officer_finds_theirs_first(client: Client) -> None:
    here, there = agency(slug="ici", name="Ici"), agency(slug="la", name="Là")
    one, two = organisation(slug="un"), organisation(slug="deux")
    referent(organisation=one, agency=here, town="Ici", name="Zoé Élan")
    referent(organisation=two, agency=there, name="Ali Bois")
    user = person()
    here.officer_mandates.create(user=user)
    client.force_login(user)
    page = client.get(f"{LIST}?vue=grille&agence=ici&deplier=tout")
    assert page.context["agencies"][0] == ("ici", "Mon territoire\u00a0: Ici")
    assert [column["slug"] for column in page.context["columns"]] == ["ici"]
    assert [[line.slug for line in network.lines] for network in page.context["lines"]] == [["un"]]
    assert page.context["named"] == 1
    assert client.get(LIST).context["people"][0]["where"] == ""  # « Ici » is the territory already


def test_E3_two_organisations_of_one_name_are_told_apart_in_the_list(pro: Client) -> None:
    family = network(name="Famille")
    for house in (organisation(name="OPCO", slug="a"), organisation(name="OPCO", slug="b", network=family)):
        referent(organisation=house)
    referent(organisation=organisation(name="Seule", slug="c"))
    assert sorted(pro.get(LIST).context["organisations"]) == [
        ("a", "OPCO (sans réseau)"), ("b", f"OPCO ({family.display_name})"), ("c", "Seule")
    ]  # fmt: skip
