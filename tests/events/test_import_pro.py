"""The pages of the espace pro where agendas and files come in (A6, S4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import AgendaFile, Event, Source
from members.models import Mandate
from tests.events.importing import calendar, trusted, vevent
from tests.events.test_import_sources import Server, server  # noqa: F401 (a fixture)
from tests.factories import organisation, person

pytestmark = pytest.mark.django_db


def of(house: Any) -> Client:
    """A browser signed in as somebody of `house`."""
    user = person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client = Client()
    client.force_login(user)
    return client


def form(**fields: str) -> dict[str, Any]:
    return {
        "name": "Agenda d’essai", "format": "ics", "every_hours": "1", "default_kind": "atelier", "page_url": "",
    } | fields  # fmt: skip


def test_A6_a_source_is_tried_then_kept(server: Server) -> None:  # noqa: F811
    house = trusted()
    server.pages["/a.ics"] = calendar(vevent("a"), vevent("b", SUMMARY=None))
    client, url = of(house), f"{server.url}/a.ics"
    tried = client.post("/pro/agenda/sources/ajouter/", form(url=url, essayer="1"))
    said = "Nouveaux&nbsp;: 1, modifiés&nbsp;: 0, inchangés&nbsp;: 0, refusés&nbsp;: 1."
    assert said in tried.content.decode()
    assert (Source.objects.count(), Event.objects.count()) == (0, 0)
    kept = client.post("/pro/agenda/sources/ajouter/", form(url=url, enregistrer="1"))
    source = Source.objects.get()
    assert (kept.status_code, kept["Location"], source.organisation) == (
        302,
        "/pro/agenda/sources/agenda-d-essai/",
        house,
    )
    assert client.get(kept["Location"]).status_code == 200
    client.post(f"{kept['Location']}pause/", {"pause": "1"})
    source.refresh_from_db()
    assert source.active is False
    edited = client.post(f"{kept['Location']}modifier/", form(url=url, name="Renommé", enregistrer="1"))
    assert (edited.status_code, Source.objects.get().name) == (302, "Renommé")


def test_S4_a_wrong_address_is_said_beside_its_field_and_nothing_is_lost() -> None:
    page = of(trusted()).post("/pro/agenda/sources/ajouter/", form(url="http://10.0.0.1/a.ics", essayer="1"))
    text = page.content.decode()
    assert (page.status_code, "réseau privé" in text, "Agenda d’essai" in text) == (200, True, True)


def test_A6_sources_are_those_of_ones_organisations(server: Server) -> None:  # noqa: F811
    source = server.source("/a.ics", calendar())
    stranger = of(organisation())
    assert stranger.get(f"/pro/agenda/sources/{source.slug}/").status_code == 404
    assert stranger.post(f"/pro/agenda/sources/{source.slug}/lire/").status_code == 404
    assert "Aucun agenda suivi" in stranger.get("/pro/agenda/sources/").content.decode()


def test_A6_the_list_of_sources_asks_as_much_for_one_as_for_three(server: Server) -> None:  # noqa: F811
    house = trusted()
    client, counts = of(house), []
    for number in range(3):
        server.source(f"/{number}.ics", calendar(), slug=f"s{number}", organisation=house)
        client.get("/pro/agenda/sources/")
        with CaptureQueriesContext(connection) as context:
            client.get("/pro/agenda/sources/")
        counts.append(len(context))
    assert (counts[0], counts[0] <= 12) == (counts[2], True)


def given(client: Client, content: str, name: str = "evenements.csv") -> Any:
    return client.post("/pro/agenda/import/", {"file": SimpleUploadedFile(name, content.encode())})


def test_S4_a_file_is_shown_then_applied_once() -> None:
    client = of(trusted())
    answer = given(client, "titre;date;commune\nForum;16/03/2027;Troyes\n;17/03/2027;\n")
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert ("Forum" in page, "Sans titre" in page, Event.objects.count()) == (True, True, 0)
    digest = AgendaFile.objects.get().digest
    for _ in range(2):  # a double click
        client.post(answer["Location"], {"apercu": digest, "appliquer": "1"})
    file = AgendaFile.objects.get()
    assert (Event.objects.count(), file.state, bool(file.file)) == (1, "applied", False)
    assert client.get(answer["Location"]).status_code == 200


def test_S4_only_what_was_shown_is_applied() -> None:
    client = of(trusted())
    first = given(client, "titre;date\nForum;16/03/2027\n")
    old = AgendaFile.objects.get().digest
    other = given(client, "titre;date\nForum;16/03/2027\n")["Location"]
    newer = AgendaFile.objects.exclude(digest="").order_by("-id")[0]
    client.post(other, {"apercu": newer.digest, "appliquer": "1"})
    client.post(first["Location"], {"apercu": old, "appliquer": "1"})  # what it would do has changed since
    file = AgendaFile.objects.order_by("id")[0]
    assert (Event.objects.count(), file.state, file.preview["counts"]["unchanged"]) == (1, "ready", 1)


def test_S4_a_file_may_be_given_up_and_goes() -> None:
    client = of(trusted())
    url = given(client, "titre;date\nForum;16/03/2027\n")["Location"]
    client.post(url, {"abandonner": "1"})
    file = AgendaFile.objects.get()
    assert (Event.objects.count(), file.state, bool(file.file)) == (0, "dropped", False)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", "x", "est attendu"),
        ("a.csv", "nom;age\nX;1\n", "il manque"),
        ("a.ics", "bonjour", "pas un calendrier"),
    ],
)
def test_S4_a_file_that_is_none_of_ours_is_refused_beside_its_field(name: str, content: str, said: str) -> None:
    page = given(of(trusted()), content, name)
    assert (page.status_code, said in page.content.decode(), AgendaFile.objects.count()) == (200, True, 0)


def test_A6_a_file_does_not_withdraw_what_it_does_not_speak_of() -> None:
    client = of(trusted())
    for title in ("Forum", "Salon"):
        url = given(client, f"titre;date\n{title};16/03/2027\n")["Location"]
        client.post(url, {"apercu": AgendaFile.objects.order_by("-id")[0].digest, "appliquer": "1"})
    assert list(Event.objects.values_list("state", flat=True)) == ["published", "published"]


def test_A6_files_are_those_of_ones_organisations() -> None:
    url = given(of(trusted()), "titre;date\nForum;16/03/2027\n")["Location"]
    assert of(organisation()).get(url).status_code == 404
    assert of(organisation()).post(url, {"abandonner": "1"}).status_code == 404


def test_A6_the_template_is_a_file_that_imports() -> None:
    client = of(trusted())
    template = client.get("/pro/agenda/import/modele.csv").content.decode("utf-8-sig")
    url = given(client, template)["Location"]
    assert AgendaFile.objects.get().preview["counts"] == {
        "created": 1, "updated": 0, "unchanged": 0, "withdrawn": 0, "rejected": 0,
    }  # fmt: skip
    assert url


def test_S4_once_applied_the_page_says_what_was_done_where_it_is_and_what_to_do_next() -> None:
    client = of(trusted())
    url = given(client, "titre;date;commune\nForum;16/03/2027;Troyes\n;17/03/2027;\n")["Location"]
    assert "Ces lignes ne seront pas reprises" in client.get(url).content.decode()
    client.post(url, {"apercu": AgendaFile.objects.get().digest, "appliquer": "1"})
    page = client.get(url).content.decode()
    assert "Ces lignes ne seront pas reprises" not in page
    assert "Ces lignes n’ont pas été reprises" in page
    assert "1 évènement ajouté." in page
    assert f'<a href="/pro/agenda/{Event.objects.get().slug}/">Forum</a>' in page
    assert page.count('href="/pro/agenda/import/"') >= 3  # the way back, the file corrected, another one


def test_S4_a_file_given_up_does_not_say_that_it_changed_anything() -> None:
    client = of(trusted())
    url = given(client, "titre;date\nForum;16/03/2027\n;17/03/2027\n")["Location"]
    client.post(url, {"abandonner": "1"})
    page = client.get(url).content.decode()
    assert ("Rien n’a été repris" in page, "Ce qui a changé" in page, "Appliquer" in page) == (True, False, False)
