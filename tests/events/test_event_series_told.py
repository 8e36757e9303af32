"""What befalls the dates of a rule together is told in one line, to the public and to the team (A3)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest
import time_machine
from django.test import Client

from events.models import Event, Session
from events.render import dates, history
from events.rrules import Rule
from events.services import recurring, sessions
from events.services.recurring import Series
from events.services.states import publish
from events.services.writing import create_event
from events.views import pro_events
from tests.events.tools import date_of, first_session, paris, published
from tests.factories import site, town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_march")]
TUESDAYS = Series(Rule("WEEKLY", date(2027, 4, 13), weekdays=(1,)), date(2027, 3, 16), time(14), time(16))


@pytest.fixture
def _in_march() -> Iterator[None]:
    with time_machine.travel(paris("2027-03-01 09:00"), tick=False):
        yield


def ruled() -> Event:
    event = create_event(values={"title": "Atelier CV", "kind": "atelier"}, sessions=[], actor=None)
    recurring.add_rule(event=event, series=TUESDAYS, actor=None)
    return publish(event=event, actor=None)


def change(event: Event, **values: object) -> None:
    asked = replace(TUESDAYS, **values)  # type: ignore[arg-type]
    recurring.change(session=first_session(event), series=asked, whole=True, message="Salle prise.", actor=None)


def parts(client: Client, event: Event) -> tuple[list[str], list[str]]:
    """What stands above the dates, and the public history, line by line."""
    text = client.get(f"/agenda/{event.slug}/").content.decode()
    notice = text.partition('<div class="split aside event-page">')[0].partition("<c-notice")[0]
    above = re.findall(r"<p>(.*?)</p>", notice.partition("Ce qui a changé")[2], re.DOTALL)
    below = re.findall(r"<li>(.*?)</li>", text.partition('id="historique"')[2].partition("</ol>")[0], re.DOTALL)
    return [plain(one) for one in above], [plain(one) for one in below]


def plain(text: str) -> str:
    words = html.unescape(re.sub(r"<[^>]+>", "", text))
    return " ".join(words.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_A3_another_hour_for_a_series_is_one_line(client: Client) -> None:
    event = ruled()
    change(event, starts=time(10), ends=time(12))
    five = "5 dates, du 16 mars au 13 avril 2027"
    assert parts(client, event) == (
        [f"{five} : Ces dates ont changé. C’était prévu le mardi à 14 h. Salle prise."],
        [f"1er mars 2027 : {five}, Dates changées (c’était le mardi à 14 h). Salle prise."],
    )
    (line,) = [line for line in pro_events.history(event) if "Le public a lu" in line["text"]]
    assert plain(line["date"]) == five


def test_A3_another_place_and_days_given_no_more_are_one_line_each(client: Client) -> None:
    event, place = ruled(), site(commune=town("Épinal"))
    held = first_session(event)
    sessions.move(session=held, place={"place_name": "Lycée", "town": "Colmar"}, message="", actor=None)
    change(event, rule=Rule("WEEKLY", date(2027, 3, 30), weekdays=(1,)), fields={"site_id": place.pk})
    above, below = parts(client, event)
    assert [one.partition(" : ")[0] for one in above] == [
        "mardi 16 mars 2027, 14 h – 16 h", "2 dates, du 23 au 30 mars 2027", "2 dates, du 6 au 13 avril 2027",
    ]  # fmt: skip
    assert above[2].partition(" : ")[2] == "Ces dates sont annulées. Salle prise."
    assert len(below) == 3  # the date moved alone, those moved together, those cancelled together


def test_A3_what_befalls_one_date_after_another_is_told_apart() -> None:
    event = ruled()
    first, second = Session.objects.filter(event=event).order_by("starts_at")[:2]
    sessions.cancel(session=first, message="", actor=None)
    with time_machine.travel(paris("2027-03-01 09:05"), tick=False):
        sessions.cancel(session=second, message="", actor=None)
    found = Session.objects.filter(event=event)
    changes = [one for session in found for one in session.changes.all()]
    said = history.history(changes, found)
    assert [(line.dates, line.words) for line in said] == [
        ("date du mardi 23\u00a0mars 2027", "Annulé"), ("date du mardi 16\u00a0mars 2027", "Annulé"),
    ]  # fmt: skip


def test_A3_dates_that_no_rule_joins_are_told_one_by_one() -> None:
    event = published(date_of("2027-03-16 14:00"), date_of("2027-03-17 14:00"))
    for session in event.sessions.all():
        sessions.cancel(session=session, message="", actor=None)
    held = list(Session.objects.filter(event=event).select_related("event").order_by("starts_at"))
    coming, _ = dates.lines(held, paris("2027-03-01 09:00"), {})
    assert [plain(one.when) for one in history.told(coming)] == [
        "mardi 16 mars 2027, 14 h – 16 h", "mercredi 17 mars 2027, 14 h – 16 h",
    ]  # fmt: skip
