"""Joining a proof to an item, and taking it off (L3, L11)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from lorfolio import letters
from lorfolio.lists import ProofKind
from lorfolio.models import Experience, Extra, Portfolio, Proof, SafeFile, Skill
from lorfolio.services import safe
from lorfolio.services.path import locked

MOST = 20  # of one item
Item = Experience | Skill | Extra


def join_file(
    *, item: Item, title: str, at: dt.datetime, file: SafeFile | None = None, name: str = "", data: bytes = b""
) -> Proof:
    """A document of the safe, or one given now, which goes into the safe. Raises `ValidationError` (French, on"
    " `file`)."""
    portfolio = item.portfolio
    if file is not None and file.portfolio_id != portfolio.pk:
        raise ValidationError({"file": "Choisissez un document de votre coffre."})
    _room(item)
    if file is not None:
        same = Proof.objects.filter(**_of(item), file=file).first()
        return same or _joined(item, kind=ProofKind.FILE, title=title, file=file)
    added = safe.add(portfolio=portfolio, name=name, data=data, at=at)
    return _joined(item, kind=ProofKind.FILE, title=title, file=added)


def join_link(*, item: Item, title: str, url: str) -> Proof:
    """A page that shows it. The same address twice is one proof."""
    return Proof.objects.filter(**_of(item), kind=ProofKind.LINK, url=url).first() or _joined(
        item, kind=ProofKind.LINK, title=title, url=url
    )


def join_badge(*, item: Item, title: str, url: str, badge: dict[str, Any]) -> Proof:
    """A digital badge as it was given: we neither fetch nor verify it, and say so."""
    same = Proof.objects.filter(**_of(item), kind=ProofKind.BADGE, url=url, badge=badge).first()
    return same or _joined(item, kind=ProofKind.BADGE, title=title, url=url, badge=badge)


@transaction.atomic
def take_off(*, proof: Proof) -> None:
    """The document stays in the safe; a request that waits dies with its link, and its mail."""
    letters.forget(keys=[f"lorfolio.attest/{proof.pk}"])
    proof.delete()


def item_of(proof: Proof) -> Item:
    """What it proves; the database says there is one (`proof_of_one_thing`)."""
    found: Item = next(item for item in (proof.skill, proof.experience, proof.extra) if item is not None)
    return found


@transaction.atomic
def _joined(item: Item, **facts: Any) -> Proof:
    locked(item.portfolio)
    _room(item)
    return Proof.objects.create(portfolio=item.portfolio, **_of(item), **facts)


def _room(item: Item) -> None:
    if Proof.objects.filter(**_of(item)).count() >= MOST:
        raise ValidationError(f"{MOST}\u00a0preuves au plus pour une même chose\u00a0: retirez-en une d’abord.")


def _of(item: Item) -> dict[str, Item]:
    return {type(item).__name__.lower(): item}


def files_of(portfolio: Portfolio) -> list[tuple[str, str]]:
    """The documents of the safe to choose from: their keys and their names."""
    seal = safe.seal_of(portfolio)
    rows = SafeFile.objects.filter(portfolio=portfolio)
    photo = portfolio.photo_id
    return [(str(row.pk), safe.known(row, seal).name) for row in rows if row.pk != photo]
