"""What an attacker tried on the agenda, and must not get (A5, S2, S4)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from core.models import JournalEntry, OutboxMail
from core.outbox import deliver_waiting, purge
from events.models import Alert, Event, Registration, Source
from events.pro_acts import ACTS
from events.render.jsonld import jsonld
from events.render.vevent import plain
from events.services import alerting, proposing, registering, sessions
from events.services.states import refuse
from events.tasks import follow_alerts, forget_proposals, forget_registrations, free_seats
from members.models import Mandate
from tests import factories as make
from tests.events.test_proposals_public import PAGE, link_of, mails, send, typed
from tests.events.test_registering_seats import asked, session_of
from tests.events.tools import first_session, published

pytestmark = pytest.mark.django_db


def test_A5_a_refused_proposal_does_not_come_back_by_its_old_link(client: Client) -> None:
    make.town("Épinal")
    send(client)
    link = link_of(mails("event_confirm-")[0])
    client.post(link)
    refuse(event=Event.objects.get(), reason="Hors sujet.", actor=None)
    assert client.post(link).status_code == 303
    assert (Event.objects.get().state, len(mails("event_received-"))) == ("refused", 1)


def test_A5_the_link_of_a_proposal_ends_with_its_days(client: Client) -> None:
    make.town("Épinal")
    send(client)
    link, event = link_of(mails("event_confirm-")[0]), Event.objects.get()
    with time_machine.travel(timezone.now() + timedelta(days=settings.EVENT_PROPOSAL_DAYS, minutes=1)):
        assert (client.get(link).status_code, client.post(link).status_code) == (404, 404)
        assert proposing.confirm(event) is False
    assert (Event.objects.get().state, mails("event_received-")) == ("draft", [])


def test_S2_the_secret_link_of_a_proposal_leaves_with_no_referrer(client: Client) -> None:
    make.town("Épinal")
    send(client)
    link = link_of(mails("event_confirm-")[0])
    for answer in (client.get(link), client.post(link), client.get("/agenda/proposer/confirmer/rien/")):
        assert (answer["Referrer-Policy"], "no-store" in answer["Cache-Control"]) == ("no-referrer", True)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[Ici](javascript:alert(1))", "Ici"), ("[Ici](data:text/html,x)", "Ici"), ("[Ici](JaVaScRiPt:x \"y\")", "Ici"),
        ("![Ici](vbscript:x)", "Ici"), ("[](javascript:x)", ""), ("[Ici](<javascript:x>)", "Ici"),
        ("[Ici](/agenda/)", "Ici"), ("[Ici](https://a.invalid/b_(c))", "Ici (https://a.invalid/b_(c))"),
        ("[Ici](mailto:a@b.invalid)", "Ici (mailto:a@b.invalid)"),
        ("[Ici](tel:+33300000000)", "Ici (tel:+33300000000)"),
    ],
)  # fmt: skip
def test_S4_a_text_that_leaves_keeps_the_addresses_that_one_may_follow(written: str, read: str) -> None:
    assert plain(written) == read


@pytest.mark.parametrize("name", ["annuler", "reporter"])
def test_A3_nothing_is_cancelled_by_an_empty_form(client: Client, name: str) -> None:
    house, user = make.organisation(), make.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client.force_login(user)
    session = first_session(published(organisation=house))
    url = f"/pro/agenda/{session.event.slug}/dates/{session.public_id}/{name}/"
    answer = client.post(url)
    session.refresh_from_db()
    assert (answer.status_code, session.status) == (200, "scheduled")
    assert "rien n’est encore changé" in answer.content.decode().replace("\u00a0", " ")
    assert 'name="confirme" value="oui"' in client.get(url).content.decode()
    assert client.post(f"/pro/agenda/{session.event.slug}/retirer/").status_code == 200
    assert Event.objects.get().state == "published"
    assert client.post(url, {"confirme": "oui"}).status_code == 302
    session.refresh_from_db()
    assert session.status == {"annuler": "cancelled", "reporter": "postponed"}[name]


def test_A7_what_only_dates_have_is_refused_with_where_it_is(client: Client) -> None:
    answer = client.get("/api/v1/events/?commune=88160&online=1")
    assert (answer.status_code, sorted(answer.json())) == (400, ["commune", "online"])
    assert "/api/v1/sessions/" in json.dumps(answer.json())


def test_A3_what_is_cancelled_is_not_sold_out() -> None:
    session = first_session(published())
    sessions.say_full(session=session, full=True, actor=None)
    session.refresh_from_db()
    assert json.loads(jsonld(session))["offers"]["availability"].endswith("SoldOut")
    session = sessions.cancel(session=session, actor=None)
    assert "availability" not in json.loads(jsonld(session))["offers"]


def _routes() -> list[str]:
    """Every address of the espace pro that names an event, one of its dates, a source."""
    found = [str(pattern.pattern) for pattern in _leaves(get_resolver().url_patterns)]
    return sorted({route for route in found if route.startswith("pro/agenda/") and "<" in route})


def _leaves(patterns: list[Any]) -> list[Any]:
    return [leaf for one in patterns for leaf in (_leaves(one.url_patterns) if hasattr(one, "url_patterns") else [one])]


def test_A5_members_of_another_organisation_find_no_page_of_mine(client: Client) -> None:
    mine = make.organisation()
    user = make.person()
    Mandate.objects.create(user=user, organisation=make.organisation(), role=Mandate.Role.MANAGER)
    client.force_login(user)
    session = first_session(published(organisation=mine, registration_mode="builtin"))
    asked(session, "a", proven=True)
    source = Source.objects.create(
        slug="la-leur", name="La leur", format="ics", url="https://a.invalid/", organisation=mine
    )
    assert len(_routes()) > 15
    for route in _routes():
        for act in ACTS if "<slug:name>" in route else [""]:
            slug = source.slug if route.startswith("pro/agenda/sources/") else session.event.slug
            address = "/" + route.replace("<slug:slug>", slug).replace("<slug:name>", act).replace("<slug:form>", "csv")
            for uuid in (
                {session.public_id, Registration.objects.get().public_id, uuid4()} if "<uuid" in route else {""}
            ):
                url = _filled(address, str(uuid), str(session.public_id))
                codes = (client.get(url).status_code, client.post(url, {"confirme": "oui", "reason": "x"}).status_code)
                assert set(codes) <= {404, 405}, (url, codes)
                assert 404 in codes, (url, codes)


def _filled(address: str, last: str, date: str) -> str:
    """The first key of an address is the date, the next one is whatever is tried."""
    keys = re.findall(r"<uuid:\w+>", address)
    for number, key in enumerate(keys):
        address = address.replace(key, date if number == 0 and len(keys) > 1 else last, 1)
    return address


@pytest.mark.parametrize(
    "evil", ['"><img src=x onerror=alert(1)>', '" onfocus="alert(1)', "</script><b>", "{{ 7 }}&amp;'"]
)
@pytest.mark.parametrize("step", ["", "envoyer", "corriger"])
def test_S4_a_proposal_is_shown_as_it_was_typed_and_never_as_html(client: Client, evil: str, step: str) -> None:
    make.town("Épinal")
    raw = {'"><img': "<img src=x", '" onfo': '" onfocus="alert', "</scri": "</script><b>", "{{ 7 }": " 7 &amp;'"}[
        evil[:6]
    ]
    for field in [name for name in typed() if name != "token"] + ["website", "price_text", "access_text", "publics"]:
        answer = client.post(PAGE, typed(**{field: f"Bien {evil}"}) | ({"etape": step} if step else {}))
        if answer.status_code == 200:
            assert raw not in answer.content.decode(), (field, raw)


def test_S2_nothing_of_who_was_forgotten_stays_in_the_journal_the_mails_or_the_logs(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    make.town("Épinal")
    session = session_of(seats=2)
    for who in ("zelie", "yanis", "xenia"):
        asked(session, who)
    registering.confirm(registration=Registration.objects.get(name="Zelie"))
    registering.give_back(registration=Registration.objects.get(name="Yanis"))
    sessions.cancel(session=session, actor=None)
    for query in ("type=forum", "type=atelier"):
        alerting.subscribe(search=alerting.followed(QueryDict(query)), email="walid@exemple.invalid", rhythm="daily")
    alerting.confirm(alert=Alert.objects.earliest("pk"))
    send(client, name="Vera Vidal", email="vera@exemple.invalid")
    proposing.confirm(Event.objects.get(proposer_name="Vera Vidal"))
    refuse(event=Event.objects.get(proposer_name="Vera Vidal"), reason="Hors sujet.", actor=None)
    send(client, title="Jamais confirmé", name="Ugo Ulm", email="ugo@exemple.invalid")
    assert OutboxMail.objects.count() > 8
    while deliver_waiting():
        pass
    with time_machine.travel(timezone.now() + timedelta(days=800)):
        for task in (free_seats, follow_alerts, forget_registrations, forget_proposals, purge):
            task()
            task()
    kept = f"{list(JournalEntry.objects.values())} {list(OutboxMail.objects.values())} {caplog.text}".lower()
    kept += (
        f"{list(Registration.objects.values())} {list(Alert.objects.values())} {list(Event.objects.values())}".lower()
    )
    said = [who for who in ("zelie", "yanis", "xenia", "walid", "vera", "vidal", "ugo", "ulm@") if who in kept]
    assert said == []
