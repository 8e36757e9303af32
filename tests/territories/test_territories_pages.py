"""`/territoires/`: agencies, basins, places, referents; contacts for professionals only (T1, T2, T3)."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.journal import Actor
from core.links import absolute
from core.models import JournalEntry, PackLoad
from members.models import Mandate
from territories.models import Agency, Contour, EmploymentBasin, FormerCommune, OfficerMandate, Referent
from territories.services import withdraw_name
from tests import factories

pytestmark = pytest.mark.django_db
SQUARE = {"type": "Polygon", "coordinates": [[[6, 48], [7, 48], [7, 49], [6, 49], [6, 48]]]}


@pytest.fixture
def agency() -> Agency:
    made = factories.agency(name="Épinal", slug="epinal", departments=["88"])
    Contour.objects.create(kind="agency", code="epinal", name="Épinal", geometry=SQUARE, label_lat=48.5, label_lon=6.5)
    return made


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_T3_the_map_is_made_of_named_links_and_the_list_says_the_same(client: Client, agency: Agency) -> None:
    html = text(client, "/territoires/")
    (svg,) = re.findall(r"<svg viewBox.*?</svg>", html, re.DOTALL)
    assert re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"', svg) == [("/territoires/epinal/", "Épinal")]
    assert '<li data-place="/territoires/epinal/"' in html


def test_T1_a_commune_leads_to_its_territory(client: Client, agency: Agency) -> None:
    town = factories.town("Golbey", insee="88209", agency=agency, postal_codes=["88190"])
    FormerCommune.objects.create(former_insee="88998", commune=town)
    for typed in ("golbey", "88209", "88190", "88998"):
        html = text(client, f"/territoires/?commune={typed}")
        assert '<a href="/territoires/epinal/"><strong>Épinal</strong></a>' in html
    response = client.get("/territoires/?commune=golbey")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Nous ne connaissons pas de commune" in text(client, "/territoires/?commune=zzz")


def test_T2_a_vacancy_is_said(client: Client, agency: Agency) -> None:
    factories.referent(agency=agency, name="", email="")
    assert "Poste vacant" in text(client, "/territoires/epinal/")


def test_T3_what_is_not_confirmed_is_said_so(client: Client, agency: Agency) -> None:
    referent = factories.referent(agency=agency, published_on=date(2018, 12, 1))
    assert "Publié en décembre 2018, non confirmé" in text(client, "/territoires/epinal/")
    Referent.objects.filter(pk=referent.pk).update(confirmed_on=date(2026, 5, 4))
    assert "Confirmé le 4 mai 2026" in text(client, "/territoires/epinal/")


def test_the_counts_of_the_index_of_the_page_and_of_the_directory_are_one(client: Client, agency: Agency) -> None:
    town = factories.town(agency=agency)
    for _ in range(3):
        factories.site(commune=town)
    factories.site(commune=town, listed=False)
    (row,) = [row for row in client.get("/territoires/").context["agencies"] if row.slug == "epinal"]
    page = client.get("/territoires/epinal/").context["sites_count"]
    directory = len(re.findall("data-place=", text(client, "/lieux/?agence=epinal").split('class="site-list')[1]))
    assert (row.sites_count, page, directory) == (3, 3, 3)


def test_agencies_are_in_the_order_of_the_alphabet_and_their_basins_in_french(client: Client) -> None:
    for name in ("Metz", "Épinal"):
        factories.agency(name=name)
    served = factories.agency(name="Mulhouse")
    for number, name in enumerate(("Mulhouse", "Bassin houiller", "Altkirch"), start=1):
        EmploymentBasin.objects.create(number=number, name=name, agency=served)
    response = client.get("/territoires/")
    assert [agency.name for agency in response.context["agencies"]] == ["Épinal", "Metz", "Mulhouse"]
    assert "bassins d’Altkirch, du Bassin houiller, de Mulhouse" in unescape(response.content.decode())


def test_no_line_number_of_the_extract_is_shown(client: Client, agency: Agency) -> None:
    Agency.objects.filter(pk=agency.pk).update(departments_evidence="Pôle emploi l.4229 : (88) ; CRAGE l.2447")
    html = text(client, "/territoires/epinal/")
    assert ("4229" in html, "2447" in html) == (False, False)


def people() -> dict[str, Any]:
    past = factories.person()
    Mandate.objects.create(
        user=past, organisation=factories.organisation(), starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1)
    )
    return {
        "visitor": None, "citizen": factories.person(), "former professional": past,
        "professional": factories.professional(), "officer": factories.officer(), "region": factories.region_staff(),
    }  # fmt: skip


def test_T3_contacts_are_for_professionals_signed_in(client: Client, agency: Agency) -> None:
    referent = factories.referent(agency=agency, phone="03 29 11 22 33")
    seen = {}
    for who, user in people().items():
        browser = Client()
        if user:
            browser.force_login(user)
        response = browser.get("/territoires/epinal/")
        html = response.content.decode()
        assert referent.name in html
        assert (referent.email in html) == (referent.phone in html)
        seen[who] = referent.email in html
        if seen[who]:
            assert response.headers["Cache-Control"] == "private, no-store"
    assert seen == {
        "visitor": False, "citizen": False, "former professional": False,
        "professional": True, "officer": True, "region": True,
    }  # fmt: skip


def test_T3_a_withdrawn_name_is_nowhere_even_for_professionals(agency: Agency) -> None:
    referent = factories.referent(agency=agency, name="Nom À Retirer", phone="03 29 11 22 33")
    actor: Actor = factories.region_staff()
    assert withdraw_name(referents=[referent], actor=actor) == 1
    assert withdraw_name(referents=[referent], actor=actor) == 0
    browser = Client()
    browser.force_login(factories.professional())
    html = browser.get("/territoires/epinal/").content.decode()
    for gone in ("Nom À Retirer", referent.email, referent.phone):
        assert gone not in html
    assert "Nom retiré" in html
    lines = JournalEntry.objects.filter(target_type="territories.referent")
    assert [line.verb for line in lines] == ["referent.withdraw_name"]
    assert "Retirer" not in str(lines[0].changes)


def test_T3_the_page_lists_its_places_by_kind(client: Client, agency: Agency) -> None:
    town = factories.town(agency=agency)
    factories.site(commune=town, name="Un lieu")
    factories.site(commune=town, name="Un lieu parti", listed=False)
    factories.site(name="Un lieu d’ailleurs")
    html = text(client, "/territoires/epinal/")
    assert re.findall(r'<a href="/lieux/[^"]+/">([^<]+)</a>', html) == ["Un lieu"]


def test_the_cost_of_a_territory_is_fixed(client: Client, agency: Agency) -> None:
    town = factories.town(agency=agency)
    counts = []
    for more in (1, 2, 20):
        for _ in range(more):
            factories.site(commune=town)
            factories.referent(agency=agency)
        client.get("/territoires/epinal/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/territoires/epinal/")
        counts.append(len(queries))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 8


def test_unknown_addresses_are_not_found(client: Client, agency: Agency) -> None:
    for url in ("/territoires/inconnu/", "/territoires/contours/rien.geojson"):
        assert client.get(url).status_code == 404


def test_contours_are_ours_and_kept_by_caches(client: Client, agency: Agency) -> None:
    response = client.get("/territoires/contours/agency.geojson")
    assert response.headers["Content-Type"] == "application/geo+json"
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    (feature,) = response.json()["features"]
    assert feature["properties"] == {"code": "epinal", "name": "Épinal", "url": absolute("/territoires/epinal/")}
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Link"] == f'<{absolute("/donnees/")}>; rel="collection"'
    PackLoad.objects.create(pack="essai", title="Essai", facts={"pack": {"licence": "Licence Ouverte 2.0"}})
    response = client.get("/territoires/contours/agency.geojson")
    url = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
    assert (response.json()["licence"], response.json()["licence_url"]) == ("Licence Ouverte 2.0", url)
    assert response.headers["Link"].startswith(f'<{url}>; rel="license", ')
    again = client.get("/territoires/contours/agency.geojson", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    drawing = client.get("/territoires/contours.svg")
    assert drawing.headers["Content-Type"] == "image/svg+xml"
    assert b'<g id="agences"><path' in drawing.content


# --- the desk (S3)


def signed_in(user: Any) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def test_S3_an_officer_works_on_the_territory_they_serve_only(agency: Agency) -> None:
    user = factories.person()
    OfficerMandate.objects.create(user=user, agency=agency)
    ours = factories.site(commune=factories.town(agency=agency), name="Lieu d’ici")
    theirs = factories.site(name="Lieu d’ailleurs")
    browser = signed_in(user)
    html = browser.get("/admin/territories/site/").content.decode()
    assert "Lieu d’ici" in html
    assert "Lieu d’ailleurs" not in html
    assert browser.get(f"/admin/territories/site/{ours.pk}/change/").status_code == 200
    assert browser.get(f"/admin/territories/site/{theirs.pk}/change/").status_code == 404
    assert browser.get("/admin/territories/routingrule/").status_code == 403
    assert browser.get("/admin/territories/site/add/").status_code == 403


def test_S3_outsiders_do_not_enter_the_desk(agency: Agency) -> None:
    for user in (factories.person(), factories.professional()):
        response = signed_in(user).get("/admin/territories/site/")
        assert response.status_code == 404


def test_S3_a_save_is_journaled_and_the_card_follows(agency: Agency) -> None:
    site = factories.site(commune=factories.town(agency=agency), name="Ancien nom", services=["vae"])
    browser = signed_in(factories.region_staff())
    page = browser.get(f"/admin/territories/site/{site.pk}/change/")
    form = page.context["adminform"].form
    values = {
        name: "" if (value := form.get_initial_for_field(field, name)) is None else value
        for name, field in form.fields.items()
    }
    values = {name: getattr(value, "pk", value) for name, value in values.items() if value is not False}
    closures = {"closures-TOTAL_FORMS": "0", "closures-INITIAL_FORMS": "0"}  # none, as the page sends them
    response = browser.post(
        f"/admin/territories/site/{site.pk}/change/", {**values, **closures, "hours": "", "name": "Nouveau nom"}
    )
    assert response.status_code == 302, response.context["adminform"].form.errors
    site.refresh_from_db()
    assert site.name == "Nouveau nom"
    assert site.sort_key == "nouveau nom"
    assert "Nouveau nom" in site.card
    (line,) = JournalEntry.objects.filter(target_type="territories.site")
    assert line.changes == {"name": ["Ancien nom", "Nouveau nom"]}


def test_T3_the_desk_withdraws_a_name_at_once(agency: Agency) -> None:
    referent = factories.referent(agency=agency)
    browser = signed_in(factories.region_staff())
    browser.post(
        "/admin/territories/referent/", {"action": "withdraw_names", "_selected_action": [referent.pk], "index": 0}
    )
    referent.refresh_from_db()
    assert referent.public_name == ""


def test_every_list_of_the_desk_opens(agency: Agency) -> None:
    factories.rule(factories.kind())
    factories.site(commune=factories.town(agency=agency))
    factories.referent(agency=agency)
    browser = signed_in(factories.region_staff())
    for model in (
        "site", "referent", "sitekind", "routingrule", "agency", "employmentbasin", "commune", "officermandate",
        "department", "formercommune", "contour",
    ):  # fmt: skip
        assert browser.get(f"/admin/territories/{model}/?q=a").status_code == 200, model
