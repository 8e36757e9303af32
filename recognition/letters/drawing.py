"""A letter is drawn: from its settled words to an archived PDF/UA with its SHA-256, never twice (R14)."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import segno
import structlog
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string

from core.markdown import render
from core.pdf import Pdf
from core.pdf import draw as draw_pdf
from recognition.models import Letter

log = structlog.get_logger("recognition.letters")


def on_paper(content: dict[str, Any], *, sample: bool = False) -> Pdf:
    """A letter drawn; a little tighter when that spares it a page, so that a signature is not alone on a second one."""
    drawn = draw_pdf(page(content, sample=sample))
    if drawn.pages == 1:
        return drawn
    tighter = draw_pdf(page(content, sample=sample, tight=True))
    return tighter if tighter.pages < drawn.pages else drawn


def page(content: dict[str, Any], *, sample: bool = False, tight: bool = False) -> str:
    """The HTML of a letter, from its `content` alone. `sample` writes « Aperçu » across it."""
    shown = {**content, "body": [_shown(part) for part in content["body"]]}
    shown["after"] = [_shown(part) for part in content["after"]]
    template = "documents/certificate.html" if content["kind"] == "certificate" else "documents/letter.html"
    return render_to_string(
        template, {"letter": shown, "qr": qr(content["public_url"]), "sample": sample, "tight": tight}
    )


def _shown(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the body with its Markdown as safe HTML."""
    if "markdown" in part:
        return {**part, "html": render(part["markdown"], heading_level=2)}
    return {**part, "items": [_item(item) for item in part["items"]]}


def _item(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "html": render(item["markdown"], heading_level=3)} if "markdown" in item else item


def qr(address: str) -> str:
    """`address` as a picture to put in the page, or nothing."""
    if not address:
        return ""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(border=2, scale=4, omitsize=True))


@transaction.atomic
def draw(*, letter: Letter, at: dt.datetime) -> Letter:
    """Draw the PDF of a letter that has none, keep it with its SHA-256 and its pages. Drawn before: nothing is done.

    The row is held meanwhile: another worker skips it, and one that dies leaves it as it was (its file, orphan, is
    swept later). Raises whatever the drawing raises.
    """
    held = Letter.objects.select_for_update().get(pk=letter.pk)
    if held.sha256:
        return held
    drawn = on_paper(held.content)
    _keep(held, drawn)
    held.state, held.drawn_at, held.error = Letter.State.DRAWN, at, ""
    held.save(update_fields=["file", "sha256", "pages", "state", "drawn_at", "error"])
    return held


def _keep(held: Letter, drawn: Pdf) -> None:
    held.file.save("", ContentFile(drawn.data, name="lettre.pdf"), save=False)
    held.sha256, held.pages = drawn.sha256, drawn.pages


def pdf_of(letter: Letter) -> bytes:
    """The archived PDF, read against its SHA-256.

    Raises `ValidationError` (French) when it is not drawn yet, is missing, or is no longer the file that was kept.
    """
    if not letter.sha256:
        raise ValidationError("Cette lettre est en cours de production\u00a0: revenez dans un instant.")
    try:
        with letter.file.storage.open(str(letter.file.name), "rb") as kept:
            data: bytes = kept.read()
    except OSError as error:
        log.error("letter_file_missing", letter=letter.number)
        raise ValidationError("Le fichier de cette lettre n’est plus là\u00a0: faites-le refaire.") from error
    if hashlib.sha256(data).hexdigest() != letter.sha256:
        log.error("letter_file_changed", letter=letter.number)
        raise ValidationError("Le fichier de cette lettre n’est plus celui qui a été archivé\u00a0: faites-le refaire.")
    return data


@transaction.atomic
def redo(*, letter: Letter, at: dt.datetime) -> Letter:
    """Put back on its way a letter in failure; draw again, from its settled words, one whose file is lost or changed.

    The new file takes the place of the old one only if it has the archived SHA-256: a letter does not change.
    Raises `ValidationError` (French) otherwise, and when there is nothing to do again.
    """
    held = Letter.objects.select_for_update().get(pk=letter.pk)
    if not held.sha256:
        held.state, held.attempts, held.error = Letter.State.WRITTEN, 0, ""
        held.save(update_fields=["state", "attempts", "error"])
        from recognition.letters.writing import wake_worker

        transaction.on_commit(wake_worker)
        return held
    try:
        pdf_of(held)
    except ValidationError:
        drawn = on_paper(held.content)
        if drawn.sha256 != held.sha256:
            raise ValidationError(
                "Le PDF refait n’a pas l’empreinte de celui qui a été archivé (le logiciel qui le dessine a changé)"
                "\u00a0: reprenez le fichier dans une sauvegarde."
            ) from None
        _keep(held, drawn)
        held.save(update_fields=["file"])
        return held
    raise ValidationError("Le fichier de cette lettre est intact\u00a0: il n’y a rien à refaire.")
