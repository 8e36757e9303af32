"""A search followed by e-mail: nothing before a yes, each news once, off by one button (A4, S2)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as outbox
from django.db import connection
from django.http import QueryDict
from django.test import Client

from core.models import OutboxMail
from core.outbox import deliver_waiting, queue_mails
from events.models import Alert
from events.services import alerting, digests, sessions
from events.tasks import follow_alerts, send_alerts
from tests.events.tools import date_of, first_session, paris, published

START = "2027-03-01 10:00"  # a Monday
URL = "/agenda/s-abonner/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(paris(START), tick=False) as traveller:
        yield traveller


def form(client: Client, url: str = URL, **values: str) -> Any:
    html = client.get(url).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token is not None
    given = {"email": "lou@exemple.invalid", "rhythm": "daily", "website": "", "token": token[1]}
    return client.post(url, given | values)


def following(query: str = "", rhythm: str = "daily", email: str = "lou@exemple.invalid") -> Alert:
    """An alert that was confirmed just now."""
    alerting.subscribe(search=alerting.followed(QueryDict(query)), email=email, rhythm=rhythm)
    alert = Alert.objects.filter(email=email).latest("pk")
    confirmed = alerting.confirm(alert=alert)
    assert confirmed is not None
    return confirmed


def digest_mails() -> list[OutboxMail]:
    return [mail for mail in OutboxMail.objects.order_by("pk") if re.search(r"-\d{8}T\d{6}$", mail.key)]


def link(mail: OutboxMail) -> str:
    found = re.search(r"http\S+(/agenda/alerte/[\w-]+/)", mail.text)
    assert found is not None
    return found[1]


def coming(day: str = "2027-03-20", **values: Any) -> Any:
    return published(date_of(f"{day} 14:00"), **values)


@pytest.mark.django_db
def test_A4_every_way_to_follow_a_search_without_its_days(client: Client) -> None:
    page = client.get(f"{URL}?type=atelier&du=2027-03-01&au=2027-03-05&vue=carte")
    assert [page.context[name] for name in ("calendar", "webcal", "atom", "dated")] == [
        "http://127.0.0.1:8000/agenda.ics?type=atelier", "webcal://127.0.0.1:8000/agenda.ics?type=atelier",
        "http://127.0.0.1:8000/agenda.atom?type=atelier", True,
    ]  # fmt: skip
    assert "Sans les dates" in page.content.decode()
    assert client.get(URL).context["dated"] is False
    assert client.cookies == {}


@pytest.mark.django_db
def test_A4_nothing_is_sent_but_the_confirmation_before_a_yes(client: Client, clock: time_machine.Traveller) -> None:
    answer = form(client, f"{URL}?type=atelier")
    assert (answer.status_code, answer["Location"]) == (303, f"{URL}merci/")
    alert, mail = Alert.objects.get(), OutboxMail.objects.get()
    assert (alert.query, alert.rhythm, alert.confirmed_at) == ("type=atelier", "daily", None)
    assert client.get(link(mail)).status_code == 200
    assert client.get(f"{link(mail)}arreter/").status_code == 200
    coming(kind="atelier")
    clock.shift(timedelta(days=1))
    assert (send_alerts(), Alert.objects.get().confirmed_at) == (0, None)
    assert client.post(link(mail), {"geste": "confirmer"}).status_code == 303
    assert Alert.objects.get().told_until == Alert.objects.get().confirmed_at != None  # noqa: E711


@pytest.mark.django_db
def test_S2_the_answer_is_the_same_whether_or_not_the_address_follows(
    client: Client, clock: time_machine.Traveller
) -> None:
    first = form(client)
    alerting.confirm(alert=Alert.objects.get())
    clock.shift(timedelta(hours=1))
    again = form(client)
    other = form(client, email="nina@exemple.invalid")
    assert first["Location"] == again["Location"] == other["Location"]
    assert client.get(first["Location"]).content == client.get(other["Location"]).content
    assert Alert.objects.filter(email="lou@exemple.invalid").count() == 1
    assert [mail.subject for mail in OutboxMail.objects.filter(to="lou@exemple.invalid").order_by("pk")] == [
        "Confirmez votre alerte de l’agenda", "Votre alerte de l’agenda"
    ]  # fmt: skip


@pytest.mark.django_db
def test_A4_each_news_is_told_once_grouped_by_event(clock: time_machine.Traveller) -> None:
    following("type=atelier")
    clock.move_to(paris("2027-03-01 15:00"))
    event = published(*(date_of(f"2027-03-{day} 14:00") for day in (20, 21, 22, 23, 24)), title="Essai", kind="atelier")
    coming(kind="forum")
    assert send_alerts() == 0
    clock.move_to(paris("2027-03-02 07:15"))
    assert (send_alerts(), send_alerts()) == (1, 0)
    mail = digest_mails()[0]
    text = mail.text.replace("\xa0", " ")
    assert mail.subject == "Agenda de l’orientation : 1 nouveauté"
    assert text.count("Essai") == 1
    assert "samedi 20 mars 2027, 14 h – 16 h" in text
    assert "et 2 autres dates" in text
    assert f"http://127.0.0.1:8000/agenda/{event.slug}/" in text
    clock.move_to(paris("2027-03-03 07:15"))
    assert send_alerts() == 0


@pytest.mark.django_db
def test_A8_a_cancelled_event_is_told_once_and_first(clock: time_machine.Traveller) -> None:
    known = coming("2027-03-25", title="Connu")
    following()
    clock.move_to(paris("2027-03-01 15:00"))
    coming("2027-03-20", title="Neuf")
    sessions.cancel(session=first_session(known), actor=None)
    clock.move_to(paris("2027-03-02 07:15"))
    assert send_alerts() == 1
    mail = digest_mails()[0]
    assert mail.subject == "Agenda de l’orientation : 1 annulation et d’autres nouvelles"
    text = mail.text.replace("\xa0", " ")
    assert "ANNULÉ : jeudi 25 mars 2027" in text
    assert text.index("Connu") < text.index("Neuf")
    clock.move_to(paris("2027-03-03 07:15"))
    assert send_alerts() == 0


@pytest.mark.django_db
def test_A4_full_and_mended_words_are_no_news(clock: time_machine.Traveller) -> None:
    known = coming()
    following()
    clock.move_to(paris("2027-03-01 15:00"))
    sessions.say_full(session=first_session(known), full=True, actor=None)
    sessions.edit(session=first_session(known), values={"label": "Salle 2"}, actor=None)
    clock.move_to(paris("2027-03-02 07:15"))
    assert send_alerts() == 0
    assert Alert.objects.get().told_until == paris("2027-03-02 07:05")


@pytest.mark.django_db
def test_A4_weekly_is_on_monday_and_a_day_without_a_worker_is_caught_up(clock: time_machine.Traveller) -> None:
    following(rhythm="weekly")
    clock.move_to(paris("2027-03-02 15:00"))
    coming()
    for day in ("2027-03-03 07:15", "2027-03-07 07:15", "2027-03-08 06:50"):
        clock.move_to(paris(day))
        assert send_alerts() == 0
    clock.move_to(paris("2027-03-09 11:15"))  # nobody worked on Monday
    assert (send_alerts(), send_alerts()) == (1, 0)


@pytest.mark.django_db
def test_A4_one_button_of_the_mail_program_stops_it_for_good(client: Client) -> None:
    alert = following()
    deliver_waiting()
    headers = outbox.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = re.fullmatch(r"<http://127.0.0.1:8000(/agenda/alerte/[\w-]{43}/arreter/)>", headers["List-Unsubscribe"])
    assert url is not None
    assert OutboxMail.objects.get().headers == {}  # a key does not stay in what was sent
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(url[1]).status_code == 200
    assert Alert.objects.filter(pk=alert.pk).exists()
    answers = [strict.post(url[1], {"List-Unsubscribe": "One-Click"}).status_code for _ in range(2)]
    assert (answers, Alert.objects.count()) == ([200, 200], 0)
    assert client.get(url[1]).status_code == 404


@pytest.mark.django_db
def test_A4_one_page_changes_prolongs_and_stops(client: Client, clock: time_machine.Traveller) -> None:
    alert = following()
    url = link(OutboxMail.objects.get())
    assert client.post(url, {"geste": "rythme", "rhythm": "weekly"}).status_code == 303
    client.post(url, {"geste": "rythme", "rhythm": "hourly"})
    alert.refresh_from_db()
    assert (alert.rhythm, str(alert.ends_on)) == ("weekly", "2028-02-29")
    clock.move_to(paris("2028-02-14 06:30"))
    assert follow_alerts() == 0
    clock.move_to(paris("2028-02-15 06:30"))
    assert (follow_alerts(), follow_alerts()) == (1, 0)
    assert client.post(url, {"geste": "prolonger"}).status_code == 303
    alert.refresh_from_db()
    assert str(alert.ends_on) == "2029-02-14"
    assert "C’est arrêté" in client.post(url, {"geste": "arreter"}).content.decode()
    assert (Alert.objects.count(), client.get(url).status_code) == (0, 404)


@pytest.mark.django_db
def test_S2_what_nobody_confirmed_and_what_ended_is_forgotten(clock: time_machine.Traveller) -> None:
    following(email="a@exemple.invalid")
    alerting.subscribe(search=alerting.followed(QueryDict("")), email="b@exemple.invalid", rhythm="daily")
    clock.shift(timedelta(days=2))
    assert follow_alerts() == 0
    clock.shift(timedelta(days=2))
    assert (follow_alerts(), list(Alert.objects.values_list("email", flat=True))) == (1, ["a@exemple.invalid"])
    clock.move_to(paris("2028-03-01 06:30"))
    assert (follow_alerts(), Alert.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_A4_two_links_of_one_search_confirm_one_alert(client: Client) -> None:
    for query in ("type=atelier&secteur=bois", "secteur=bois&type=atelier&du=2027-03-04"):
        alerting.subscribe(search=alerting.followed(QueryDict(query)), email="a@exemple.invalid", rhythm="daily")
    assert Alert.objects.count() == 1
    Alert.objects.create(
        email="a@exemple.invalid", query="secteur=bois&type=atelier", title="T", digest="0" * 64,
        confirmed_at=paris(START), told_until=paris(START),
    )  # fmt: skip
    assert OutboxMail.objects.count() == 1
    answer = client.post(link(OutboxMail.objects.get()), {"geste": "confirmer"})
    assert "suivez déjà" in answer.content.decode()
    assert Alert.objects.filter(email="a@exemple.invalid").count() == 1


@pytest.mark.django_db
def test_A4_identical_searches_are_asked_once(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    Alert.objects.bulk_create(
        Alert(
            email=f"p{number}@exemple.invalid", query="type=atelier" if number % 2 else "", title="T",
            rhythm="daily", digest=f"{number:064d}", confirmed_at=paris(START), told_until=paris(START),
            ends_on=paris("2028-01-01 10:00").date(),
        )
        for number in range(120)
    )  # fmt: skip
    clock.move_to(paris("2027-03-01 15:00"))
    coming(kind="atelier")
    asked: list[str] = []
    real = digests.news
    monkeypatch.setattr(digests, "news", lambda query, *of, **more: asked.append(query) or real(query, *of, **more))
    clock.move_to(paris("2027-03-02 07:15"))
    assert send_alerts() == 120
    assert asked == ["", "type=atelier"]
    assert send_alerts() == 0
    with django_assert_max_num_queries(4):
        send_alerts()


@pytest.mark.django_db(transaction=True)
def test_A4_two_workers_at_once_and_one_that_died_tell_each_person_once(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        following(email=f"p{number}@exemple.invalid")
    clock.move_to(paris("2027-03-01 15:00"))
    coming()
    clock.move_to(paris("2027-03-02 07:15"))

    def die_after_the_third(letters: Any) -> int:
        queue_mails(letters[:3])
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(digests, "queue_mails", die_after_the_third)
        with pytest.raises(SystemExit):
            send_alerts()
    assert digest_mails() == []

    def work() -> None:
        try:
            digests.send_due()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sorted(mail.to for mail in digest_mails()) == [f"p{number}@exemple.invalid" for number in range(6)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"), [("email", "rien"), ("email", ""), ("rhythm", "hourly"), ("email", "сamille@exemple.invalid")]
)
def test_S4_odd_answers_are_told_beside_their_field(client: Client, field: str, value: str) -> None:
    answer = form(client, **{field: value})
    assert (answer.status_code, list(answer.context["form"].errors), Alert.objects.count()) == (200, [field], 0)


@pytest.mark.django_db
def test_S4_an_unknown_town_is_not_followed(client: Client) -> None:
    answer = form(client, f"{URL}?commune=nulle-part-ailleurs")
    assert (answer.status_code, Alert.objects.count()) == (200, 0)
    assert form(client, website="https://x.invalid").status_code == 303
    assert Alert.objects.count() == 0
