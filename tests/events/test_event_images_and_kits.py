"""Images drawn or drawn again by us, and the sheets to get ready (A1, A4, S2)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from core.reference import EventType
from events.kits import KITS
from events.models import Event
from events.services import sessions
from tests.events.tools import date_of, first_session, published

pytestmark = pytest.mark.django_db


def drawn(client: Client, event: Event) -> Image.Image:
    response = client.get(f"/agenda/{event.slug}/image.png")
    assert response.headers["Content-Type"] == "image/png"
    return Image.open(BytesIO(response.content)).convert("RGB")


def test_the_image_of_a_link_is_ours_and_tells_events_apart(client: Client) -> None:
    first, second = (published(date_of("2027-03-16 14:00"), title=t) for t in ("Forum des métiers", "Salon de l’été"))
    images = [drawn(client, event) for event in (first, second)]
    assert {image.size for image in images} == {(1200, 630)}
    assert images[0].tobytes() != images[1].tobytes()


def test_A3_a_cancelled_date_changes_the_image(client: Client) -> None:
    event = published(date_of("2027-03-16 14:00"))
    before = drawn(client, event).tobytes()
    sessions.cancel(session=first_session(event), actor=None)
    assert drawn(client, event).tobytes() != before


@pytest.mark.parametrize(
    "title",
    ["É" * 200, "Mot " * 50, "Anticonstitutionnellement" * 8, "👩🏽‍🎓 日本語", "Œuvre à l’été\u202f: çà et là", "x"],
)
def test_no_title_goes_out_of_the_image(client: Client, title: str) -> None:
    image = drawn(client, published(date_of("2027-03-16 14:00", place_name="Lieu " * 30), title=title[:200].strip()))
    right = image.crop((1136, 20, 1200, 520))
    assert right.getcolors() == [(64 * 500, right.getpixel((0, 0)))]


def test_the_image_is_not_drawn_again_when_nothing_changed(client: Client) -> None:
    event = published()
    first = client.get(f"/agenda/{event.slug}/image.png")
    again = client.get(f"/agenda/{event.slug}/image.png", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["Cache-Control"] == "public, max-age=3600"


def test_S2_the_picture_of_an_organiser_is_served_as_pixels_of_ours(
    client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret"
    Image.new("RGB", (400, 300), "#0e4a36").save(out, "JPEG", exif=exif)
    event = published(image_alt="Un atelier")
    assert client.get(f"/agenda/{event.slug}/illustration.webp").status_code == 404
    event.image.save("photo.jpg", ContentFile(out.getvalue()), save=False)
    event.save(update_fields=["image"])
    response = client.get(f"/agenda/{event.slug}/illustration.webp")
    assert response.headers["Content-Type"] == "image/webp"
    picture = Image.open(BytesIO(response.content))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("WEBP", (400, 300), {})
    page = client.get(f"/agenda/{event.slug}/").content.decode()
    assert f'<img src="/agenda/{event.slug}/illustration.webp" alt="Un atelier"' in page


def test_A1_every_type_of_event_has_its_sheet() -> None:
    assert set(KITS) == set(EventType.values)
    for kit in KITS.values():
        assert all(3 <= len(part) <= 6 for part in (kit.before, kit.during, kit.after))


@pytest.mark.parametrize("kind", EventType.values)
def test_A1_a_sheet_says_before_during_and_after(client: Client, kind: str) -> None:
    response = client.get(f"/agenda/preparer/{kind}/")
    assert response.status_code == 200
    text = response.content.decode()
    assert [text.count(f'<h2 id="{part}">') for part in ("avant", "pendant", "apres")] == [1, 1, 1]


def test_a_sheet_of_no_type_does_not_exist(client: Client) -> None:
    assert client.get("/agenda/preparer/bal/").status_code == 404
