"""What looks like an event already there is said before it is published: files, agendas tried, several at once (A5)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import AgendaFile, Event
from events.services.duplicates import find, find_each, tell_apart
from events.services.states import submit
from tests.events.importing import calendar, soon, trusted, vevent
from tests.events.test_import_pro import form, given, of
from tests.events.test_import_sources import Server, server  # noqa: F401 (a fixture)
from tests.events.test_moderation_desk import LIST, serving, signed_in, state
from tests.events.tools import date_of, draft, published
from tests.factories import organisation, town

pytestmark = pytest.mark.django_db
TITLE = "Forum des métiers du bois"


def line(title: str, day: Any, place: str = "Épinal") -> str:
    return f"{title};{day:%d/%m/%Y};{place}\n"


def shown(client: Client, answer: Any) -> list[tuple[str, list[tuple[str, bool]]]]:
    context = client.get(answer["Location"]).context
    return [(one["title"], [(o["title"], o["own"]) for o in one.get("alike", [])]) for one in context["lines"]]


def test_A5_a_file_says_line_by_line_what_looks_like_what_is_there() -> None:
    here, day = town("Épinal", insee="88160"), timezone.now() + timedelta(days=10)
    house = trusted()
    known = published(date_of(day, commune=here), title="Le forum des métiers du bois", organisation=organisation())
    mine = draft(date_of(day, commune=here), title="Atelier du numérique", organisation=house)
    submit(event=mine, actor=None, at_once=False)
    hidden = draft(date_of(day, commune=here), title="Café des parents", organisation=organisation())
    submit(event=hidden, actor=None, at_once=False)
    client = of(house)
    content = "titre;date;commune\n" + "".join(
        line(title, day) for title in (TITLE, "Atelier du numérique", "Café des parents", "Portes ouvertes")
    )
    answer = given(client, content)
    assert shown(client, answer) == [
        (TITLE, [("Le forum des métiers du bois", False)]),
        ("Atelier du numérique", [("Atelier du numérique", True)]),
        ("Café des parents", []),  # somebody else's proposal is nobody's to know
        ("Portes ouvertes", []),
    ]
    page = client.get(answer["Location"]).content.decode()
    assert f'<a href="/agenda/{known.slug}/">' in page
    assert f'<a href="/pro/agenda/{mine.slug}/">' in page
    assert "2 nouveaux évènements ressemblent à ce que l’agenda a déjà" in page
    decided = {"apercu": AgendaFile.objects.get().digest, "appliquer": "1", "comparer-1": "autre"}
    client.post(answer["Location"], decided)
    assert [len(alike) for _, alike in shown(client, answer)] == [1, 1, 0, 0]  # kept with the decision
    assert Event.objects.filter(organisation=house).count() == 5


def test_A5_lines_of_one_file_are_not_held_against_each_other_and_a_second_file_is() -> None:
    town("Épinal", insee="88160")
    client, day = of(trusted()), timezone.now() + timedelta(days=10)
    twice = "titre;date;commune\n" + line(f"{TITLE} matin", day) + line(f"{TITLE} soir", day)
    assert [alike for _, alike in shown(client, given(client, twice))] == [[], []]
    first = given(client, "titre;date;commune;identifiant\n" + line(TITLE, day).strip() + ";a\n")
    client.post(first["Location"], {"apercu": AgendaFile.objects.latest("pk").digest, "appliquer": "1"})
    again = given(client, "titre;date;commune;identifiant\n" + line(TITLE, day).strip() + ";b\n")
    assert shown(client, again) == [(TITLE, [(TITLE, True)])]


def test_A5_looking_costs_as_many_questions_for_thirty_lines_as_for_three() -> None:
    here, day = town("Épinal", insee="88160"), timezone.now() + timedelta(days=10)
    published(date_of(day, commune=here), title=TITLE)
    client, counts = of(trusted()), []
    for number in (3, 30):
        content = "titre;date;commune\n" + "".join(line(f"{TITLE} {n} {number}", day) for n in range(number))
        with CaptureQueriesContext(connection) as context:
            given(client, content)
        counts.append(len(context))
    assert counts[0] == counts[1]


def test_A5_an_agenda_that_is_tried_says_it_too(server: Server) -> None:  # noqa: F811
    town("Épinal", insee="88160")
    start = soon()
    published(date_of(f"{start:%Y-%m-%d %H:%M}", attendance="online"), title=TITLE)
    server.pages["/a.ics"] = calendar(vevent("a", SUMMARY=TITLE, URL="https://visio.exemple.invalid/a",
                                             LOCATION="https://visio.exemple.invalid/a"))  # fmt: skip
    tried = of(trusted()).post("/pro/agenda/sources/ajouter/", form(url=f"{server.url}/a.ics", essayer="1"))
    assert [[o["title"] for o in one.get("alike", [])] for one in tried.context["shown"]] == [[TITLE]]


def test_A5_of_several_published_at_once_those_like_another_wait_to_be_compared() -> None:
    place, day = town("Épinal"), timezone.now() + timedelta(days=5)

    def waits(title: str) -> Event:
        return submit(event=draft(date_of(day, commune=place), title=title), actor=None, at_once=False)

    published(date_of(day, commune=place), title=TITLE)
    alone, like, pair, twin = waits("Café"), waits(f"Le {TITLE}"), waits("Salon du lycée"), waits("Le salon du lycée")
    chosen = (alone, like, pair, twin)
    client = signed_in(serving(place))
    asked = {"action": "publish_chosen", "_selected_action": [event.pk for event in chosen]}
    answer = client.post(LIST, asked)
    assert [state(event) for event in chosen] == ["published", "proposed", "proposed", "proposed"]
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert said[0] == "Évènements publiés\u00a0: 1."
    assert f'<a href="/admin/events/event/{like.pk}/change/">Le {TITLE}</a> ressemble à «\u00a0{TITLE}' in said[1]
    tell_apart(one=pair, other=twin, actor=None)
    client.post(LIST, asked)
    assert [state(event) for event in chosen] == ["published", "proposed", "published", "published"]


def test_A5_several_are_compared_in_as_many_questions_as_one() -> None:
    place, day = town("Épinal"), timezone.now() + timedelta(days=5)
    events = [draft(date_of(day, commune=place), title=f"{TITLE} {n}") for n in range(6)]
    published(date_of(day, commune=place), title=TITLE)
    counts, found = [], []
    for some in (events[:1], events):
        with CaptureQueriesContext(connection) as context:
            found.append(find_each(some))
        counts.append(len(context))
    assert counts[0] == counts[1]
    assert found[1] == {event.pk: find(event) for event in events}


def choices(html: str) -> dict[str, str]:
    """What each line to compare proposes."""
    return dict(re.findall(r'name="(comparer-\d+)" value="(\w+)" checked', html))


def test_A5_what_a_file_says_again_may_be_left_out_and_is_by_default_when_nothing_differs() -> None:
    here, day = town("Épinal", insee="88160"), timezone.now() + timedelta(days=10)
    house = trusted()
    published(date_of(day, commune=here), title=TITLE, organisation=house)
    client = of(house)
    rows = line("Portes ouvertes", day) + line(TITLE, day) + line(f"Le grand {TITLE}", day)
    content = "titre;date;commune\n" + rows
    url = given(client, content)["Location"]
    page = client.get(url).content.decode()
    assert choices(page) == {"comparer-0": "laisser", "comparer-1": "autre"}
    assert page.index(f"<b>{TITLE}</b>") < page.index("<b>Portes ouvertes</b>")  # what is to be decided comes first
    held = AgendaFile.objects.get()
    decided = {"apercu": held.digest, "appliquer": "1", "comparer-0": "laisser", "comparer-1": "laisser"}
    client.post(url, decided)
    held.refresh_from_db()
    assert (held.state, held.preview["counts"]["created"], held.preview["left"]) == ("applied", 1, 2)
    assert sorted(Event.objects.values_list("title", flat=True)) == [TITLE, "Portes ouvertes"]
    # The same file again: nothing of it is new, and what was answered is proposed.
    again = given(client, content)["Location"]
    assert choices(client.get(again).content.decode()) == {"comparer-0": "laisser", "comparer-1": "laisser"}
    newer = AgendaFile.objects.latest("pk")
    client.post(again, {"apercu": newer.digest, "appliquer": "1"})
    newer.refresh_from_db()
    assert (newer.state, newer.preview["counts"]["unchanged"], newer.preview["left"]) == ("applied", 1, 2)
    assert Event.objects.count() == 2
