"""The files of a safe as their owner reads them: names opened with the person's key, beside what each is used for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.encryption import Undecipherable
from core.sealing import Seal
from lorfolio.models import Choice, Portfolio, Proof, SafeFile
from lorfolio.services import safe, sharing

PAGE = 50
UNREADABLE = "Document illisible"
_KINDS = {
    "application/pdf": ("PDF", "livre"),
    "image/": ("Image", "loupe"),
    "video/": ("Vidéo", "screen"),
    "audio/": ("Son", "dialogue"),
    "text/": ("Texte", "list"),
}


@dataclass(frozen=True)
class Kept:
    """One file. `uses`: « votre photo », « preuve », « partagé » …; `proofs`: titles of what it proves."""

    id: UUID
    name: str
    media_type: str
    size: int
    at: dt.datetime
    note: str = ""
    sha256: str = ""
    readable: bool = True
    uses: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()
    links: int = 0

    @property
    def kind(self) -> str:
        return _kind(self.media_type)[0]

    @property
    def icon(self) -> str:
        return _kind(self.media_type)[1]


def _kind(media_type: str) -> tuple[str, str]:
    return next((words for sign, words in _KINDS.items() if media_type.startswith(sign)), ("Document", "mallette"))


def shelf(portfolio: Portfolio, rows: Sequence[SafeFile], at: dt.datetime) -> list[Kept]:
    """`rows` with their names and uses: three queries, however many they are."""
    seal = safe.seal_of(portfolio)
    keys = [row.pk for row in rows]
    proofs: dict[UUID, list[str]] = {}
    for proof in Proof.objects.filter(file__in=keys).select_related("skill", "experience", "extra"):
        proofs.setdefault(proof.file_id, []).append(str(proof.skill or proof.experience or proof.extra))  # type: ignore[arg-type]
    links: dict[UUID, int] = {}
    for key in sharing.standing(at).filter(files__in=keys).values_list("files", flat=True):
        links[key] = links.get(key, 0) + 1
    shown = set(Choice.objects.filter(file__in=keys).values_list("file_id", flat=True))
    return [
        _kept(
            row, seal, photo=portfolio.photo_id == row.pk, proofs=proofs.get(row.pk, []), links=links.get(row.pk, 0),
            shown=row.pk in shown,
        )
        for row in rows
    ]  # fmt: skip


def _kept(row: SafeFile, seal: Seal, *, photo: bool, proofs: list[str], links: int, shown: bool) -> Kept:
    uses = [
        word
        for word, is_so in (
            ("Votre photo", photo), ("Preuve", bool(proofs)), ("Partagé", bool(links)),
            ("Montré", shown),
        )
        if is_so
    ]  # fmt: skip
    try:
        facts = safe.known(row, seal)
    except Undecipherable:
        facts = safe.Known(UNREADABLE, "", "")
    return Kept(
        row.pk, facts.name, facts.media_type, row.size, row.created_at, facts.note, facts.sha256,
        facts.name != UNREADABLE, tuple(uses), tuple(proofs), links,
    )  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A page of the list; `before` is the key to the next one."""

    files: list[Kept]
    count: int
    older: str = ""


def page(portfolio: Portfolio, after: UUID | None, at: dt.datetime) -> Page:
    """The newest files first, from the one that follows `after`."""
    rows = SafeFile.objects.filter(portfolio=portfolio).order_by("-created_at", "id")
    found = list(rows.only("pk", "portfolio_id", "size", "sealed", "created_at"))  # a thousand at most
    if after is not None:
        place = next((number for number, row in enumerate(found) if row.pk == after), -1)
        shown = found[place + 1 :]
    else:
        shown = found
    older = str(shown[PAGE - 1].pk) if len(shown) > PAGE else ""
    return Page(shelf(portfolio, shown[:PAGE], at), len(found), older)
