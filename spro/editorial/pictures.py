"""The library of images: one is added, described, taken away when no page shows it; texts ask for theirs."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from core import markdown
from core.images import Prepared, prepare
from core.journal import Actor, record
from spro.editorial.models import Page, PageImage

FOLDER = "pages"
DESCRIPTION = ("title", "alternative", "decorative", "credit", "source")


def path_of(name: str) -> str:
    """Where the storage keeps the image called `name` (a small one ends with « -s »)."""
    return f"{FOLDER}/{name}.webp"


def add_image(*, data: bytes, actor: Actor | None, prepared: Prepared | None = None, **description: Any) -> PageImage:
    """Draw `data` again and keep it under a name nobody guesses. `description`: `DESCRIPTION`.

    Raises `ValidationError` (French): `core.images.prepare`, or a description that says too little.
    """
    drawn = prepared or prepare(data)
    name = secrets.token_hex(12)
    image = PageImage(
        name=name, width=drawn.width, height=drawn.height, small_width=drawn.small_width,
        size=len(drawn.data), sha256=drawn.sha256, **description,
    )  # fmt: skip
    image.full_clean()
    written = []
    try:
        for suffix, content in (("", drawn.data), ("-s", drawn.small)):
            if content:
                written.append(default_storage.save(path_of(name + suffix), ContentFile(content)))
        with transaction.atomic():
            image.save()
            record(verb="image.add", target=image, actor=actor, changes={"sha256": [None, drawn.sha256]})
    except BaseException:
        _unlink(written)
        raise
    return image


@transaction.atomic
def delete_image(*, image: PageImage, actor: Actor | None) -> None:
    """Take the image away, with its files. Raises `ValidationError` when a page that is or will be read shows it."""
    locked = PageImage.objects.select_for_update().get(pk=image.pk)
    pages = showing(locked)
    if pages:
        names = ", ".join(f"« {page.title} »" for page in pages)
        raise ValidationError(f"Cette image est montrée par {names} : retirez-la d’abord du texte.")
    record(verb="image.delete", target=locked, actor=actor, changes={"sha256": [locked.sha256, None]})
    paths = [path_of(locked.name), path_of(f"{locked.name}-s")]
    locked.delete()
    transaction.on_commit(lambda: _unlink(paths))


def showing(image: PageImage) -> list[Page]:
    """The pages, online or to come, that show `image`."""
    likely = Page.objects.promised().filter(text__contains=f"image:{image.pk}").order_by("title")
    return [page for page in likely if image.pk in markdown.picture_numbers(page.text)]


def pictures_of(text: str) -> dict[int, markdown.Picture]:
    """The images that `text` shows, by number: one query, none when it shows none."""
    wanted = markdown.picture_numbers(text)
    return {image.pk: image.picture() for image in PageImage.objects.filter(pk__in=wanted)} if wanted else {}


def _unlink(paths: list[str]) -> None:
    for path in paths:
        with suppress(OSError):
            default_storage.delete(path)
