"""Who belongs is public, nobody else: one rule for pages, lists, search, map of the site and API (R11, O2)."""

from __future__ import annotations

import pytest
from django.test import Client

from core import search
from core.models import SearchDocument
from members.models import Organisation
from tests.factories import network, organisation, referent, site, town

pytestmark = pytest.mark.django_db
HIDDEN = (Organisation.Status.CANDIDATE, Organisation.Status.FORMER)


@pytest.mark.parametrize("status", HIDDEN)
def test_R11_who_does_not_belong_is_nowhere(client: Client, status: str) -> None:
    family = network()
    parent = organisation(network=family)
    hidden = organisation(name="Organisme caché", network=family, status=status, parent=parent)
    place = town()
    referent(organisation=hidden, agency=place.agency, name="Personne cachée")
    search.rebuild(["organisation"])
    assert client.get(hidden.get_absolute_url()).status_code == 404
    assert client.get(f"/api/v1/organisations/{hidden.slug}/").status_code == 404
    for url in (
        "/organismes/", "/organismes/?q=cache", family.get_absolute_url(), parent.get_absolute_url(),
        place.agency.get_absolute_url(), "/recherche/?q=organisme", "/sitemap.xml", "/api/v1/organisations/",
        "/api/v1/referents/",
    ):  # fmt: skip
        answer = client.get(url)
        assert answer.status_code == 200, url
        html = answer.content.decode()
        assert "caché" not in html, url
        assert hidden.slug not in html, url


@pytest.mark.parametrize("status", HIDDEN)
def test_R11_who_leaves_takes_its_places_out_of_the_search_and_of_the_directory(client: Client, status: str) -> None:
    """The recognition writes the status, and takes the organisation itself out (`test_life_directory`)."""
    leaving = organisation()
    place = site(organisation=leaving)
    search.rebuild(["organisation", "site"])
    leaving.status = status
    leaving.save()
    assert not SearchDocument.objects.filter(kind="site", key=place.slug).exists()
    assert client.get(place.get_absolute_url()).status_code == 404
