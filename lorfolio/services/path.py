"""Writing one's path: experiences, languages, what comes besides. A thing sent twice is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from core.text import fold
from lorfolio.models import Experience, Extra, Language, Portfolio
from lorfolio.models.base import Owned

MOST = {Experience: 300, Language: 40, Extra: 300}
FULL = "Vous avez déjà beaucoup de choses ici\u00a0: retirez-en une d’abord."
Item = TypeVar("Item", Experience, Extra)


@transaction.atomic
def keep(
    *, model: type[Item], portfolio: Portfolio, facts: Mapping[str, Any], german: Mapping[str, Any], key: UUID | None
) -> Item:
    """A new row of `model`, named `key`; the one already so named when the form was sent twice.

    Raises `ValidationError` (French) when there are too many.
    """
    locked(portfolio)
    if key is not None:
        known = model.objects.filter(pk=key).first()
        if known is not None and known.portfolio_id == portfolio.pk:
            return known
        key = None if known is not None else key
    room(model, portfolio)
    translations = {"de": dict(german)} if german else {}
    named = {"pk": key} if key else {}
    return model.objects.create(portfolio=portfolio, **facts, translations=translations, **named)


@transaction.atomic
def change(*, row: Item, facts: Mapping[str, Any], german: Mapping[str, Any]) -> Item:
    """What was typed of `row`; words in other languages than German stay as they are."""
    held = type(row).objects.select_for_update().get(pk=row.pk)
    for name, value in facts.items():
        setattr(held, name, value)
    kept = {
        name: value for name, value in (held.translations.get("de") or {}).items() if name not in _GERMAN[type(row)]
    }
    others = {language: said for language, said in held.translations.items() if language != "de"}
    said = kept | dict(german)
    held.translations = others | ({"de": said} if said else {})
    held.save()
    return held


_GERMAN: dict[type[Owned], tuple[str, ...]] = {
    Experience: ("title", "organisation", "highlights"), Extra: ("title", "summary"),
}  # fmt: skip


@transaction.atomic
def change_lines(*, row: Experience, lines: list[str]) -> None:
    """What was done there, told by the guided questions."""
    held = Experience.objects.select_for_update().get(pk=row.pk)
    if held.highlights != lines:
        held.highlights = lines
        held.save(update_fields=["highlights", "changed_at"])


@transaction.atomic
def keep_language(*, portfolio: Portfolio, name: str, level: str, row: Language | None = None) -> Language:
    """A language once: said again, its level changes. Raises `ValidationError` (French, on `name`)."""
    locked(portfolio)
    name = " ".join(name.split())
    same = [held for held in Language.objects.filter(portfolio=portfolio) if fold(held.name) == fold(name)]
    if row is None:
        row = same[0] if same else None
    elif any(held.pk != row.pk for held in same):
        raise ValidationError({"name": "Cette langue est déjà dans votre liste."})
    if row is None:
        room(Language, portfolio)
        row = Language(portfolio=portfolio)
    row.name, row.level = name, level
    row.save()
    return row


def remove(*, row: Owned) -> None:
    """For good: of every CV and page too. Its skills stay."""
    row.delete()


def locked(portfolio: Portfolio) -> None:
    """Whoever writes waits for who writes already: two clicks, two tabs."""
    Portfolio.objects.select_for_update().only("pk").get(pk=portfolio.pk)


def room(model: type[Owned], portfolio: Portfolio) -> None:
    """Raises `ValidationError` (French)."""
    if model._default_manager.filter(portfolio=portfolio).count() >= MOST[model]:  # type: ignore[index]
        raise ValidationError(FULL)
