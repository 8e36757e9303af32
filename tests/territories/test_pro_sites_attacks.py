"""The places of an organisation are closed to everybody else, whatever they send (habit 2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.spreadsheets import csv_file
from members.models import Mandate, Organisation
from members.services import end_mandate
from territories import services_sites
from territories.models import Closure, Site
from tests import factories

pytestmark = pytest.mark.django_db
GETS = ("", "fermetures/", "retirer/")
POSTS = ("", "confirmer/", "fermetures/", "retirer/", "remettre/")


@pytest.fixture
def mine() -> Organisation:
    return factories.organisation(slug="la-mienne")


@pytest.fixture
def boss(client: Client, mine: Organisation) -> Client:
    user = factories.person()
    Mandate.objects.create(user=user, organisation=mine, role=Mandate.Role.MANAGER)
    client.force_login(user)
    return client


def state() -> list[Any]:
    return [*Site.objects.order_by("pk").values(), *Closure.objects.values()]


def test_the_place_of_another_organisation_does_not_exist(boss: Client, mine: Organisation) -> None:
    theirs = factories.site(slug="le-leur")
    before = state()
    today = timezone.localdate().isoformat()
    body = {"name": "Volé", "commune": theirs.commune_id, "starts_on": today, "reason": "x", "confirm": "on"}
    for house in (mine, theirs.organisation):  # a forged organisation is no way round
        root = f"/pro/organisme/{house.slug}/lieux/le-leur/"
        assert [boss.get(root + tail).status_code for tail in GETS] == [404] * len(GETS)
        assert [boss.post(root + tail, body).status_code for tail in POSTS] == [404] * len(POSTS)
    closed = theirs.closures.create(starts_on=today, ends_on=today)
    assert boss.post(f"/pro/organisme/la-mienne/lieux/le-leur/fermetures/{closed.pk}/retirer/").status_code == 404
    closed.delete()
    assert boss.get(f"/pro/organisme/{theirs.organisation.slug}/lieux/").status_code == 404
    assert boss.get(f"/pro/organisme/{theirs.organisation.slug}/lieux/ajouter/").status_code == 404
    assert state() == before


def test_the_team_reads_and_does_not_write(client: Client, mine: Organisation) -> None:
    site = factories.site(organisation=mine, slug="ici")
    user = factories.person()
    mandate = Mandate.objects.create(user=user, organisation=mine, role=Mandate.Role.MEMBER)
    client.force_login(user)
    root = "/pro/organisme/la-mienne/lieux/"
    before = state()
    assert [client.get(root + tail).status_code for tail in ("", "ici/")] == [200, 200]
    assert "<form" not in client.get(f"{root}ici/").content.decode().split('class="pro-page"')[1].split("<footer")[0]
    assert [client.get(root + tail).status_code for tail in ("ajouter/", "ici/fermetures/", "ici/retirer/")] == [
        403
    ] * 3
    assert [client.post(f"{root}ici/{tail}").status_code for tail in POSTS] == [403] * len(POSTS)
    assert state() == before
    end_mandate(mandate=mandate, actor=None)  # the session is still open: out at the next request
    assert [client.get(root + tail).status_code for tail in ("", f"{site.slug}/")] == [404, 404]


def test_whoever_works_for_the_region_has_the_desk_and_not_this_page(client: Client, mine: Organisation) -> None:
    factories.site(organisation=mine, slug="ici")
    for user in (factories.region_staff(), factories.officer(), factories.person()):
        client.force_login(user)
        assert client.get("/pro/organisme/la-mienne/lieux/ici/").status_code == 404


def sent(site: Site, **changes: Any) -> dict[str, Any]:
    site.refresh_from_db()
    known = {"name": site.name, "commune": site.commune_id, "version": services_sites.version_of(site)}
    return known | changes


def test_fields_that_are_the_regions_are_not_read(boss: Client, mine: Organisation) -> None:
    site = factories.site(organisation=mine, slug="ici", listed=False)
    other = factories.organisation()
    forged = {
        "organisation": str(other.pk), "kind": str(factories.kind().pk), "listed": "on", "slug": "ailleurs",
        "agency": str(factories.agency().pk), "not_for": "lyceen", "source": "moi", "pack_values": "{}",
    }  # fmt: skip
    names = (*forged, "network")
    before = Site.objects.values(*names).get(pk=site.pk)
    assert boss.post("/pro/organisme/la-mienne/lieux/ici/", sent(site, phone="0329000000", **forged)).status_code == 302
    assert Site.objects.values(*names).get(pk=site.pk) == before
    with pytest.raises(KeyError):
        services_sites.edit_site(site=site, values={"listed": True}, version="", actor=factories.person())


def test_scripts_and_formulas_in_fields_are_text_everywhere(boss: Client, mine: Organisation) -> None:
    site = factories.site(organisation=mine, slug="ici")
    evil = "<script>alert(1)</script> lieu"
    answer = boss.post(
        "/pro/organisme/la-mienne/lieux/ici/",
        sent(site, name=evil, description=evil, address=evil, hours_text=evil, access_text=evil),
    )
    assert answer.status_code == 302
    for url in ("/pro/organisme/la-mienne/lieux/", "/pro/organisme/la-mienne/lieux/ici/", "/lieux/ici/", "/lieux/"):
        html = boss.get(url).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html
    boss.post("/pro/organisme/la-mienne/lieux/ici/", sent(site, name="=HYPERLINK(1)"))
    site.refresh_from_db()
    assert site.name == "=HYPERLINK(1)"
    content = csv_file("essai", ["nom"], [[site.name]]).content.decode("utf-8-sig")
    assert "\n=HYPERLINK" not in content
    assert "HYPERLINK(1)" in content


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "x" * 201}, "name"),
        ({"name": "\u202egauche"}, "name"),
        ({"name": "   "}, "name"),
        ({"description": "x" * 1_000_000}, "description"),
        ({"description": "un\x00nul"}, "description"),
        ({"services": ["pas-un-service"]}, "services"),
        ({"access": ["accueil"]}, "access"),
        ({"website": "ftp://exemple.invalid/"}, "website"),
        ({"website": "data:text/html,x"}, "website"),
        ({"point": "nan, 6.5"}, "point"),
        ({"point": "1e400, 6.5"}, "point"),
        ({"point": "-91.5, 6.5"}, "point"),
        ({"point": "48,17"}, "point"),
        ({"point": "https://maps.app.goo.gl/abcdef"}, "point"),
        ({"point": "javascript:alert(48.1, 6.5)"}, "point"),
        ({"commune": "Nulle-Part-sur-Rien"}, "commune"),
        ({"commune": "75056"}, "commune"),
        ({"commune": "a\x00b"}, "commune"),
    ],
)
def test_odd_values_are_refused_beside_their_field(
    boss: Client, mine: Organisation, changes: dict[str, Any], field: str
) -> None:
    site = factories.site(organisation=mine, slug="ici")
    before = state()
    answer = boss.post("/pro/organisme/la-mienne/lieux/ici/", sent(site, **changes))
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {field}
    assert state() == before


def test_a_version_that_is_not_one_never_overwrites(boss: Client, mine: Organisation) -> None:
    site = factories.site(organisation=mine, slug="ici")
    for version in ("", "n’importe", "9" * 60):
        assert (
            boss.post(
                "/pro/organisme/la-mienne/lieux/ici/", sent(site, phone="0329000000", version=version)
            ).status_code
            == 409
        )
    site.refresh_from_db()
    assert site.phone == ""
