"""`/lorfolio/site/`: one's own, chosen item by item, seen as a visitor sees it (L1, L5)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from lorfolio import content, selecting
from lorfolio.lists import SiteModel, SiteState
from lorfolio.models import PersonalSite, Portfolio
from lorfolio.services import site as sites
from tests.factories import person
from tests.lorfolio.people import NOW, experience, extra, language, portfolio, skill

pytestmark = pytest.mark.django_db
OWN = ("/lorfolio/site/", "/lorfolio/site/ouvrir/", "/lorfolio/site/apercu/")
BASE = {"name": "Camille", "headline": "Soigneuse", "about": "Bonjour", "model": "page", "accent": "encre"}


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def signed_in(owner: Portfolio) -> Client:
    client = Client()
    client.force_login(owner.user)
    return client


def shown(site: PersonalSite) -> list[str]:
    found = content.of_selection(PersonalSite.objects.get(pk=site.pk).selection, content.person_of(site.portfolio))
    return [*(row.title for row in found.experiences), *(row.label for row in found.skills)]


def test_L1_each_page_is_its_owners_alone() -> None:
    site = sites.make(portfolio=portfolio())
    sites.show_by_link(site=site, at=NOW)
    nobody, without = Client(), Client()
    without.force_login(person())
    for path in OWN:
        assert nobody.get(path).status_code == 302, path
        assert without.get(path)["Location"] == "/lorfolio/ouvrir/", path
    other = signed_in(portfolio())
    assert [other.get(path).status_code for path in OWN] == [200, 404, 404], "their own, which is not there yet"
    assert other.post("/lorfolio/site/fermer/").status_code == 404
    assert PersonalSite.objects.get(pk=site.pk).state == SiteState.LINK


def test_L5_made_private_with_everything_but_what_others_said() -> None:
    owner = portfolio()
    experience(owner, title="Vendeuse")
    skill(owner, "Compter")
    extra(owner, kind="reference", title="On dit de moi")
    client = signed_in(owner)
    assert client.get("/lorfolio/site/").status_code == 200
    assert not PersonalSite.objects.exists(), "reading makes nothing"
    for _ in range(2):
        client.post("/lorfolio/site/creer/")
    site = PersonalSite.objects.get()
    assert (site.state, shown(site), site.selection.choices.count()) == (SiteState.PRIVATE, ["Vendeuse", "Compter"], 2)


@pytest.mark.parametrize("model", SiteModel.values)
def test_L5_the_preview_is_what_a_visitor_sees(model: str) -> None:
    owner = portfolio()
    skill(owner, level=2).experiences.add(experience(owner))
    language(owner)
    site = sites.make(portfolio=owner)
    PersonalSite.objects.update(model=model, with_contact=True)
    sites.show_by_link(site=site, at=NOW)
    slug = PersonalSite.objects.get().slug
    mine = signed_in(owner).get("/lorfolio/site/apercu/").content.decode()
    theirs = Client().get(f"/p/{slug}/").content.decode()
    assert "Voici ce que voit un visiteur" not in theirs
    assert mine.partition("<!--visitor-->")[2] == theirs.partition("<!--visitor-->")[2]
    assert mine.partition("<body")[0] == theirs.partition("<body")[0]


def test_L5_saving_writes_words_choice_and_order() -> None:
    owner = portfolio()
    one, two, out = (experience(owner, title=title) for title in ("Un", "Deux", "Trois"))
    strange = experience(portfolio(), title="D’une autre personne")
    site = sites.make(portfolio=owner)
    client = signed_in(owner)
    items = [f"experience/{row.pk}" for row in (two, one, strange)] + ["n’importe quoi", "skill/x"]
    said = BASE | {"item": items, "section": ["competences", "experiences"], "with_contact": "on"}
    assert client.post("/lorfolio/site/", said).status_code == 302
    site.refresh_from_db()
    assert (site.name, site.accent, site.with_contact, site.with_photo) == ("Camille", "encre", True, False)
    assert shown(site) == ["Deux", "Un"]
    assert site.selection.sections[:2] == ["competences", "experiences"]
    client.post("/lorfolio/site/", said | {"deplacer": f"experience/{one.pk}/-1"})
    assert shown(site) == ["Un", "Deux"]
    client.post("/lorfolio/site/", said | {"deplacer": f"experience/{strange.pk}/-1", "partie": "competences/1"})
    assert PersonalSite.objects.get().selection.sections[:2] == ["experiences", "competences"]
    assert out.pk not in [key for _, key in selecting.keys_of(site.selection)]


def test_S4_a_refusal_keeps_what_was_typed_and_ticked() -> None:
    owner = portfolio()
    kept, dropped = experience(owner, title="Un"), experience(owner, title="Deux")
    site = sites.make(portfolio=owner)
    said = BASE | {"model": "autre", "about": "x" * 3_001, "item": [f"experience/{kept.pk}"]}
    page = signed_in(owner).post("/lorfolio/site/", said)
    assert sorted(page.context["form"].errors) == ["about", "model"]
    ticked = re.findall(r'name="item" value="([^"]+)" checked', page.content.decode())
    assert ticked == [f"experience/{kept.pk}"]
    assert set(shown(site)) == {"Un", "Deux"}, "nothing was written"
    assert dropped.title in page.content.decode()


def test_L5_opening_by_link_then_to_all_then_closing() -> None:
    owner = portfolio(given_name="Zoé", family_name="d’Été")
    sites.make(portfolio=owner)
    client = signed_in(owner)
    page = client.get("/lorfolio/site/ouvrir/")
    assert page.context["form"]["slug"].value() == "zoe-dete"
    client.post("/lorfolio/site/ouvrir/", {"state": "lien"})
    by_link = PersonalSite.objects.get()
    assert (by_link.state, len(by_link.slug)) == (SiteState.LINK, 28)
    refused = client.post("/lorfolio/site/ouvrir/", {"state": "public", "slug": "admin", "indexable": "on"})
    assert list(refused.context["form"].errors) == ["slug"]
    assert 'value="admin"' in refused.content.decode()
    assert list(client.post("/lorfolio/site/ouvrir/", {"state": "public"}).context["form"].errors) == ["slug"]
    client.post("/lorfolio/site/ouvrir/", {"state": "public", "slug": " Zoe-Dete ", "indexable": "on"})
    public = PersonalSite.objects.get()
    assert (public.state, public.slug, public.indexable) == (SiteState.PUBLIC, "zoe-dete", True)
    assert client.get("/lorfolio/site/fermer/").status_code == 405
    client.post("/lorfolio/site/fermer/")
    closed = PersonalSite.objects.get()
    assert (closed.state, closed.indexable, closed.published_at) == (SiteState.PRIVATE, False, None)


def test_L5_the_editor_costs_the_same_with_one_item_and_many(django_assert_num_queries: Any) -> None:
    owner = portfolio()
    experience(owner), skill(owner), language(owner), extra(owner)
    sites.make(portfolio=owner)
    client = signed_in(owner)
    client.get("/lorfolio/site/")
    with django_assert_num_queries(13) as counted:
        client.get("/lorfolio/site/")
    for _ in range(4):
        experience(owner), skill(owner), language(owner), extra(owner)
    with django_assert_num_queries(len(counted)):
        client.get("/lorfolio/site/")


def test_L5_what_came_since_is_pointed_at_and_shown_to_nobody() -> None:
    owner = portfolio()
    experience(owner, title="Un")
    site = sites.make(portfolio=owner)
    client = signed_in(owner)
    items = [f"experience/{key}" for _, key in selecting.keys_of(site.selection)]
    client.post("/lorfolio/site/", BASE | {"item": items})
    assert "nouveau" not in client.get("/lorfolio/site/").content.decode()
    experience(owner, title="Deux")
    assert client.get("/lorfolio/site/").content.decode().count(">nouveau<") == 1
    assert shown(site) == ["Un"]


def test_L10_under_fifteen_the_page_says_why() -> None:
    owner = portfolio()
    sites.make(portfolio=owner)
    Portfolio.objects.filter(pk=owner.pk).update(minor_until="2099-01-01")
    from lorfolio.models import ParentalConsent

    ParentalConsent.objects.create(portfolio=owner, digest="x" * 64, asked_at=NOW, expires_at=NOW, given_at=NOW)
    client = signed_in(owner)
    assert "quinze ans" in client.get("/lorfolio/site/").content.decode()
    assert [client.get(path).status_code for path in OWN] == [200, 404, 404]
