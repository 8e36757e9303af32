"""Steps: typed, done and undone, tied to places and events, reminded once by a mail that says nothing (L1, L6)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.models import OutboxMail
from lorfolio.models import Portfolio, Step
from lorfolio.services import projecting, reminding
from lorfolio.tasks import remind_steps
from tests.events.tools import first_session, published
from tests.factories import person, site, town
from tests.lorfolio.people import NOW, portfolio

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me() -> Portfolio:
    return portfolio()


@pytest.fixture
def browser(client: Client, me: Portfolio) -> Client:
    client.force_login(me.user)
    return client


def step(owner: Portfolio, **fields: Any) -> Step:
    return Step.objects.create(portfolio=owner, **{"title": "Appeler le CFA secret"} | fields)


def send(browser: Client, key: Any = None, **fields: str) -> Any:
    return browser.post(reverse("lorfolio_step", args=[key]) if key else reverse("lorfolio_step_add"), fields)


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def test_L6_a_title_alone_is_enough_and_two_clicks_make_one(browser: Client, me: Portfolio) -> None:
    for _ in range(2):
        assert send(browser, title="Appeler").headers["Location"] == reverse("lorfolio_project")
    assert Step.objects.values_list("title", "due_on", "remind_on").get() == ("Appeler", None, None)


@pytest.mark.parametrize(("due", "remind", "on"), [
    (10, "veille", 9), (10, "semaine", 3), (10, "jour", 10), (10, "", None), (3, "semaine", 0), (0, "veille", 0),
])  # fmt: skip
def test_L6_a_reminder_is_a_day_before_or_today(browser: Client, due: int, remind: str, on: int | None) -> None:
    send(browser, title="Appeler", due_on=day(due).isoformat(), remind=remind)
    assert Step.objects.get().remind_on == (None if on is None else day(on))


@pytest.mark.parametrize(("fields", "wrong", "said"), [
    ({"title": ""}, "title", "Écrivez ce que vous voulez faire."),
    ({"title": "x", "remind": "veille"}, "due_on", "Dites pour quand, pour que nous puissions vous le rappeler."),
    ({"title": "x", "due_on": "31/02/2027"}, "due_on", "Écrivez une date, par exemple 14/03/2027."),
    ({"title": "x", "place_words": "Nulle part"}, "place_words",
     "Aucun lieu de l’annuaire ne porte ce nom. Laissez vide, et notez-le plus bas."),
])  # fmt: skip
def test_S4_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    browser: Client, fields: dict[str, str], wrong: str, said: str
) -> None:
    answer = send(browser, note="Une note à garder", **fields)
    assert answer.context["form"].errors == {wrong: [said]}
    assert "Une note à garder" in answer.content.decode()
    assert Step.objects.count() == 0


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "pas une adresse"])
def test_a_link_that_is_no_web_address_is_refused(browser: Client, url: str) -> None:
    assert send(browser, title="x", url=url).context["form"].errors.keys() == {"url"}


def test_L6_a_place_is_tied_by_its_choice_or_by_its_name(browser: Client) -> None:
    here = site(name="Cité des métiers d’Exemple", commune=town("Exempleville"))
    twin = [site(name="CIO d’Exemple", commune=town(name)) for name in ("Aville", "Bville")]
    send(browser, title="a", place_words=here.name)
    send(browser, title="b", place_words=twin[1].name, place_slug=twin[1].slug)
    found = list(Step.objects.order_by("title").values_list("title", "place"))
    assert found == [("a", here.pk), ("b", twin[1].pk)]
    refused = send(browser, title="c", place_words="cio exemple")
    said = (
        "Plusieurs lieux répondent\u00a0: CIO d’Exemple (Aville)\u00a0; CIO d’Exemple (Bville). Recopiez le nom du bon."
    )
    assert refused.context["form"].errors == {"place_words": [said]}


def test_L6_the_page_of_a_place_brings_it_to_the_project(browser: Client, client: Client) -> None:
    here = site(name="Cité des métiers d’Exemple")
    address = f"{reverse('lorfolio_step_add')}?lieu={here.slug}"
    assert f'href="{address}"' in Client().get(here.get_absolute_url()).content.decode()
    form = browser.get(address).context["form"]
    assert (form["title"].value(), form["place_slug"].value()) == (f"Contacter\u00a0: {here.name}", here.slug)


def test_L6_the_page_of_an_event_brings_it_with_its_day(browser: Client) -> None:
    event = published()
    address = f"{reverse('lorfolio_step_add')}?evenement={event.slug}"
    assert f'href="{address}"' in Client().get(event.get_absolute_url()).content.decode()
    form = browser.get(address).context["form"]
    due = first_session(event).starts_at.date()
    assert (form["event_slug"].value(), form["due_on"].value()) == (event.slug, due)
    send(browser, title="Y aller", event_slug=event.slug, due_on=due.isoformat(), remind="veille")
    made = Step.objects.get()
    assert (made.event_id, made.remind_on) == (event.pk, due - dt.timedelta(days=1))
    assert event.title in browser.get(reverse("lorfolio_project")).content.decode()


@pytest.mark.parametrize("query", ["?evenement=rien", "?lieu=../../x", "?metier=pas-un-uuid"])
def test_an_address_that_means_nothing_is_an_empty_form(browser: Client, query: str) -> None:
    answer = browser.get(reverse("lorfolio_step_add") + query)
    assert answer.status_code == 200
    assert not answer.context["form"]["title"].value()
    assert browser.get(reverse("lorfolio_step_add") + "?evenement=%00").status_code == 400


def test_L6_done_then_to_do_again(browser: Client, me: Portfolio) -> None:
    row = step(me)
    for said, done in (("1", NOW), ("1", NOW), ("0", None)):
        browser.post(reverse("lorfolio_step_mark", args=[row.pk]), {"fait": said})
        row.refresh_from_db()
        assert row.done_at == done


def test_L6_steps_are_grouped_by_how_near_they_are(browser: Client, me: Portfolio) -> None:
    for title, due in (("tard", 30), ("passe", -1), ("jour", 0), ("semaine", 7), ("libre", None)):
        step(me, title=title, due_on=None if due is None else day(due))
    step(me, title="fini", done_at=NOW)
    context = browser.get(reverse("lorfolio_project")).context
    assert [(group["name"], [row.title for row in group["steps"]]) for group in context["groups"]] == [
        ("La date est passée", ["passe"]), ("Cette semaine", ["jour", "semaine"]), ("Plus tard", ["tard"]),
        ("Sans date", ["libre"]),
    ]  # fmt: skip
    assert [row.title for row in context["done"]] == ["fini"]


# --- Reminders


def test_L6_a_reminder_leaves_once_and_says_nothing(me: Portfolio) -> None:
    step(me, remind_on=TODAY, note="secret")
    step(me, title="Autre secret", remind_on=day(-5))  # a day without a worker is caught up
    step(me, remind_on=day(1))
    step(me, remind_on=TODAY, done_at=NOW)
    assert [remind_steps(), remind_steps()] == [1, 0]
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject) == (me.user.email, "Un rappel que vous avez demandé")
    assert "secret" not in (mail.text + mail.subject).lower()
    assert mail.text.count("http") == 1
    assert reverse("lorfolio_project") in mail.text


def test_L6_the_one_of_tomorrow_leaves_tomorrow_and_a_new_day_asks_again(me: Portfolio) -> None:
    row = step(me, remind_on=TODAY, due_on=day(1))
    assert reminding.remind_steps(NOW) == 1
    projecting.edit_step(step=row, values={"title": "Autre", "remind_on": TODAY})
    assert reminding.remind_steps(NOW) == 0  # the day is the same
    projecting.edit_step(step=row, values={"remind_on": day(2)})
    assert [reminding.remind_steps(NOW + dt.timedelta(days=days)) for days in (1, 2, 3)] == [0, 1, 0]
    assert OutboxMail.objects.count() == 2


def test_L6_who_left_is_not_written_to() -> None:
    gone = portfolio(person(is_active=False))
    step(gone, remind_on=TODAY)
    erasing = portfolio(person(), erasing=True)
    step(erasing, remind_on=TODAY)
    remind_steps()
    assert OutboxMail.objects.count() == 0


def test_L6_many_people_are_told_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "BATCH", 2)
    people = [portfolio(person()) for _ in range(5)]
    for owner in people:
        step(owner, remind_on=TODAY)
    assert remind_steps() == 5
    assert sorted(OutboxMail.objects.values_list("to", flat=True)) == sorted(owner.user.email for owner in people)


@pytest.mark.django_db(transaction=True)
def test_L6_two_workers_tell_once(me: Portfolio) -> None:
    step(me, remind_on=TODAY)
    started = threading.Barrier(2)
    counts: list[int] = []

    def work() -> None:
        started.wait(20)
        try:
            counts.append(reminding.remind_steps(NOW))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(counts) in ([0, 1], [0, 0])
    reminding.remind_steps(NOW)
    assert OutboxMail.objects.count() == 1
