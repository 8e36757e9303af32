"""A followed agenda: what cannot be read is not kept unawares, and each notice offers what can be done (A6, S4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from events.models import Event, Source
from events.services.reading import ReadError, read_source
from tests.events.importing import calendar, trusted, vevent
from tests.events.test_import_pro import form, of
from tests.events.test_import_sources import Server, server  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db
NEW = "/pro/agenda/sources/ajouter/"
BUTTON = "C’est voulu&nbsp;: les retirer"


def page(client: Client, source: Source) -> str:
    return client.get(f"/pro/agenda/sources/{source.slug}/").content.decode()


def names(answer: Any) -> list[str]:
    """The buttons of the form."""
    text = answer.content.decode()
    return [name for name in ("essayer", "enregistrer", "en_pause") if f'name="{name}"' in text]


def test_S4_an_address_that_cannot_be_read_is_not_kept_and_the_reason_is_said(server: Server) -> None:  # noqa: F811
    server.pages["/page.ics"] = "<html><body>Connectez-vous</body></html>"
    client = of(trusted())
    url = f"{server.url}/page.ics"
    answer = client.post(NEW, form(url=url, enregistrer="1"))
    assert (answer.status_code, Source.objects.count()) == (200, 0)
    assert len(answer.context["form"].errors["url"]) == 1
    assert names(answer) == ["essayer", "enregistrer", "en_pause"]
    assert names(client.get(NEW)) == ["essayer", "enregistrer"]
    tried = client.post(NEW, form(url=url, essayer="1"))
    assert tried.context["form"].errors["url"] == answer.context["form"].errors["url"]


def test_S4_it_may_be_kept_paused_with_its_reason_and_read_once_it_can_be(server: Server) -> None:  # noqa: F811
    server.pages["/a.ics"] = "pas encore"
    client = of(trusted())
    answer = client.post(NEW, form(url=f"{server.url}/a.ics", en_pause="1"))
    source = Source.objects.get()
    assert (answer.status_code, source.active, source.failures) == (302, False, 1)
    assert source.last_error in page(client, source).replace("&#x27;", "'")
    server.pages["/a.ics"] = calendar(vevent("a"))
    client.post(f"/pro/agenda/sources/{source.slug}/pause/", {"reprendre": "1"})
    source.refresh_from_db()
    read_source(source)
    source.refresh_from_db()
    assert (source.active, source.failures, source.last_error, Event.objects.count()) == (True, 0, "", 1)


def test_S4_a_name_is_changed_while_the_site_is_down_an_address_is_not(server: Server) -> None:  # noqa: F811
    source = server.source("/a.ics", calendar())
    client = of(source.organisation)
    edit = f"/pro/agenda/sources/{source.slug}/modifier/"
    del server.pages["/a.ics"]
    kept = client.post(edit, form(url=source.url, name="Renommé", enregistrer="1"))
    assert (kept.status_code, Source.objects.get().name) == (302, "Renommé")
    refused = client.post(edit, form(url=f"{server.url}/b.ics", name="Encore", enregistrer="1"))
    assert (refused.status_code, Source.objects.get().name, Source.objects.get().url) == (200, "Renommé", source.url)


def test_S4_what_is_too_large_to_be_tried_is_kept_and_read_apart(server: Server) -> None:  # noqa: F811
    server.pages["/a.ics"] = calendar(vevent("a", DESCRIPTION="x" * 3_100_000))
    client = of(trusted())
    assert names(client.post(NEW, form(url=f"{server.url}/a.ics", essayer="1")))[:2] == ["essayer", "enregistrer"]
    kept = client.post(NEW, form(url=f"{server.url}/a.ics", enregistrer="1"))
    assert (kept.status_code, Source.objects.get().active) == (302, True)


def test_A6_a_cut_agenda_offers_no_withdrawal_because_none_can_be_done(server: Server) -> None:  # noqa: F811
    house = trusted()
    source = server.source("/a.ics", calendar(*(vevent(f"n{n}") for n in range(6))), organisation=house)
    read_source(source)
    server.pages["/a.ics"] = calendar(vevent("n0")).replace("END:VCALENDAR\r\n", "")
    read_source(source)
    source.refresh_from_db()
    text = page(of(house), source)
    assert (source.withheld, bool(source.last_error), BUTTON in text) == (False, True, False)
    assert "Cet agenda n’a été lu qu’en partie" in text


def test_A6_most_events_gone_offers_to_withdraw_them_and_does(server: Server) -> None:  # noqa: F811
    house = trusted()
    source = server.source("/a.ics", calendar(*(vevent(f"n{n}") for n in range(6))), organisation=house)
    read_source(source)
    server.pages["/a.ics"] = calendar(vevent("n0"))
    read_source(source)
    source.refresh_from_db()
    client = of(house)
    assert (source.withheld, BUTTON in page(client, source)) == (True, True)
    assert Event.objects.filter(state="withdrawn").count() == 0
    read_source(source, withdraw=True)  # what the button asks of a worker
    source.refresh_from_db()
    assert (source.withheld, BUTTON in page(client, source)) == (False, False)
    assert Event.objects.filter(state="withdrawn").count() == 5


def test_A6_a_source_that_fails_keeps_nothing_back(server: Server) -> None:  # noqa: F811
    source = server.source("/a.ics", calendar())
    Source.objects.update(withheld=True)
    source.refresh_from_db()
    del server.pages["/a.ics"]
    with pytest.raises(ReadError):
        read_source(source)
    assert Source.objects.get().withheld is False
