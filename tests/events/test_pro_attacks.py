"""Who should not, what should not be typed, and two at once, on the pages of the agenda in the espace pro (A5, S4)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from core.images import prepare
from events import pictures
from events.models import Event, Session
from events.services.states import submit
from members.models import Mandate
from members.services import end_mandate
from territories.models import OfficerMandate
from tests import factories as make
from tests.events.test_pro_pages import NEW, errors, page, typed
from tests.events.tools import date_of, draft, first_session, published

pytestmark = pytest.mark.django_db
SOON = {"date-0-day": f"{timezone.localdate() + timedelta(days=30)}"}


@pytest.fixture
def house() -> Any:
    return make.organisation(slug="la-maison", name="La Maison")


@pytest.fixture
def member(house: Any, client: Client) -> Any:
    user = make.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


# --- Who


def test_A5_the_event_of_another_organisation_does_not_exist(client: Client, member: Any) -> None:
    other = published(organisation=make.organisation())
    session = first_session(other)
    pages = ["pro_event", "pro_event_preview", "pro_event_edit", "pro_event_publish", "pro_event_withdraw",
             "pro_dates", "pro_dates_add"]  # fmt: skip
    statuses = {client.get(page(name, other.slug)).status_code for name in pages}
    acts = ["pro_event_edit", "pro_event_publish", "pro_event_withdraw", "pro_dates_add", "pro_event_copy"]
    statuses |= {client.post(page(name, other.slug), {"reason": "x"}).status_code for name in acts}
    statuses.add(client.post(page("pro_session_act", other.slug, session.public_id, "annuler")).status_code)
    assert statuses == {404}
    session.refresh_from_db()
    assert session.status == "scheduled"


def test_A5_a_date_of_another_event_is_not_reached_through_mine(client: Client, member: Any, house: Any) -> None:
    mine, other = published(organisation=house), first_session(published(organisation=make.organisation()))
    assert client.post(page("pro_session_act", mine.slug, other.public_id, "annuler")).status_code == 404
    assert client.get(page("pro_series", mine.slug, first_session(mine).public_id)).status_code == 404


def test_A5_who_left_the_team_finds_nothing_at_the_next_request(client: Client, member: Any, house: Any) -> None:
    event = published(organisation=house)
    assert client.get(page("pro_event", event.slug)).status_code == 200
    end_mandate(mandate=Mandate.objects.get(user=member), actor=make.region_staff())
    assert client.get(page("pro_event", event.slug)).status_code == 404
    assert client.post(page("pro_event_new"), NEW | SOON).status_code == 403
    assert Event.objects.count() == 1


def test_A5_nobody_writes_in_the_name_of_an_organisation_that_is_not_theirs(client: Client, member: Any) -> None:
    make.organisation(slug="une-autre")
    client.post(page("pro_event_new"), NEW | SOON | {"organisme": "une-autre"})
    assert Event.objects.get().organisation.slug == "la-maison"  # type: ignore[union-attr]


def test_A5_a_key_of_somebody_elses_event_opens_nothing(client: Client, member: Any, house: Any) -> None:
    other = draft(organisation=make.organisation())
    client.post(page("pro_event_new"), NEW | SOON | {"key": str(other.public_id)})
    made = Event.objects.exclude(pk=other.pk).get()
    assert (made.organisation, made.public_id == other.public_id) == (house, False)


def test_A5_officers_and_the_region_write_what_they_read(client: Client, house: Any) -> None:
    officer = make.officer()
    agency = OfficerMandate.objects.get(user=officer).agency
    event = submit(
        event=draft(date_of(commune=make.town("Épinal", agency=agency)), organisation=house), actor=None, at_once=False
    )
    client.force_login(officer)
    assert client.get(page("pro_event_edit", event.slug)).status_code == 200
    assert [line["event"] for line in client.get(page("pro_events")).context["lines"]] == [event]
    client.post(page("pro_event_publish", event.slug))
    event.refresh_from_db()
    assert event.state == Event.State.PUBLISHED
    client.force_login(make.officer())
    assert client.get(page("pro_event", event.slug)).status_code == 404


# --- What is typed


@pytest.mark.parametrize(
    ("typed_", "field"),
    [
        ({"title": "\u200b\u202e"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"kind": "fête"}, "kind"),
        ({"sectors": ["tous", "<script>"]}, "sectors"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"registration_mode": "link", "registration_url": ""}, "registration_url"),
        ({"registration_mode": "contact"}, "contact_phone"),
        ({"age_min": "40", "age_max": "20"}, "age_max"),
        ({"date-0-day": "1901-05-05"}, "date-0-day"),
        ({"date-0-day": "9999-12-31"}, "date-0-day"),
        ({"date-0-day": "2027-02-30"}, "date-0-day"),
        ({"date-0-day": "2020-03-16"}, "date-0-day"),
        ({"date-0-starts": "17:00", "date-0-ends": "14:00"}, "date-0-ends"),
        ({"date-0-starts": "25:00"}, "date-0-starts"),
        ({"date-0-ends": ""}, "date-0-ends"),
        ({"date-0-day": ""}, "date-0-day"),
        ({"attendance": "place", "where": "own", "site_own": "999999"}, "where"),
        ({"attendance": "place", "where": "directory", "site_text": "nulle part"}, "site_text"),
        ({"attendance": "place", "where": "address", "address": "1 rue X", "commune": "Atlantis"}, "commune"),
        ({"attendance": "place", "where": "address", "address": "1 rue X", "commune": ""}, "commune"),
        ({"attendance": "place", "where": "address", "address": "", "commune": "Épinal"}, "address"),
        ({"attendance": "ailleurs"}, "attendance"),
        ({"seats": "0", "registration_mode": "builtin"}, "seats"),
    ],
)
def test_S4_each_slip_is_told_beside_its_field_and_nothing_typed_is_lost(
    client: Client, member: Any, typed_: dict[str, Any], field: str
) -> None:
    make.town("Épinal")
    response = client.post(page("pro_event_new"), NEW | SOON | {"summary": "Une phrase à garder"} | typed_)
    assert response.status_code == 200
    assert list(errors(response)) == [field]
    shown = response.content.decode()
    assert 'value="Une phrase à garder"' in shown
    assert shown.count('class="errorlist"') == 1
    assert Event.objects.count() == 0


def test_S4_the_same_date_twice_is_said(client: Client, member: Any) -> None:
    twice = SOON | {"date_count": "2"} | {
        name.replace("-0-", "-1-"): value for name, value in (NEW | SOON).items() if name.startswith("date-0-")
    }  # fmt: skip
    assert errors(client.post(page("pro_event_new"), NEW | twice)) == {
        "date-1-day": ["Cette date est donnée deux fois."]
    }


@pytest.mark.parametrize("count", ["-1", "9999999999", "x", ""])
def test_S4_a_number_of_rows_that_nobody_typed_harms_nothing(client: Client, member: Any, count: str) -> None:
    answer = client.post(page("pro_event_new"), NEW | SOON | {"date_count": count})
    assert (answer.status_code, Event.objects.count(), Session.objects.count()) == (302, 1, 1)


def test_S4_script_and_marks_are_text(client: Client, member: Any, house: Any) -> None:
    evil = '<script>alert("x")</script>'
    client.post(page("pro_event_new"), NEW | SOON | {"title": f"Forum {evil}", "description": evil, "summary": evil})
    event = Event.objects.get()
    assert event.title == f"Forum {evil}"
    for name in ("pro_event", "pro_event_preview", "pro_event_edit", "pro_event_publish", "pro_dates"):
        shown = client.get(page(name, event.slug)).content.decode()
        assert evil not in shown, name
        assert "&lt;script&gt;" in shown, name
    assert evil not in client.get(page("pro_events") + "?pile=brouillons").content.decode()


def picture(size: tuple[int, int] = (800, 400), kind: str = "PNG") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", size, "green").save(out, kind)
    return SimpleUploadedFile("une image.png", out.getvalue(), "image/png")


def test_S1_an_image_needs_its_words_and_is_kept_while_they_are_typed(client: Client, member: Any) -> None:
    asked = client.post(page("pro_event_new"), NEW | SOON | {"picture": picture()})
    assert errors(asked) == {"image_alt": ["Décrivez l’image\u00a0: ce texte la remplace pour qui ne la voit pas."]}
    kept = asked.context["form"].picture_sealed
    client.post(
        page("pro_event_new"), NEW | SOON | {"picture_kept": kept, "image_alt": "Un stand", "image_credit": "LM"}
    )
    event = Event.objects.get()
    assert (event.image_alt, event.image_credit, event.image.name.endswith(".webp")) == ("Un stand", "LM", True)
    with Image.open(default_storage.open(event.image.name)) as drawn:
        assert drawn.format == "WEBP"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (SimpleUploadedFile("a.png", b"<svg onload=alert(1)>"), "ni un JPEG"),
        (SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 200), "abîmé"),
        (SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * (10 * 1024 * 1024)), "trop lourd"),
    ],
)
def test_S4_what_is_no_image_or_too_heavy_is_refused_in_words(
    client: Client, member: Any, sent: SimpleUploadedFile, said: str
) -> None:
    sent.seek(0)
    asked = client.post(page("pro_event_new"), NEW | SOON | {"picture": sent, "image_alt": "Un stand"})
    assert [said in error for error in errors(asked)["picture"]] == [True]


def test_S4_an_immense_image_is_refused_before_it_is_unpacked(client: Client, member: Any) -> None:
    out = BytesIO()
    Image.new("1", (12_100, 3_000)).save(out, "PNG")
    sent = SimpleUploadedFile("a.png", out.getvalue(), "image/png")
    asked = client.post(page("pro_event_new"), NEW | SOON | {"picture": sent, "image_alt": "Noir"})
    assert ["trop grande" in error for error in errors(asked)["picture"]] == [True]


def test_S4_a_forged_name_of_picture_is_none(client: Client, member: Any) -> None:
    client.post(page("pro_event_new"), NEW | SOON | {"picture_kept": "../settings.py", "image_alt": "x"})
    assert Event.objects.get().image.name == ""


def test_S2_pictures_that_no_event_shows_are_swept(settings: Any) -> None:
    kept, lost = (pictures.keep(prepare(picture(size).read())) for size in ((800, 400), (400, 200)))
    draft(image=kept, image_alt="Un stand")
    for name in (kept, lost):
        old = (timezone.now() - timedelta(days=3)).timestamp()
        os.utime(Path(default_storage.path(name)), (old, old))
    assert pictures.sweep() == 1
    assert [default_storage.exists(name) for name in (kept, lost)] == [True, False]


def test_S4_a_forged_version_never_writes_over_somebody_unseen(client: Client, member: Any, house: Any) -> None:
    event = draft(organisation=house, title="Un")
    sent = typed(client.get(page("pro_event_edit", event.slug)).context["form"])
    asked = client.post(page("pro_event_edit", event.slug), sent | {"version": "forgée", "title": "Deux"})
    assert (asked.status_code, [line["label"] for line in asked.context["conflict"]]) == (409, ["Titre"])


# --- Together, and how much


@pytest.mark.django_db(transaction=True)
def test_S4_a_double_click_on_the_last_button_makes_one_event(house: Any) -> None:
    user = make.person()
    Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)

    def send(_: int) -> str:
        client = Client()
        client.force_login(user)
        try:
            return client.post(page("pro_event_new"), NEW | SOON).headers["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        assert len(set(both.map(send, range(2)))) == 1
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_S4_two_people_cancel_the_same_date_and_the_public_is_told_once(house: Any) -> None:
    users = [make.person(), make.person()]
    for user in users:
        Mandate.objects.create(user=user, organisation=house, role=Mandate.Role.MEMBER)
    event = published(organisation=house)
    session = first_session(event)

    def send(user: Any) -> int:
        client = Client()
        client.force_login(user)
        try:
            return client.post(
                page("pro_session_act", event.slug, session.public_id, "annuler"), {"confirme": "oui"}
            ).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        assert set(both.map(send, users)) <= {200, 302}
    assert session.changes.count() == 1


def count(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as spent:
        assert client.get(url).status_code == 200
    return len(spent)


def test_S1_the_list_asks_as_much_for_one_event_as_for_many(client: Client, member: Any, house: Any) -> None:
    published(date_of(), date_of(hours=3), organisation=house)
    url = page("pro_events")
    client.get(url)
    few = count(client, url)
    for _ in range(3):
        published(date_of(), date_of(hours=3), organisation=house)
    assert count(client, url) == few <= 20


def test_S1_the_pages_of_an_event_ask_as_much_for_one_date_as_for_many(client: Client, member: Any, house: Any) -> None:
    place = make.site(organisation=house)
    one = published(date_of(site=place), organisation=house)
    many = published(*(date_of(hours=n + 1, site=place) for n in range(8)), organisation=house)
    for name in ("pro_event", "pro_dates", "pro_event_preview"):
        client.get(page(name, one.slug))
        assert count(client, page(name, one.slug)) == count(client, page(name, many.slug)), name
    assert Session.objects.count() == 9
