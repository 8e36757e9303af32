"""Two people at the same instant, in two real transactions: one wins, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from PIL import Image

from spro.editorial import pictures, services
from spro.editorial.models import Page, PageImage, Version

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = {"slug": "entretien", "title": "L’entretien", "lead": "Une phrase.", "text": "Un.", "position": None}


def together(*acts: Callable[[], Any]) -> list[str]:
    """What came of each act: « ok » or the name of its error, sorted."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        try:
            start.wait(10)
            act()
        except ValidationError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def write(page: Page, text: str) -> Callable[[], Any]:
    return lambda: services.write_page(page=page, expected=1, actor=None, **(CONTENT | {"text": text}))


def test_two_saves_of_one_version_are_one_version_and_one_warning() -> None:
    page = services.create_page(actor=None, **CONTENT)
    assert together(*(write(page, f"Texte {n}.") for n in range(4))) == ["StaleError"] * 3 + ["ok"]
    assert list(Version.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    page.refresh_from_db()
    assert page.text == Version.objects.get(number=2).text


def test_one_address_goes_to_one_page() -> None:
    def create() -> None:
        services.create_page(actor=None, **CONTENT)

    assert together(create, create, create) == ["ValidationError"] * 2 + ["ok"]
    assert (Page.objects.count(), Version.objects.count()) == (1, 1)


def test_an_image_is_either_shown_or_deleted(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    out = BytesIO()
    Image.new("RGB", (64, 64)).save(out, "PNG")
    image = pictures.add_image(
        data=out.getvalue(), actor=None, title="x", alternative="x", decorative=False, credit="", source=""
    )
    page = services.create_page(actor=None, **(CONTENT | {"text": f"![x](image:{image.pk})"}))
    outcome = together(
        lambda: services.publish(page=page, expected=1, actor=None),
        lambda: pictures.delete_image(image=image, actor=None),
    )
    assert outcome == ["ValidationError", "ok"]
    page.refresh_from_db()
    assert (page.stage == Page.Stage.PUBLISHED) == PageImage.objects.filter(pk=image.pk).exists()
