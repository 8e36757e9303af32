"""Pages of the Region: seen by state and clock, versioned, under a lock; one door for each act (S2, S3, S4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from core.models import JournalEntry, SearchDocument
from core.search import rebuild
from spro.editorial import follow, pictures, services
from spro.editorial.models import FormerAddress, Page, PageImage, Version
from tests.factories import region_staff

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2027-03-10T09:00:00+01:00")
CONTENT = {
    "slug": "entretien", "title": "Le premier entretien", "lead": "Ce qui s’y passe.",
    "text": "# Avant\n\nRien à préparer.", "position": None,
}  # fmt: skip


@pytest.fixture
def staff() -> User:
    return region_staff(name="Thomas")


def draft(**fields: Any) -> Page:
    return services.create_page(actor=None, **(CONTENT | fields))


def online(**fields: Any) -> Page:
    page = draft(**fields)
    return services.publish(page=page, expected=page.revision, actor=None)


def written(page: Page, actor: Any = None, **fields: Any) -> Page:
    page.refresh_from_db()
    content = {name: getattr(page, name) for name in CONTENT} | fields
    return services.write_page(page=page, expected=page.revision, actor=actor, **content)


def status(client: Client, slug: str = "entretien") -> int:
    return client.get(f"/pages/{slug}/").status_code


def verbs() -> list[str]:
    return list(JournalEntry.objects.order_by("id").values_list("verb", flat=True))


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (900, 600), "green").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def library(settings: Any, tmp_path: Any) -> PageImage:
    settings.MEDIA_ROOT = tmp_path
    return pictures.add_image(
        data=jpeg(), actor=None, title="Accueil", alternative="Une salle", decorative=False, credit="", source=""
    )


# --- seen by state and clock


def test_a_draft_is_nobody_s_and_a_withdrawn_page_says_so(client: Client) -> None:
    page = draft()
    assert status(client) == 404
    services.publish(page=page, expected=1, actor=None)
    assert status(client) == 200
    services.withdraw(page=page, actor=None)
    answer = client.get("/pages/entretien/")
    assert (answer.status_code, "n’est plus en ligne" in answer.content.decode()) == (410, True)
    assert "Rien à préparer" not in answer.content.decode()
    assert status(client, "inconnue") == 404


def test_the_clock_alone_shows_and_takes_away(client: Client) -> None:
    """No task has run: the page is right at the second."""
    start, end = NOW + timedelta(hours=1), NOW + timedelta(hours=3)
    with time_machine.travel(NOW, tick=False) as clock:
        services.publish(page=draft(), expected=1, actor=None, at=start, until=end)
        seen = [status(client)]
        for moment in (start - timedelta(seconds=1), start, end - timedelta(seconds=1), end):
            clock.move_to(moment)
            seen.append(status(client))
    assert seen == [404, 404, 200, 200, 410]


def test_S2_no_cache_keeps_a_page_past_its_end(client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        services.publish(page=draft(), expected=1, actor=None, until=NOW + timedelta(seconds=90))
        kept = [client.get("/pages/entretien/")["Cache-Control"]]
        clock.shift(70)
        kept.append(client.get("/pages/entretien/")["Cache-Control"])
        assert kept == ["public, max-age=60", "public, max-age=20"]
        client.force_login(region_staff())
        assert client.get("/pages/entretien/")["Cache-Control"] == "private, no-store"


def test_one_query_draws_the_page_and_one_its_images(
    client: Client, library: PageImage, django_assert_num_queries: Any
) -> None:
    online()
    with django_assert_num_queries(1):
        status(client)
    online(slug="autre", text=f"![](image:{library.pk})\n\n![](image:{library.pk})")
    with django_assert_num_queries(2):
        status(client, "autre")


def test_contents_from_three_headings_on(client: Client) -> None:
    online()
    assert "Sur cette page" not in client.get("/pages/entretien/").content.decode()
    online(slug="longue", text="# Un\n\n## Deux\n\n# Trois")
    html = client.get("/pages/longue/").content.decode()
    assert [f'href="#t-{word}"' in html for word in ("un", "deux", "trois")] == [True, True, True]


# --- versions and lock


def test_every_save_is_a_version_with_its_author_and_what_changed(staff: User) -> None:
    page = services.create_page(actor=staff, **CONTENT)
    written(page, staff, title="L’entretien", text="Autre texte.")
    written(page, staff)  # nothing changes: nothing is kept
    kept = Version.objects.filter(page=page).order_by("number")
    assert [(v.number, v.summary, v.author_key, v.author_label) for v in kept] == [
        (1, "première version", str(staff.pk), "Région"),
        (2, "titre, texte", str(staff.pk), "Région"),
    ]
    assert verbs() == ["page.create", "page.write"]
    line = JournalEntry.objects.get(verb="page.write")
    assert line.changes == {"revision": [1, 2], "title": ["Le premier entretien", "L’entretien"], "text": []}


def test_a_restored_version_is_a_new_one(staff: User) -> None:
    page = draft()
    written(page, text="Deux.")
    services.restore_version(page=page, number=1, expected=2, actor=staff)
    page.refresh_from_db()
    assert (page.text, page.revision) == (CONTENT["text"], 3)
    assert Version.objects.get(page=page, number=3).summary == "retour à la version 1"


def test_the_web_can_neither_change_nor_remove_a_version() -> None:
    page = draft()
    for act in (lambda: Version.objects.update(text="x"), lambda: Version.objects.all().delete()):
        with pytest.raises(ProgrammingError), transaction.atomic():
            act()
    assert Version.objects.get(page=page).text == CONTENT["text"]


def test_the_second_of_two_editors_is_told_and_nothing_is_written() -> None:
    page = draft()
    written(page, text="Le premier.")
    with pytest.raises(services.StaleError) as caught:
        services.write_page(page=page, expected=1, actor=None, **(CONTENT | {"text": "Le second."}))
    assert (caught.value.current.text, caught.value.current.revision) == ("Le premier.", 2)
    page.refresh_from_db()
    assert page.text == "Le premier."


def test_what_is_published_is_what_was_read() -> None:
    page = draft()
    written(page, text="Une phrase de trop.")
    with pytest.raises(services.StaleError):
        services.publish(page=page, expected=1, actor=None)
    page.refresh_from_db()
    assert page.stage == Page.Stage.DRAFT


# --- doors


def test_each_act_has_its_moment() -> None:
    page = draft()
    with pytest.raises(ValidationError, match="n’est pas en ligne"):
        services.withdraw(page=page, actor=None)
    with pytest.raises(ValidationError, match="Aucune publication"):
        services.back_to_draft(page=page, actor=None)
    services.publish(page=page, expected=1, actor=None, at=timezone.now() + timedelta(days=1))
    with pytest.raises(ValidationError, match="n’est pas en ligne"):
        services.withdraw(page=page, actor=None)
    assert services.back_to_draft(page=page, actor=None).stage == Page.Stage.DRAFT
    services.publish(page=page, expected=1, actor=None)
    services.withdraw(page=page, actor=None)
    assert services.publish(page=page, expected=1, actor=None).stage == Page.Stage.PUBLISHED
    assert verbs() == [
        "page.create", "page.schedule", "page.unschedule", "page.publish", "page.withdraw", "page.publish",
    ]  # fmt: skip


def test_S4_dates_that_make_no_sense_are_refused_by_name() -> None:
    page, now = draft(), timezone.now()
    wrong = [
        ({"at": now - timedelta(minutes=1)}, "at"),
        ({"until": now - timedelta(minutes=1)}, "until"),
        ({"at": now + timedelta(days=2), "until": now + timedelta(days=1)}, "until"),
    ]
    for dates, field in wrong:
        with pytest.raises(ValidationError) as caught:
            services.publish(page=page, expected=1, actor=None, **dates)
        assert list(caught.value.message_dict) == [field]
    online_page = services.publish(page=page, expected=1, actor=None)
    with pytest.raises(ValidationError, match="déjà en ligne"):
        services.publish(page=online_page, expected=1, actor=None, at=now + timedelta(days=1))


def test_an_end_may_be_set_on_a_page_that_is_online() -> None:
    page = online()
    since, until = page.publish_at, timezone.now() + timedelta(days=3)
    page = services.publish(page=page, expected=1, actor=None, until=until)
    assert (page.publish_at, page.unpublish_at) == (since, until)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](https://a.fr/x.png)", "![x](image:999)"]
)
def test_S4_what_no_page_will_show_is_not_saved(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        draft(text=text)
    assert list(caught.value.message_dict) == ["text"]
    assert not Page.objects.exists()


# --- addresses


def test_a_new_address_leaves_the_old_one_leading_to_it(client: Client) -> None:
    page = online()
    written(page, slug="premier-entretien")
    written(page, slug="rendez-vous")
    for former in ("entretien", "premier-entretien"):
        answer = client.get(f"/pages/{former}/")
        assert (answer.status_code, answer["Location"]) == (301, "/pages/rendez-vous/")
    written(page, slug="entretien")
    assert status(client) == 200
    assert client.get("/pages/rendez-vous/")["Location"] == "/pages/entretien/"
    services.withdraw(page=page, actor=None)
    assert client.get("/pages/rendez-vous/", follow=True).status_code == 410


def test_a_draft_that_changes_its_address_leaves_nothing(client: Client) -> None:
    page = draft()
    written(page, slug="autre")
    assert (FormerAddress.objects.count(), status(client)) == (0, 404)


def test_another_page_may_take_an_address_that_was_left(client: Client) -> None:
    written(online(), slug="ailleurs")
    online(title="La nouvelle")
    assert (status(client), status(client, "ailleurs"), FormerAddress.objects.count()) == (200, 200, 1)
    second = Page.objects.get(title="La nouvelle")
    with pytest.raises(ValidationError, match="déjà cette adresse"):
        written(second, slug="ailleurs")


def test_an_address_taken_by_a_new_page_no_longer_leads_away(client: Client) -> None:
    first = online()
    written(first, slug="ailleurs")
    second = online(slug="troisieme", title="Deux")
    written(second, slug="entretien")
    assert FormerAddress.objects.get().slug == "troisieme"
    assert "Deux" in client.get("/pages/entretien/").content.decode()


# --- what follows


def test_the_search_holds_what_is_online_and_nothing_else(client: Client) -> None:
    page = draft(text="Un mot rare : palissandre.")

    def found() -> list[str]:
        return list(SearchDocument.objects.filter(key=f"editorial-{page.pk}").values_list("url", flat=True))

    steps = [found()]
    services.publish(page=page, expected=1, actor=None)
    steps.append(found())
    written(page, slug="bois")
    steps.append(found())
    rebuild(["page"])
    steps.append(found())
    assert "/pages/bois/" in client.get("/recherche/?q=palissandre").content.decode()
    services.withdraw(page=page, actor=None)
    steps.append(found())
    assert steps == [[], ["/pages/entretien/"], ["/pages/bois/"], ["/pages/bois/"], []]


def test_the_pass_of_time_tells_search_and_journal_once() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        page = draft()
        services.publish(
            page=page, expected=1, actor=None, at=NOW + timedelta(hours=1), until=NOW + timedelta(hours=2)
        )  # fmt: skip
        told = [follow.pass_of_time()]
        for _ in range(2):
            clock.shift(3_600)
            told += [follow.pass_of_time(), follow.pass_of_time()]
    assert told == [[], ["entretien : En ligne"], [], ["entretien : Retirée"], []]
    assert verbs() == ["page.create", "page.schedule", "page.appear", "page.end"]
    assert not SearchDocument.objects.filter(kind="page", key=f"editorial-{page.pk}").exists()


def test_site_map_and_sitemap_hold_what_is_online(client: Client) -> None:
    online()
    draft(slug="brouillon", title="Un brouillon")
    for url in ("/plan-du-site/", "/sitemap.xml"):
        html = client.get(url).content.decode()
        assert ("/pages/entretien/" in html, "/pages/brouillon/" in html) == (True, False)


def test_the_foot_of_pages_shows_what_has_a_place_by_the_clock_without_a_query(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        with django_capture_on_commit_callbacks(execute=True):
            online(slug="deux", title="Deuxième", position=2)
            online(slug="un", title="Première", position=1)
            online(slug="sans", title="Sans place")
            later = draft(slug="demain", title="Demain", position=3)
            services.publish(page=later, expected=1, actor=None, at=NOW + timedelta(hours=1))
        assert [line["title"] for line in follow.menu()] == ["Première", "Deuxième"]
        html = client.get("/mentions-legales/").content.decode()
        assert (html.index("/pages/un/") < html.index("/pages/deux/"), "/pages/sans/" in html) == (True, False)
        clock.shift(3_600)
        assert [line["title"] for line in follow.menu()] == ["Première", "Deuxième", "Demain"]
        with django_capture_on_commit_callbacks(execute=True):
            services.withdraw(page=Page.objects.get(slug="un"), actor=None)
        assert [line["title"] for line in follow.menu()] == ["Deuxième", "Demain"]


# --- images


def test_an_image_is_served_for_a_year_and_nothing_runs_in_it(client: Client, library: PageImage) -> None:
    answer = client.get(library.url)
    assert (answer.status_code, answer["Content-Type"], answer.content[:4]) == (200, "image/webp", b"RIFF")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(library.small_url).status_code == 200
    assert client.get(library.url, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["a" * 24, "..", "a", f"{'a' * 24}-s", "A" * 24, "%2e%2e%2fsecret"])
def test_no_other_file_is_served(client: Client, library: PageImage, name: str) -> None:
    assert client.get(f"/pages/images/{name}.webp").status_code == 404


def test_an_image_that_a_page_shows_or_will_show_is_kept(library: PageImage) -> None:
    page = draft(text=f"![Une salle](image:{library.pk})")
    services.publish(page=page, expected=1, actor=None, at=timezone.now() + timedelta(days=1))
    with pytest.raises(ValidationError, match="Le premier entretien"):
        pictures.delete_image(image=library, actor=None)
    services.back_to_draft(page=page, actor=None)
    online(slug="autre", text=f"Le code est image:{library.pk}0, et `image:{library.pk}`.")
    paths = [pictures.path_of(library.name), pictures.path_of(f"{library.name}-s")]
    assert [default_storage.exists(path) for path in paths] == [True, True]


def test_an_image_deleted_leaves_no_file_and_a_draft_that_showed_it_is_not_published(
    library: PageImage, django_capture_on_commit_callbacks: Any
) -> None:
    page = draft(text=f"![Une salle](image:{library.pk})")
    with django_capture_on_commit_callbacks(execute=True):
        pictures.delete_image(image=library, actor=None)
    assert default_storage.listdir(pictures.FOLDER)[1] == []
    assert verbs()[-1] == "image.delete"
    with pytest.raises(ValidationError, match="Image inconnue"):
        services.publish(page=page, expected=1, actor=None)


def test_S1_an_image_says_what_it_shows_or_is_decorative(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    for alternative, decorative in (("", False), ("Une salle", True)):
        with pytest.raises(ValidationError):
            pictures.add_image(
                data=jpeg(), actor=None, title="x", alternative=alternative, decorative=decorative, credit="", source=""
            )
    assert (PageImage.objects.count(), list(tmp_path.rglob("*.webp"))) == (0, [])
