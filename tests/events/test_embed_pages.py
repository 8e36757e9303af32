"""The agenda in the pages of others (A4, S1, S2): framed by anyone, no cookie, nothing reflected unescaped."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from events.services import sessions
from tests.events.tools import date_of, first_session, published
from tests.factories import person, town

pytestmark = pytest.mark.django_db
HOST = "http://127.0.0.1:8000"


def frame_ancestors(policy: str) -> str:
    return next(part for part in policy.split("; ") if part.startswith("frame-ancestors"))


def test_A4_the_embed_may_be_framed_by_anyone_and_only_it(client: Client) -> None:
    answer = client.get("/agenda/embed/")
    assert answer.status_code == 200
    assert answer.has_header("X-Frame-Options") is False
    assert frame_ancestors(answer["Content-Security-Policy"]) == "frame-ancestors *"
    other = client.get("/agenda/integrer/")
    assert (other["X-Frame-Options"], frame_ancestors(other["Content-Security-Policy"])) == (
        "DENY", "frame-ancestors 'none'",
    )  # fmt: skip


def test_A4_an_answer_not_modified_may_be_framed_too(client: Client) -> None:
    """A browser takes the headers of a 304 for its own: those of our other pages would close the frame."""
    etag = client.get("/agenda/embed/")["ETag"]
    answer = client.get("/agenda/embed/", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer.has_header("X-Frame-Options")) == (304, b"", False)
    assert frame_ancestors(answer["Content-Security-Policy"]) == "frame-ancestors *"
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/agenda/embed/", "/agenda/embed/?type=forum", "/agenda/embed.js"])
def test_S2_no_cookie_and_readable_by_any_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, dict(answer.cookies), answer["Access-Control-Allow-Origin"]) == (200, {}, "*")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.has_header("Access-Control-Allow-Credentials") is False


@pytest.mark.parametrize(
    ("query", "kept"),
    [("", "public, max-age=300"), ("?type=forum&nombre=3", "public, max-age=300"), ("?q=bois", "private, no-store"),
     ("?commune=88160", "private, no-store"), ("?acces=lsf", "private, no-store"),
     ("?public=lyceen", "private, no-store")],
)  # fmt: skip
def test_S2_a_shared_cache_keeps_nothing_that_tells_of_a_person(client: Client, query: str, kept: str) -> None:
    assert client.get(f"/agenda/embed/{query}")["Cache-Control"] == kept


def test_A4_it_is_the_same_for_somebody_signed_in(client: Client) -> None:
    published()
    before = client.get("/agenda/embed/").content
    client.force_login(person())
    assert client.get("/agenda/embed/").content == before


def test_A4_the_component_is_one_file_at_a_stable_address(client: Client) -> None:
    answer = client.get("/agenda/embed.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=3600"
    text = answer.content.decode()
    assert ("/* agenda_embed.css */" in text, ".agenda-embed {\\n" in text) == (False, True)
    assert re.findall(r"document\.cookie|localStorage|sessionStorage|indexedDB|innerHTML|eval", text) == []
    again = client.get("/agenda/embed.js", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")


def test_A4_a_few_coming_events_each_once_with_links_to_the_portal(client: Client) -> None:
    far = timezone.now() + timedelta(days=9)
    published(date_of(), date_of(far), title="Atelier du bois")
    off = published(date_of(far, commune=town("Troyes"), town="Troyes"), title="Forum")
    sessions.cancel(session=first_session(off), message="", actor=None)
    published(date_of(far + timedelta(days=1)), title="Trop loin")
    body = client.get("/agenda/embed/?nombre=2").content.decode()
    assert re.findall(r'class="what"><a href="([^"]+)" target="_blank" rel="noopener">([^<]+)', body) == [
        (f"{HOST}/agenda/atelier-du-bois/", "Atelier du bois"), (f"{HOST}/agenda/forum/", "Forum"),
    ]  # fmt: skip
    assert re.findall(r'class="where">(.*?)</p>', body) == ["<b>Annulé</b> Troyes"]
    assert "et 1 autre date<" in body
    assert f'href="{HOST}/agenda/"' in body


def test_A4_without_any_date_it_says_so(client: Client) -> None:
    body = client.get("/agenda/embed/?type=forum").content.decode()
    assert "Aucune date à venir pour le moment." in body
    assert f'href="{HOST}/agenda/?type=forum"' in body


def test_S1_the_embed_has_a_language_a_title_and_says_that_links_open_windows(client: Client) -> None:
    published()
    body = client.get("/agenda/embed/?titre=Nos+rendez-vous").content.decode()
    assert re.findall(r"<html lang=\"fr\">|<h1>[^<]+</h1>|<title>[^<]+</title>", body) == [
        '<html lang="fr">', "<title>Nos rendez-vous – SPRO Grand Est</title>", "<h1>Nos rendez-vous</h1>",
    ]  # fmt: skip
    assert body.count('target="_blank"') == body.count("(nouvelle fenêtre)") == 2
    assert re.findall(r"<script|<form|<header|style=", body) == []


ATTACK = '"><script>alert(1)</script>'


@pytest.mark.parametrize("name", ["titre", "theme", "nombre", "q", "type", "organisme", "commune", "inconnu"])
@pytest.mark.parametrize("path", ["/agenda/embed/", "/agenda/integrer/"])
def test_S2_nothing_said_in_the_address_is_reflected_unescaped(client: Client, path: str, name: str) -> None:
    answer = client.get(path, {name: ATTACK})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def codes(body: str) -> dict[str, str]:
    """What each field of the page holds, as a person copies it."""
    return {
        key: html.unescape(text)
        for key, text in re.findall(r'<textarea id="code-(\w+)"[^>]*>(.*?)</textarea>', body, re.S)
    }


def test_A4_the_codes_carry_known_parameters_only_and_are_escaped_once(client: Client) -> None:
    published()
    answer = client.get("/agenda/integrer/?type=forum&type=atelier&titre=L%27%22agenda%22&nombre=3&utm=x&vue=mois")
    found = codes(answer.content.decode())
    url = f"{HOST}/agenda/embed/?nombre=3&amp;titre=L%27%22agenda%22&amp;type=atelier&amp;type=forum"
    assert found["cadre"] == (
        f'<iframe src="{url}" title="L&#x27;&quot;agenda&quot;" width="100%" height="465" loading="lazy"'
        ' referrerpolicy="no-referrer"></iframe>'
    )
    assert found["composant"] == (
        f'<script src="{HOST}/agenda/embed.js" async></script>\n<spro-agenda href="{url}">'
        f'<a href="{HOST}/agenda/?type=atelier&amp;type=forum">L&#x27;&quot;agenda&quot;</a></spro-agenda>'
    )
    assert client.get(html.unescape(url).removeprefix(HOST)).status_code == 200


def test_A4_the_page_shows_itself_what_it_composes(client: Client) -> None:
    answer = client.get("/agenda/integrer/?type=forum")
    body = answer.content.decode()
    assert re.findall(r'<iframe src="([^"]+)" title="([^"]+)"', body) == [
        ("/agenda/embed/?type=forum", "Aperçu de l’encart")
    ]
    assert "frame-src 'self'" in answer["Content-Security-Policy"].split("; ")
    assert re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', body) == [("type", "forum")]


def test_A9_the_page_says_what_the_code_will_tell(client: Client) -> None:
    town("Épinal", insee="88160")
    body = client.get("/agenda/integrer/?commune=88160&public=decrocheur").content.decode()
    assert "donc le public, la commune (Épinal)" in body
    assert "Ce que votre page dira" not in client.get("/agenda/integrer/?type=forum").content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("nombre=99", "Choisissez de 1 à 20 évènements."), ("nombre=-1", "Choisissez de 1 à 20 évènements."),
     ("theme=rose", "Cet affichage n’existe pas\u00a0: choisissez dans la liste."),
     ("titre=" + "a" * 130, "Le titre est coupé à 120 caractères.")],
)  # fmt: skip
def test_S4_what_is_not_understood_is_told_beside_its_field(client: Client, query: str, sentence: str) -> None:
    assert f"<li>{sentence}</li>" in client.get(f"/agenda/integrer/?{query}").content.decode()
    assert client.get(f"/agenda/embed/?{query}").status_code == 200


def test_A4_two_statements_at_most(client: Client, django_assert_max_num_queries: object) -> None:
    for _ in range(6):
        published()
    client.get("/agenda/embed/?nombre=20")
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        client.get("/agenda/embed/?nombre=20")
