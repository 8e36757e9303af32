"""The desk of the pages: the Region writes, previews, publishes, compares; nothing typed is lost (S3, S4)."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from accounts.models import User
from core.differences import Row, compare, in_words
from core.models import JournalEntry
from spro.editorial import demo_pages, pictures, services
from spro.editorial.models import Page, PageImage, Version
from tests.factories import officer, person, professional, region_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/spro/page/"
IMAGES = "/admin/spro/pageimage/"
TYPED = {
    "title": "Vos droits",
    "slug": "vos-droits",
    "lead": "Trois droits.",
    "text": "# Un\n\nBonjour.",
    "position": "",
}


@pytest.fixture
def staff() -> User:
    return region_staff(name="Thomas")


@pytest.fixture
def desk(staff: User) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def page(**fields: Any) -> Page:
    content = {"slug": "entretien", "title": "L’entretien", "lead": "Une phrase.", "text": "Un.", "position": None}
    return services.create_page(actor=None, **(content | fields))


def jpeg(side: int = 900) -> bytes:
    out = BytesIO()
    Image.new("RGB", (side, side), "green").save(out, "JPEG")
    return out.getvalue()


def image() -> PageImage:
    return pictures.add_image(
        data=jpeg(), actor=None, title="Accueil", alternative="Une salle", decorative=False, credit="", source=""
    )


def html_of(answer: Any) -> str:
    return str(answer.content.decode())


# --- who may


@pytest.mark.parametrize(("make", "wanted"), [(person, 404), (professional, 404), (officer, 403), (region_staff, 200)])
def test_S3_pages_and_images_are_the_region_s(client: Client, make: Any, wanted: int) -> None:
    key = page().pk
    client.force_login(make())
    urls = [LIST, IMAGES, f"{LIST}add/", f"{LIST}{key}/change/", f"{LIST}{key}/publication/", f"{LIST}{key}/versions/",
            f"{LIST}{key}/versions/1/"]  # fmt: skip
    assert [client.get(url).status_code for url in urls] == [wanted] * len(urls)
    assert client.post(f"{LIST}apercu/", TYPED).status_code == wanted


def test_the_saved_preview_is_for_whoever_works_at_the_desk_and_nobody_else(client: Client) -> None:
    url = f"{LIST}{page(text='Pas encore publié.').pk}/apercu/"
    assert client.get(url)["Location"] == f"/comptes/connexion/?next={url}"
    answers = {}
    for make in (person, professional, officer, region_staff):
        client.force_login(make())
        answers[make.__name__] = client.get(url).status_code
    assert answers == {"person": 404, "professional": 404, "officer": 200, "region_staff": 200}
    answer = client.get(url)
    assert ("no-store" in answer["Cache-Control"], "Pas encore publié." in html_of(answer)) == (True, True)


@pytest.mark.parametrize(
    "path", ["999/apercu/", "999/publication/", "999/versions/", "{}/versions/9/", "{}/apercu/?version=x"]
)
def test_what_is_not_there_is_404(desk: Client, path: str) -> None:
    assert desk.get(LIST + path.format(page().pk)).status_code == 404


# --- writing


def test_a_page_is_written_and_its_versions_are_the_author_s(desk: Client, staff: User) -> None:
    assert desk.post(f"{LIST}add/", TYPED).status_code == 302
    made = Page.objects.get()
    assert (made.stage, made.revision) == (Page.Stage.DRAFT, 1)
    desk.post(f"{LIST}{made.pk}/change/", TYPED | {"expected": "1", "text": "# Un\r\n\r\nBonsoir."})
    made.refresh_from_db()
    assert (made.text, made.revision) == ("# Un\n\nBonsoir.", 2)
    assert list(Version.objects.order_by("number").values_list("author_key", "summary")) == [
        (str(staff.pk), "première version"), (str(staff.pk), "texte"),
    ]  # fmt: skip
    assert list(JournalEntry.objects.order_by("id").values_list("verb", "actor_key")) == [
        ("page.create", str(staff.pk)), ("page.write", str(staff.pk)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("text", "<script>alert(1)</script>", "Le HTML n’est pas lu"),
        ("text", "![x](image:99)", "Image inconnue de la bibliothèque : 99."),
        ("text", "x" * 60_001, "60000"),
        ("title", "", "obligatoire"),
        ("slug", "entretien", "Une autre page a déjà cette adresse."),
        ("slug", "pas d’espace", "lettres"),
        ("position", "-1", "supérieure ou égale à 0"),
    ],
)
def test_S4_errors_stand_beside_the_field_and_keep_what_was_typed(
    desk: Client, field: str, value: str, said: str
) -> None:
    page()
    answer = desk.post(f"{LIST}add/", TYPED | {field: value})
    form = answer.context["adminform"].form
    assert (answer.status_code, list(form.errors), said in " ".join(form.errors[field])) == (200, [field], True)
    assert [form[name].value() for name in TYPED] == [(TYPED | {field: value})[name] for name in TYPED]
    assert Page.objects.count() == 1


def test_the_second_of_two_editors_reads_both_texts_and_loses_neither(desk: Client) -> None:
    key = page(text="Au début.").pk
    other = Client()
    other.force_login(region_staff(name="Aline"))
    typed = TYPED | {"slug": "entretien", "expected": "1"}
    other.post(f"{LIST}{key}/change/", typed | {"text": "Le texte d’Aline."})
    answer = desk.post(f"{LIST}{key}/change/", typed | {"text": "Le texte de Thomas.", "title": "Mon titre"})
    html = html_of(answer)
    assert (answer.status_code, Page.objects.get().text) == (200, "Le texte d’Aline.")
    assert ("Quelqu’un a enregistré cette page" in html, "Aline (Région)" in html) == (True, True)
    form = answer.context["adminform"].form
    assert (form["text"].value(), form["title"].value(), form["expected"].value()) == (
        "Le texte de Thomas.", "Mon titre", "2",
    )  # fmt: skip
    assert answer.context["stale"].text == "Le texte d’Aline."
    desk.post(f"{LIST}{key}/change/", typed | {"text": "Les deux.", "expected": "2"})
    assert list(Version.objects.order_by("number").values_list("text", flat=True)) == [
        "Au début.", "Le texte d’Aline.", "Les deux.",
    ]  # fmt: skip


@pytest.mark.parametrize("expected", ["", "x", "-1", "99999999999999999999"])
def test_a_form_without_its_version_writes_nothing(desk: Client, expected: str) -> None:
    key = page().pk
    assert desk.post(f"{LIST}{key}/change/", TYPED | {"expected": expected}).status_code == 200
    assert Page.objects.get().text == "Un."


# --- preview


def test_the_preview_is_the_public_page_and_writes_nothing(desk: Client, client: Client) -> None:
    shown = html_of(desk.post(f"{LIST}apercu/", TYPED | {"text": "# Un\n\n**Gras**"}))
    assert ("Rien n’est publié ni enregistré" in shown, Page.objects.count(), JournalEntry.objects.count()) == (
        True,
        0,
        0,
    )
    made = page(**(TYPED | {"text": "# Un\n\n**Gras**", "position": None}))
    services.publish(page=made, expected=1, actor=None)
    public = html_of(client.get("/pages/vos-droits/"))
    article = public[public.index("<article") : public.index("</article>")]
    assert article in shown
    assert desk.get(f"{LIST}apercu/").status_code == 405


def test_S4_the_preview_of_a_text_with_script_says_so_and_runs_nothing(desk: Client) -> None:
    shown = html_of(desk.post(f"{LIST}apercu/", TYPED | {"text": "<script>alert(1)</script>"}))
    assert ("Le HTML n’est pas lu" in shown, "<script>alert" in shown) == (True, False)
    too_long = html_of(desk.post(f"{LIST}apercu/", TYPED | {"text": "x" * 60_001}))
    assert "Aperçu impossible" in too_long


def test_a_preview_asks_for_the_secret_of_the_form(staff: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff)
    assert strict.post(f"{LIST}apercu/", TYPED).status_code == 403


# --- publication


def test_publish_schedule_withdraw_by_the_buttons(desk: Client, client: Client) -> None:
    key = page().pk
    url = f"{LIST}{key}/publication/"
    later = timezone.localtime() + timedelta(days=2)
    desk.post(url, {"expected": "1", "at": f"{later:%Y-%m-%dT%H:%M}", "publish": "x"})
    assert Page.objects.get().stage == Page.Stage.SCHEDULED
    assert timezone.localtime(Page.objects.get().publish_at).strftime("%Y-%m-%dT%H:%M") == f"{later:%Y-%m-%dT%H:%M}"
    desk.post(url, {"expected": "1", "unschedule": "x"})
    assert Page.objects.get().stage == Page.Stage.DRAFT
    desk.post(url, {"expected": "1", "publish": "x"})
    assert client.get("/pages/entretien/").status_code == 200
    desk.post(url, {"withdraw": "x", "expected": "1"})
    assert client.get("/pages/entretien/").status_code == 410


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"at": "2001-01-01T10:00"}, "at"), ({"at": "demain"}, "at"), ({"until": "2001-01-01T10:00"}, "until"),
     ({"expected": "7"}, "__all__"), ({"withdraw": "x"}, "__all__"), ({"unschedule": "x"}, "__all__"),
     ({"withdraw": "x", "expected": "", "until": "zz"}, "__all__")],
)  # fmt: skip
def test_S4_a_publication_that_makes_no_sense_says_why(desk: Client, typed: dict[str, str], field: str) -> None:
    answer = desk.post(f"{LIST}{page().pk}/publication/", {"expected": "1"} | typed)
    assert (answer.status_code, field in answer.context["form"].errors, Page.objects.get().stage) == (
        200,
        True,
        "draft",
    )


# --- versions


def test_versions_are_compared_and_restored(desk: Client, staff: User) -> None:
    made = page(text="Un.\n\nDeux.")
    content = {"slug": "entretien", "title": "L’entretien", "lead": "Autre phrase.", "position": None}
    services.write_page(page=made, expected=1, actor=staff, text="Un.\n\nDeux et demi.", **content)
    listed = html_of(desk.get(f"{LIST}{made.pk}/versions/"))
    assert ("Thomas (Région)" in listed, "chapeau, texte" in listed) == (True, True)
    compared = html_of(desk.get(f"{LIST}{made.pk}/versions/2/"))
    assert ("<del>Deux.</del>" in compared, "<ins>Deux et demi.</ins>" in compared) == (True, True)
    desk.post(f"{LIST}{made.pk}/versions/1/", {"expected": "1"})
    assert Page.objects.get().revision == 2  # a version was saved meanwhile
    desk.post(f"{LIST}{made.pk}/versions/1/", {"expected": "2"})
    assert (Page.objects.get().revision, Page.objects.get().text) == (3, "Un.\n\nDeux.")


def test_a_get_restores_nothing(desk: Client) -> None:
    made = page()
    desk.get(f"{LIST}{made.pk}/versions/1/?expected=1")
    assert Page.objects.get().revision == 1


def test_differences_are_told_line_by_line_and_word_by_word() -> None:
    before = "\n".join(["a", "b", "c", "d", "e", "f", "le chat dort", "fin"])
    rows = compare(before, before.replace("chat", "chien") + "\nencore")
    assert rows[0] == Row("skipped", count=4)
    assert [row.kind for row in rows] == ["skipped", "same", "same", "changed", "same", "added"]
    assert (rows[3].before, rows[3].after) == (
        [("le ", False), ("chat", True), (" dort", False)], [("le ", False), ("chien", True), (" dort", False)],
    )  # fmt: skip
    assert in_words(rows) == "1\u00a0ligne changée, 1\u00a0ajoutée"
    assert (compare("a", "a"), in_words(compare("a", "a"))) == (
        [Row("same", [("a", False)], [("a", False)])],
        "aucune différence",
    )
    assert in_words(compare("a\nb\nc", "a")) == "2\u00a0lignes retirées"


# --- lists


def test_the_list_is_filtered_by_what_the_clock_says(desk: Client) -> None:
    services.publish(page=page(slug="un", title="Page un"), expected=1, actor=None)
    ended = services.publish(page=page(slug="deux", title="Page deux"), expected=1, actor=None)
    Page.objects.filter(pk=ended.pk).update(
        publish_at=timezone.now() - timedelta(days=2), unpublish_at=timezone.now() - timedelta(days=1)
    )
    services.publish(
        page=page(slug="trois", title="Page trois"), expected=1, actor=None, at=timezone.now() + timedelta(days=1)
    )
    page(slug="quatre", title="Page quatre")
    found = {}
    for stage in Page.Stage.values:
        answer = desk.get(LIST, {"etat": stage})
        found[stage] = [each.slug for each in answer.context["cl"].result_list]
    assert found == {"draft": ["quatre"], "scheduled": ["trois"], "published": ["un"], "withdrawn": ["deux"]}


def test_lists_cost_the_same_with_one_row_and_with_three(desk: Client, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path

    def count(url: str) -> int:
        desk.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(url).status_code == 200
        return len(captured)

    made = services.create_page(actor=region_staff(), **(TYPED | {"slug": "entretien", "position": None}))
    image()
    urls = [LIST, IMAGES, f"{LIST}{made.pk}/versions/"]
    one = [count(url) for url in urls]
    for number in (2, 3):
        page(slug=f"page-{number}")
        image()
        content = {"slug": "entretien", "title": f"Titre {number}", "lead": "x", "text": "x", "position": None}
        services.write_page(page=made, expected=number - 1, actor=region_staff(), **content)
    assert [count(url) for url in urls] == one


# --- images


@pytest.fixture
def files(settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def give(desk: Client, data: bytes, **fields: Any) -> Any:
    typed = {"title": "Accueil", "alternative": "Une salle", "credit": "", "source": ""} | fields
    return desk.post(f"{IMAGES}add/", typed | {"file": SimpleUploadedFile("photo.jpg", data, "image/jpeg")})


def test_an_image_is_added_described_and_deleted(desk: Client, staff: User, files: Any) -> None:
    assert give(desk, jpeg(), credit="Aline").status_code == 302
    made = PageImage.objects.get()
    assert (made.width, made.small_width, len(list(files.rglob("*.webp")))) == (900, 640, 2)
    desk.post(
        f"{IMAGES}{made.pk}/change/",
        {"title": "Accueil", "alternative": "Une grande salle", "credit": "Camille", "source": ""},
    )
    made.refresh_from_db()
    assert made.alternative == "Une grande salle"
    assert JournalEntry.objects.get(verb="admin.change").changes == {
        "alternative": ["Une salle", "Une grande salle"], "credit": ["[non conservé]", "[non conservé]"],
    }  # fmt: skip
    desk.post(f"{IMAGES}{made.pk}/delete/", {"post": "yes"})
    assert (PageImage.objects.count(), JournalEntry.objects.filter(verb="image.delete").count()) == (0, 1)


@pytest.mark.parametrize(
    ("data", "fields", "wrong"),
    [
        (b"<svg onload='alert(1)'/>", {}, "file"),
        (jpeg()[:400], {}, "file"),
        (jpeg() + b"\x00" * 10_500_000, {}, "file"),
        (jpeg(), {"alternative": ""}, "alternative"),
        (jpeg(), {"decorative": "on"}, "decorative"),
    ],
)
def test_S4_an_image_refused_says_why_beside_its_field(
    desk: Client, files: Any, data: bytes, fields: dict[str, str], wrong: str
) -> None:
    answer = give(desk, data, **fields)
    form = answer.context["adminform"].form
    assert (answer.status_code, list(form.errors), form["title"].value()) == (200, [wrong], "Accueil")
    assert (PageImage.objects.count(), list(files.rglob("*.webp"))) == (0, [])


def test_the_desk_does_not_delete_an_image_that_a_page_shows(desk: Client, files: Any) -> None:
    made = image()
    shown = page(text=f"![Une salle](image:{made.pk})")
    services.publish(page=shown, expected=1, actor=None)
    url = f"{IMAGES}{made.pk}/delete/"
    assert "Page « L’entretien »" in html_of(desk.get(url))
    desk.post(url, {"post": "yes"})
    desk.post(IMAGES, {"action": "delete_selected", "_selected_action": str(made.pk), "post": "yes"})
    assert PageImage.objects.count() == 1


# --- the demonstration


def test_J5_the_pages_of_the_demonstration_are_read_and_never_written_over(client: Client) -> None:
    assert (demo_pages.seed(), demo_pages.seed()) == (3, 0)
    assert [client.get(f"/pages/{slug}/").status_code for slug in demo_pages.ADDRESSES] == [200, 200, 200]
    edited = Page.objects.get(slug="le-spro")
    content = {"title": "Autre", "lead": "Autre.", "text": "Autre.", "position": None}
    services.write_page(page=edited, expected=1, actor=None, slug="notre-spro", **content)
    services.withdraw(page=Page.objects.get(slug="premier-entretien"), actor=None)
    assert demo_pages.seed() == 0
    assert [client.get(f"/pages/{slug}/").status_code for slug in demo_pages.ADDRESSES] == [301, 410, 200]


def test_J5_each_page_of_the_demonstration_names_its_sources() -> None:
    for slug in demo_pages.ADDRESSES:
        text = (demo_pages.FOLDER / f"{slug}.md").read_text(encoding="utf-8")
        assert text.rstrip().rsplit("\n", 1)[1].startswith(("*Source : ", "*Sources : ")), slug


def test_what_is_written_in_a_page_on_line_is_confirmed_first(desk: Client) -> None:
    made = page()
    desk.post(f"{LIST}{made.pk}/publication/", {"expected": "1", "publish": "x"})
    url, typed = f"{LIST}{made.pk}/change/", TYPED | {"expected": "1", "text": "Nouveau texte."}
    assert "Enregistrer et mettre en ligne" in html_of(desk.get(url))
    assert desk.post(url, typed).status_code == 200
    made.refresh_from_db()
    assert made.revision == 1
    assert desk.post(url, typed | {"live": "1"}).status_code == 302
    made.refresh_from_db()
    assert (made.revision, made.text) == (2, "Nouveau texte.")
    desk.post(f"{LIST}{made.pk}/versions/1/", {"expected": "2"})
    made.refresh_from_db()
    assert made.revision == 2
    desk.post(f"{LIST}{made.pk}/versions/1/", {"expected": "2", "live": "1"})
    made.refresh_from_db()
    assert made.revision == 3
