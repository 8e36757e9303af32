"""The document of a bilan: drawn once for what it says, a new version when it says something else (B4).

Nothing is ever written over: a version keeps its content, its file and their digests. What is drawn depends on the
content and on `drawing.DRAWING` alone, so that the same data give the same bytes, whoever draws, whenever.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any, cast

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from bilans import digests, kinds
from bilans.content import Content, content_of
from bilans.digests import canonical
from bilans.drawing import DRAWING, page_of
from bilans.models import Bilan, Document
from bilans.models.production import private_storage
from core.pdf import Pdf, draw_page

ORPHAN_AFTER = dt.timedelta(days=1)
TURNS = 3  # how often a document begins again because another worker made a version of it meanwhile


class MovingError(RuntimeError):
    """Other workers kept making versions of this document: the next run finds it settled."""


def digest_of(content: Content) -> str:
    """What says whether a document must be drawn: its content and the way we draw."""
    return digests.digest(content, DRAWING)


def said_of(bilan: Bilan, *, at: dt.datetime) -> Content:
    """What the document of `bilan` says at this moment.

    An organisation and the Region alone read the organisation's: its small counts are whole. Every other document is
    read by officers, or by the network, and hides them (D8).
    """
    return content_of(bilan, at=timezone.localdate(at), whole=kinds.get(bilan.kind).own_document)


def latest_of(bilan: Bilan) -> Document | None:
    """The last version, without its content, which is large."""
    return Document.objects.filter(bilan=bilan).defer("content").order_by("-number").first()


def produce(bilan: Bilan, *, at: dt.datetime) -> tuple[Document, bool]:
    """The document of `bilan` as its data stand at `at`, and whether it was drawn now: nothing is drawn for the same.

    Any number of workers may do this at once: a version is made from what was read after the one before it.
    """
    for _ in range(TURNS):
        latest = latest_of(bilan)
        content = said_of(bilan, at=at)
        digest = digest_of(content)
        if latest is not None and latest.digest == digest and _stored(latest):
            return latest, False
        text = canonical(content)
        drawn = draw_page(page_of(json.loads(text)))
        made = _keep(bilan, latest, drawn, content=json.loads(text), digest=digest, at=at)
        if made is not None:
            return made, True
    raise MovingError("Ce document change en ce moment même.")


@transaction.atomic
def _keep(
    bilan: Bilan, seen: Document | None, drawn: Pdf, *, content: Any, digest: str, at: dt.datetime
) -> Document | None:
    """Write the version that follows `seen`; none when another came meanwhile."""
    Bilan.objects.select_for_update(no_key=True).only("pk").get(pk=bilan.pk)
    latest = latest_of(bilan)
    if (latest.pk if latest else None) != (seen.pk if seen else None):
        return None
    made = Document(
        bilan=bilan, number=latest.number + 1 if latest else 1, content=content, digest=digest, made_at=at,
        sha256=drawn.sha256, pages=drawn.pages, size=len(drawn.data),
    )  # fmt: skip
    made.file.save("", ContentFile(drawn.data), save=False)  # a file that no row names is swept
    made.save()
    return made


def _stored(document: Document) -> bool:
    """Whether its file is still there: a disk that lost it gets a new version, never a dead link."""
    name = document.file.name
    return bool(name) and document.file.storage.exists(str(name))


def pdf_of(document: Document) -> bytes:
    """The bytes of a version. Raises `FileNotFoundError` when they are missing or are not those that were kept."""
    with document.file.open("rb") as file:
        data = cast(bytes, file.read())
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise FileNotFoundError(f"The file of document {document.pk} is not the one that was kept.")
    return data


def sweep(at: dt.datetime) -> int:
    """Delete files that no version names, a day after they were written: a worker died before its row was. How many."""
    storage = private_storage()
    if not storage.exists("bilans"):
        return 0
    names = {str(Path("bilans") / name) for name in storage.listdir("bilans")[1]}
    lost = names - set(Document.objects.filter(file__in=names).values_list("file", flat=True))
    swept = 0
    for name in sorted(lost):
        if storage.get_modified_time(name) < at - ORPHAN_AFTER:
            storage.delete(name)
            swept += 1
    return swept
