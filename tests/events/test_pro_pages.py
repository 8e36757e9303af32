"""The pages of the espace pro by which an organisation runs its agenda (A1, A3, A5, S1, S4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event, Revision, Session, Trust
from events.services.states import submit
from members.models import Mandate
from tests import factories as make
from tests.events.tools import date_of, draft, first_session, paris, published

pytestmark = pytest.mark.django_db
NEW = {
    "title": "Forum des métiers", "kind": "forum", "registration_mode": "none", "free": "on", "when": "dates",
    "date_count": "1", "date-0-day": "2027-03-16", "date-0-starts": "14:00", "date-0-ends": "17:00",
    "attendance": "online", "key": "0b7cf2a2-6f0c-4f3c-8f57-1d64f3ce3a01", "save": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_march() -> Any:
    import time_machine as machine

    with machine.travel(paris("2027-03-01 09:00"), tick=False):
        yield


@pytest.fixture
def house() -> Any:
    return make.organisation(slug="la-maison", name="La Maison")


@pytest.fixture
def member(house: Any, client: Client) -> Any:
    user = make.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client.force_login(user)
    return user


def page(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def errors(response: Any) -> dict[str, list[str]]:
    """What is said beside each field, by its name in the page."""
    return {
        form.add_prefix(name): list(found)
        for form in response.context["forms"] if form.is_bound
        for name, found in form.errors.items()
    }  # fmt: skip


def test_A5_a_member_writes_a_draft_on_one_page(client: Client, member: Any, house: Any) -> None:
    response = client.post(page("pro_event_new"), NEW)
    event = Event.objects.get()
    assert response.headers["Location"] == page("pro_event", event.slug)
    session = first_session(event)
    assert (event.state, event.organisation, event.author_key) == ("draft", house, member.journal_key)
    assert (session.starts_at, session.ends_at, session.attendance) == (
        paris("2027-03-16 14:00"), paris("2027-03-16 17:00"), "online",
    )  # fmt: skip


def test_A5_the_same_form_sent_twice_makes_one_event(client: Client, member: Any) -> None:
    first, second = client.post(page("pro_event_new"), NEW), client.post(page("pro_event_new"), NEW)
    assert first.headers["Location"] == second.headers["Location"]
    assert Event.objects.count() == 1


def test_A5_what_is_not_trusted_is_proposed_and_what_is_trusted_is_public_at_once(
    client: Client, member: Any, house: Any
) -> None:
    event = draft(organisation=house)
    shown = client.get(page("pro_event_publish", event.slug))
    assert "relit, puis le publie" in shown.content.decode()
    client.post(page("pro_event_publish", event.slug))
    event.refresh_from_db()
    assert event.state == Event.State.PROPOSED
    Trust.objects.create(organisation=house)
    other = draft(organisation=house)
    assert "tout de suite" in client.get(page("pro_event_publish", other.slug)).content.decode()
    client.post(page("pro_event_publish", other.slug))
    other.refresh_from_db()
    assert other.state == Event.State.PUBLISHED


def test_A5_what_looks_like_it_is_said_before_it_is_public(client: Client, member: Any, house: Any) -> None:
    commune = make.town("Troyes")
    published(date_of("2027-03-16 14:00", commune=commune), title="Forum des métiers de Troyes")
    event = draft(
        date_of("2027-03-16 14:00", commune=commune), title="Le forum des métiers de Troyes", organisation=house
    )
    alike = client.get(page("pro_event_publish", event.slug)).context["alike"]
    assert [one["event"].title for one in alike] == ["Forum des métiers de Troyes"]


def test_A5_an_edit_of_a_published_event_waits_and_the_live_text_stays(client: Client, member: Any, house: Any) -> None:
    event = published(organisation=house, title="Avant")
    form = client.get(page("pro_event_edit", event.slug)).context["form"]
    sent = typed(form) | {"title": "Après"}
    client.post(page("pro_event_edit", event.slug), sent)
    event.refresh_from_db()
    assert (event.title, Revision.objects.get().values) == ("Avant", {"title": "Après"})
    again = client.get(page("pro_event_edit", event.slug)).context["form"]
    assert again["title"].value() == "Après"
    assert "Après" in client.get(page("pro_event", event.slug)).content.decode()


def typed(form: Any) -> dict[str, Any]:
    """What a browser would send of a form left as it is."""
    found = {}
    for field in form:
        value = field.value()
        if value not in (None, "", [], False) and field.name != "picture":
            found[field.html_name] = "on" if value is True else value
    return found


def test_S4_two_people_who_edit_at_once_keep_each_their_fields(client: Client, member: Any, house: Any) -> None:
    event = draft(organisation=house, title="Un", summary="Deux", sectors=["bois"])
    mine = typed(client.get(page("pro_event_edit", event.slug)).context["form"])
    theirs = dict(mine)
    client.post(page("pro_event_edit", event.slug), theirs | {"summary": "Autre phrase", "sectors": ["industrie"]})
    client.post(page("pro_event_edit", event.slug), mine | {"title": "Autre titre"})
    event.refresh_from_db()
    assert (event.title, event.summary, event.sectors) == ("Autre titre", "Autre phrase", ["industrie"])


def test_S4_what_both_changed_is_asked_and_nothing_typed_is_lost(client: Client, member: Any, house: Any) -> None:
    event = draft(organisation=house, title="Un", summary="Deux")
    mine = typed(client.get(page("pro_event_edit", event.slug)).context["form"])
    client.post(page("pro_event_edit", event.slug), mine | {"title": "Le leur", "summary": "La leur"})
    asked = client.post(page("pro_event_edit", event.slug), mine | {"title": "Le mien"})
    assert (asked.status_code, asked.context["conflict"]) == (409, [{"label": "Titre", "saved": "Le leur"}])
    form = asked.context["form"]
    assert (form["title"].value(), form["summary"].value()) == ("Le mien", "La leur")
    client.post(page("pro_event_edit", event.slug), typed(form))
    event.refresh_from_db()
    assert (event.title, event.summary) == ("Le mien", "La leur")


def test_A3_a_date_is_cancelled_at_once_even_by_those_who_are_read(client: Client, member: Any, house: Any) -> None:
    event = published(organisation=house)
    session = first_session(event)
    url = page("pro_session_act", event.slug, session.public_id, "annuler")
    assert client.get(url).status_code == 200
    client.post(url, {"message": "Salle inondée."})
    session.refresh_from_db()
    assert (session.status, session.status_text) == ("cancelled", "Salle inondée.")
    again = client.post(url, {"message": "Encore."})
    assert again.headers["Location"] == page("pro_dates", event.slug)
    assert session.changes.count() == 1


@pytest.mark.parametrize(
    ("name", "sent", "status"),
    [
        ("reporter", {}, "postponed"),
        ("changer", {"day": "2027-04-01", "starts": "10:00", "ends": "12:00"}, "rescheduled"),
        ("en-ligne", {"online_url": "https://visio.exemple.invalid/a"}, "moved-online"),
        ("deplacer", {"attendance": "place", "where": "address", "address": "1 r", "commune": "Épinal"}, "moved-place"),
    ],
)  # fmt: skip
def test_A3_each_act_is_one_page_and_says_why(
    client: Client, member: Any, house: Any, name: str, sent: dict[str, str], status: str
) -> None:
    make.town("Épinal")
    event = published(organisation=house)
    session = first_session(event)
    url = page("pro_session_act", event.slug, session.public_id, name)
    assert client.get(url).status_code == 200
    assert client.post(url, sent | {"message": "Désolés."}).status_code == 302
    session.refresh_from_db()
    assert (session.status, session.status_text, session.changes.count()) == (status, "Désolés.", 1)


def test_A3_full_then_seats_again(client: Client, member: Any, house: Any) -> None:
    event = published(organisation=house)
    session = first_session(event)
    for name, full in (("complet", True), ("places", False)):
        client.post(page("pro_session_act", event.slug, session.public_id, name))
        session.refresh_from_db()
        assert session.full is full


def test_A3_dates_by_a_rule_are_seen_before_they_are_saved(client: Client, member: Any, house: Any) -> None:
    event = draft(organisation=house)
    rule = {
        "when": "regle", "regle-rhythm": "WEEKLY", "regle-every": "1", "regle-weekdays": ["1"], "attendance": "online",
        "regle-first": "2027-03-16", "regle-starts": "14:00", "regle-ends": "16:00", "regle-until": "2027-04-13",
        "regle-skipped": "30/03/2027", "date_count": "1",
    }  # fmt: skip
    seen = client.post(page("pro_dates_add", event.slug), rule | {"see_dates": "1"})
    assert [date.split(",")[0] for date in seen.context["preview"]["dates"]] == [
        "mardi 16\u00a0mars 2027", "mardi 23\u00a0mars 2027", "mardi 6\u00a0avril 2027", "mardi 13\u00a0avril 2027",
    ]  # fmt: skip
    assert Session.objects.count() == 1
    client.post(page("pro_dates_add", event.slug), rule)
    assert Session.objects.filter(recurrence__isnull=False).count() == 4


def test_A3_a_series_is_changed_after_it_was_shown(client: Client, member: Any, house: Any) -> None:
    from datetime import date, time

    from events.rrules import Rule
    from events.services.recurring import Series, add_rule
    from events.services.states import publish

    event = draft(organisation=house)
    series = Series(Rule("WEEKLY", date(2027, 4, 13), weekdays=(1,)), date(2027, 3, 16), time(14), time(16),
                    fields={"attendance": "online"})  # fmt: skip
    add_rule(event=event, series=series, actor=None)
    publish(event=event, actor=None)
    session = Session.objects.get(original_day="2027-03-30")
    url = page("pro_series", event.slug, session.public_id)
    shown = client.get(url)
    sent: dict[str, Any] = {}
    for form in shown.context["forms"]:
        sent |= typed(form)
    sent |= {"regle-starts": "15:00", "regle-ends": "17:00", "scope": "following"}
    asked = client.post(url, sent)
    assert [len(asked.context["plan"][key]) for key in ("kept", "added", "gone")] == [3, 0, 0]
    session.refresh_from_db()
    assert session.starts_at == paris("2027-03-30 14:00")
    assert client.post(url, sent | {"confirm": "1"}).status_code == 302
    assert [f"{s.starts_at.astimezone(paris('2027-03-01 00:00').tzinfo):%d %H}" for s in
            Session.objects.filter(recurrence__isnull=False).order_by("starts_at")] == [
        "16 14", "23 14", "30 15", "06 15", "13 15",
    ]  # fmt: skip


def test_S4_one_more_date_is_a_button_and_keeps_everything_typed(client: Client, member: Any) -> None:
    sent = {name: value for name, value in NEW.items() if name != "save"} | {
        "summary": "Une phrase", "date_count": "2", "date-1-day": "2027-03-17", "date-1-starts": "9:00",
        "date-1-ends": "bientôt", "date_add": "1", "title": "",
    }  # fmt: skip
    shown = client.post(page("pro_event_new"), sent)
    rows = shown.context["whole"].rows.rows
    assert [(row["day"].value(), row["starts"].value(), row["ends"].value()) for row in rows] == [
        ("2027-03-16", "14:00", "17:00"), ("2027-03-17", "9:00", "bientôt"), (None, "9:00", "bientôt"),
    ]  # fmt: skip
    assert (errors(shown), shown.context["form"]["summary"].value()) == ({}, "Une phrase")
    dropped = client.post(
        page("pro_event_new"), {k: v for k, v in sent.items() if k != "date_add"} | {"date_drop": "0"}
    )
    assert [row["day"].value() for row in dropped.context["whole"].rows.rows] == ["2027-03-17"]
    assert Event.objects.count() == 0


def test_A3_several_dates_at_a_place_of_the_house(client: Client, member: Any, house: Any) -> None:
    place = make.site(organisation=house, commune=make.town("Épinal"))
    sent = NEW | {
        "attendance": "place", "where": "own", "site_own": str(place.pk), "date_count": "3", "date-2-day": "2027-05-03",
        "date-2-last_day": "2027-05-05", "date-2-all_day": "on", "registration_mode": "builtin", "seats": "20",
    }  # fmt: skip
    client.post(page("pro_event_new"), sent)
    assert list(Session.objects.order_by("starts_at").values_list("site", "town", "seats", "all_day", "ends_at")) == [
        (place.pk, "Épinal", 20, False, paris("2027-03-16 17:00")),
        (place.pk, "Épinal", 20, True, paris("2027-05-06 00:00")),
    ]


def test_A3_another_place_of_the_directory_is_chosen_among_those_of_that_name(client: Client, member: Any) -> None:
    one = make.site(name="Mission locale du Bois", sort_key="mission locale du bois", commune=make.town("Épinal"))
    make.site(name="Mission locale du Lac", sort_key="mission locale du lac", commune=make.town("Gérardmer"))
    sent = NEW | {"attendance": "place", "where": "directory", "site_text": "mission locale"}
    asked = client.post(page("pro_event_new"), sent)
    assert [site.name for site in asked.context["whole"].place.sites] == [
        "Mission locale du Bois", "Mission locale du Lac",
    ]  # fmt: skip
    client.post(page("pro_event_new"), sent | {"site_choice": str(one.pk)})
    assert Session.objects.get().site == one


def test_A5_a_copy_is_a_draft_that_asks_for_its_dates(client: Client, member: Any, house: Any) -> None:
    event = published(date_of(attendance="online", seats=9), organisation=house, title="Atelier", sectors=["bois"])
    response = client.post(page("pro_event_copy", event.slug))
    made = Event.objects.exclude(pk=event.pk).get()
    assert (made.state, made.sectors, made.sessions.count()) == ("draft", ["bois"], 0)
    added = client.get(response.headers["Location"])
    assert added.context["whole"].place["attendance"].value() == "online"


def test_A5_a_refused_event_says_why_and_is_handed_in_again(client: Client, member: Any, house: Any) -> None:
    from events.services.states import refuse

    event = refuse(
        event=submit(event=draft(organisation=house), actor=None, at_once=False), reason="Sans lien.", actor=None
    )
    assert "Sans lien." in client.get(page("pro_event", event.slug)).content.decode()
    client.post(page("pro_event_publish", event.slug))
    event.refresh_from_db()
    assert event.state == Event.State.PROPOSED


def test_A5_an_event_leaves_the_agenda_with_a_reason(client: Client, member: Any, house: Any) -> None:
    event = published(organisation=house)
    url = page("pro_event_withdraw", event.slug)
    assert errors_of(client.post(url, {"reason": " "})) == {"reason": ["Dites pourquoi, en quelques mots."]}
    client.post(url, {"reason": "En double."})
    event.refresh_from_db()
    assert (event.state, event.state_reason) == ("withdrawn", "En double.")


def errors_of(response: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def test_A5_every_page_of_every_state_opens(client: Client, member: Any, house: Any) -> None:
    events = [draft(organisation=house), published(organisation=house)]
    events.append(submit(event=draft(organisation=house), actor=None, at_once=False))
    for event in events:
        session = first_session(event)
        for name in ("pro_event", "pro_event_preview", "pro_event_edit", "pro_dates", "pro_dates_add"):
            assert client.get(page(name, event.slug)).status_code == 200, name
        assert client.get(page("pro_session", event.slug, session.public_id)).status_code == 200
    assert client.get(page("pro_event_new")).status_code == 200
