"""The door and the first page of a portfolio (L1, L10), the profile and its photo."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from core.models import JournalEntry
from lorfolio.dashboard import counts_of, dashboard
from lorfolio.models import Advice, Comment, Operation, Portfolio, SafeFile, Selection, Step
from lorfolio.services import safe
from tests.factories import person
from tests.lorfolio.people import NOW, cv, experience, portfolio, skill

pytestmark = pytest.mark.django_db
OPEN, HOME, PROFILE = "/lorfolio/ouvrir/", "/lorfolio/", "/lorfolio/profil/"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def picture(kind: str = "JPEG", *, exif: bool = False) -> bytes:
    out = BytesIO()
    made = Image.new("RGB", (900, 1200), "tan")
    given = {}
    if exif:
        tags = Image.Exif()
        tags.get_ifd(0x8825)[1] = "N"  # a position
        tags[0x010F] = "CANARI-APPAREIL"
        given = {"exif": tags}
    made.save(out, kind, **given)
    return out.getvalue()


def test_L1_three_answers_open_a_portfolio_and_lead_to_its_first_page() -> None:
    user = person()
    client = signed_in(user)
    assert client.get(HOME)["Location"] == OPEN
    answer = client.post(OPEN, {"given_name": "Inès", "family_name": "", "grown": "oui"})
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    made = Portfolio.objects.get(user=user)
    assert (made.given_name, made.email, made.minor_until) == ("Inès", user.email, None)
    page = client.get(HOME)
    assert "Racontez une première expérience" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store, max-age=0"
    assert client.get(OPEN)["Location"] == HOME, "once"
    entry = JournalEntry.objects.get(verb="lorfolio.open")
    assert (entry.target_key, entry.changes) == (str(made.pk), {})


def test_L10_under_fifteen_the_day_is_asked_and_a_parent_comes_next() -> None:
    user = person()
    client = signed_in(user)
    asked = client.post(OPEN, {"given_name": "Zoé", "grown": "non"})
    assert (asked.status_code, "Choisissez le jour, le mois et l’année." in asked.content.decode()) == (200, True)
    assert 'value="Zoé"' in asked.content.decode(), "what was typed stays"
    assert asked.content.decode().count("(facultatif)") == 1, "of the name alone: the day of birth is needed"
    today = timezone.localdate()
    born = dt.date(today.year - 12, 5, 14)
    typed = {"given_name": "Zoé", "grown": "non", "born_day": "14", "born_month": "5", "born_year": str(born.year)}
    assert client.post(OPEN, typed)["Location"] == HOME
    assert Portfolio.objects.get(user=user).minor_until == dt.date(born.year + 15, 5, 14)
    assert client.get(HOME)["Location"] == "/lorfolio/accord/"


def test_L10_who_is_fifteen_leaves_no_day_behind_whatever_was_half_chosen() -> None:
    user = person()
    answer = signed_in(user).post(OPEN, {"given_name": "Zoé", "grown": "oui", "born_month": "5"})
    assert answer.status_code == 302
    assert Portfolio.objects.get(user=user).minor_until is None


def test_S4_an_empty_door_says_what_is_missing_beside_the_fields() -> None:
    page = signed_in(person()).post(OPEN, {}).content.decode()
    assert page.count("Écrivez votre prénom, ou celui que l’on vous donne.") == 2, "at the head and beside"
    assert "Dites si vous avez 15" in page
    assert not Portfolio.objects.exists()


def test_L1_the_first_page_asks_as_little_whatever_it_holds(
    django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    owner = portfolio()
    client = signed_in(owner.user)
    client.get(HOME)
    for _ in range(5):
        lived = experience(owner)
        skill(owner).experiences.add(lived)
        cv(owner)
        Step.objects.create(portfolio=owner, title="Appeler", due_on=NOW.date())
    advice = Advice.objects.create(
        portfolio=owner, selection=Selection.objects.create(portfolio=owner), digest="a" * 64, until=NOW.date(),
        adviser_words="Dominique Exemple",
    )  # fmt: skip
    for n in range(4):
        Comment.objects.create(advice=advice, at=NOW, text=f"Mot {n}")
    with django_assert_max_num_queries(10):
        page = client.get(HOME).content.decode()
    assert "4 mots pour vous" in page
    counts = counts_of(owner)
    assert (counts.experiences, counts.skills, counts.cvs, counts.comments, counts.advices) == (5, 5, 5, 4, 1)
    with django_assert_num_queries(5):
        dashboard(owner, NOW.date())


def test_L1_a_first_page_shows_nothing_of_somebody_else() -> None:
    other = portfolio(given_name="CANARI-PRENOM")
    experience(other, title="CANARI-TITRE")
    page = signed_in(portfolio().user).get(HOME).content.decode()
    assert "CANARI" not in page


def test_L1_nobody_enters_without_signing_in() -> None:
    for path in (HOME, OPEN, PROFILE, "/lorfolio/profil/photo.webp"):
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/comptes/connexion/")
    assert AnonymousUser().is_anonymous
    assert Client().get("/lorfolio/decouvrir/").status_code == 200


def profile_of(**fields: str) -> dict[str, str]:
    return {"given_name": "Camille", "family_name": "Exemple", "email": "", "home": ""} | fields


def test_L2_the_profile_keeps_what_is_said_in_two_languages_and_its_pages() -> None:
    owner = portfolio(profiles=[{"network": "LinkedIn", "username": "camille", "url": "https://www.linkedin.com/in/c"}])
    client = signed_in(owner.user)
    typed = profile_of(
        headline="Vendeuse", headline_de="Verkäuferin", home="Kehl, Allemagne", page_1="https://www.linkedin.com/in/c",
        page_2="exemple.fr/moi",
    )  # fmt: skip
    assert client.post(PROFILE, typed).status_code == 302
    owner.refresh_from_db()
    assert (owner.headline, owner.translations, owner.place) == (
        "Vendeuse", {"de": {"headline": "Verkäuferin"}}, "Kehl, Allemagne",
    )  # fmt: skip
    assert owner.profiles == [
        {"network": "LinkedIn", "username": "camille", "url": "https://www.linkedin.com/in/c"},
        {"network": "exemple.fr", "url": "https://exemple.fr/moi"},
    ]
    assert "Verkäuferin" in client.get(PROFILE).content.decode()


def test_S4_a_wrong_address_is_said_and_the_rest_kept() -> None:
    owner = portfolio()
    page = signed_in(owner.user).post(PROFILE, profile_of(email="camille@", headline="Vendeuse")).content.decode()
    assert "Cette adresse n’est pas complète" in page
    assert 'value="Vendeuse"' in page
    owner.refresh_from_db()
    assert owner.headline == ""


def test_L7_a_photo_is_drawn_again_sealed_and_taken_out_for_good() -> None:
    owner = portfolio()
    client = signed_in(owner.user)
    given = SimpleUploadedFile("moi.jpg", picture(exif=True), "image/jpeg")
    assert client.post("/lorfolio/profil/photo/", {"photo": given}).status_code == 302
    shown = client.get("/lorfolio/profil/photo.webp")
    assert (shown.status_code, shown["Content-Type"], shown["Cache-Control"]) == (
        200, "image/webp", "private, no-store, max-age=0",
    )  # fmt: skip
    assert b"CANARI" not in shown.content
    assert Image.open(BytesIO(shown.content)).getexif() == {}
    stored = SafeFile.objects.get()
    assert shown.content[:200] not in safe.storage().open(stored.stored).read()
    client.get("/lorfolio/profil/photo.webp")
    assert list(Operation.objects.values_list("act", flat=True)) == ["lecture", "depot"], "once a day"
    second = SimpleUploadedFile("moi.png", picture("PNG"), "image/png")
    client.post("/lorfolio/profil/photo/", {"photo": second})
    assert SafeFile.objects.get() != stored, "the one before is gone"
    client.post("/lorfolio/profil/photo/", {"remove": "1"})
    assert (SafeFile.objects.count(), client.get("/lorfolio/profil/photo.webp").status_code) == (0, 404)


@pytest.mark.parametrize(
    "data", [b"<svg onload=alert(1)></svg>", b"<html><script>", b"GIF89a" + b"0" * 50, b"%PDF-1.7"]
)
def test_L7_what_is_no_photo_is_refused_beside_the_field(data: bytes) -> None:
    owner = portfolio()
    page = signed_in(owner.user).post(
        "/lorfolio/profil/photo/", {"photo": SimpleUploadedFile("photo.jpg", data, "image/jpeg")}
    )
    assert (page.status_code, "ni un JPEG" in page.content.decode()) == (200, True)
    assert SafeFile.objects.count() == 0
