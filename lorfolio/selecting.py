"""Choosing items of the portfolio and their order, for whatever shows them: a CV, the site, an adviser's view.

An item is named by its `Key`: its kind (`Choice.ITEMS`) and its id. What the person last saw is kept beside the
choices (`Selection.seen`), so that what changed, appeared or went away since is said and never done by itself (L4).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from lorfolio.content import Content, PersonSeen
from lorfolio.lists import Kind, Section
from lorfolio.models import Choice, Experience, Extra, Language, SafeFile, Selection, Skill
from lorfolio.models.base import Owned

Key = tuple[str, UUID]
MODELS: Mapping[str, type[Owned]] = {
    "experience": Experience, "skill": Skill, "language": Language, "extra": Extra, "file": SafeFile,
}  # fmt: skip
SECTIONS: tuple[str, ...] = tuple(Section.values)
# Other items named inside an item: they come and go with the selection itself.
_NAMED = frozenset({"id", "skills", "experiences"})


@dataclass(frozen=True)
class Differences:
    """What is not as the person last saw it. `vanished` keeps kinds alone: what went away is kept nowhere."""

    changed: tuple[Key, ...] = ()
    appeared: tuple[Key, ...] = ()
    vanished: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.changed) + len(self.appeared) + len(self.vanished)


def key_of(item: Owned) -> Key:
    return next(kind for kind, model in MODELS.items() if isinstance(item, model)), item.pk


def keys_of(selection: Selection, choices: Iterable[Choice] | None = None) -> list[Key]:
    """The chosen items in their order; `choices` when they were read already."""
    rows = selection.choices.all() if choices is None else choices
    return [_key(choice) for choice in sorted(rows, key=lambda row: (row.position, row.pk))]


def section_of(item: Owned) -> str:
    """The part of a CV where it stands; a file has none."""
    if isinstance(item, Experience):
        return Section.STUDIES if item.kind == Kind.STUDY else Section.EXPERIENCES
    names = {Skill: Section.SKILLS, Language: Section.LANGUAGES, Extra: Section.EXTRAS}
    return names.get(type(item), "")  # type: ignore[call-overload,no-any-return]


@transaction.atomic
def choose(*, selection: Selection, keys: Sequence[Key]) -> None:
    """Exactly these items, in that order. Another person's, or one that is no more, is left out (L1)."""
    held = _held(selection)
    wanted = list(dict.fromkeys(keys))
    theirs = _theirs(held, wanted)
    wanted = [key for key in wanted if key in theirs]
    before = {_key(choice): choice for choice in Choice.objects.filter(selection=held)}
    Choice.objects.filter(pk__in=[choice.pk for key, choice in before.items() if key not in theirs]).delete()
    kept: list[Choice] = []
    new: list[Choice] = []
    for position, key in enumerate(wanted):
        choice = before.get(key) or Choice(selection=held, **{f"{key[0]}_id": key[1]})
        choice.position = position
        (kept if choice.pk else new).append(choice)
    Choice.objects.bulk_update(kept, ["position"])
    Choice.objects.bulk_create(new)


@transaction.atomic
def add(*, selection: Selection, item: Owned) -> None:
    """`item` after the others; nothing when it is there. Raises `ValueError` for another person's."""
    held = _held(selection)
    if item.portfolio_id != held.portfolio_id:
        raise ValueError("An item of another portfolio.")
    rows = list(Choice.objects.filter(selection=held))
    kind, key = key_of(item)
    if _theirs(held, [(kind, key)]) and (kind, key) not in {_key(row) for row in rows}:
        last = max((row.position for row in rows), default=-1)
        Choice.objects.create(selection=held, position=last + 1, **{f"{kind}_id": key})


@transaction.atomic
def remove(*, selection: Selection, item: Owned) -> None:
    """Take `item` out of what is shown; it stays in the portfolio."""
    kind, key = key_of(item)
    Choice.objects.filter(selection=_held(selection), **{f"{kind}_id": key}).delete()


@transaction.atomic
def move(*, selection: Selection, item: Owned, by: int) -> bool:
    """`item` up (-1) or down (1) among those of its own part; whether anything moved."""
    rows = list(Choice.objects.filter(selection=_held(selection)).select_related("experience"))
    rows.sort(key=lambda row: (row.position, row.pk))
    place = next((at for at, row in enumerate(rows) if _key(row) == key_of(item)), None)
    if place is None:
        return False
    group = [at for at, row in enumerate(rows) if _group(row) == _group(rows[place])]
    other = group.index(place) + by
    if not 0 <= other < len(group):
        return False
    rows.insert(group[other], rows.pop(place))
    for position, row in enumerate(rows):
        row.position = position
    Choice.objects.bulk_update(rows, ["position"])
    return True


@transaction.atomic
def order_sections(*, selection: Selection, sections: Sequence[str]) -> None:
    """The parts in that order; those unsaid come after, as they come."""
    held = _held(selection)
    held.sections = in_full(sections)
    held.save(update_fields=["sections", "changed_at"])
    selection.sections = held.sections


def in_full(sections: Sequence[str]) -> list[str]:
    """Every part once: those of `sections` in their order, then the others; what is no part is left out."""
    return list(dict.fromkeys([name for name in sections if name in SECTIONS] + list(SECTIONS)))


@transaction.atomic
def mark_seen(*, selection: Selection, whole: Content) -> None:
    """From now on differences are counted from `whole` (`content.whole`), which the person has before their eyes."""
    held = _held(selection)
    chosen = set(keys_of(held, Choice.objects.filter(selection=held)))
    held.seen = {_name(key): digest if key in chosen else "" for key, digest in digests(whole).items()}
    held.save(update_fields=["seen", "changed_at"])
    selection.seen = held.seen


def differences(
    selection: Selection, whole: Content, choices: Iterable[Choice] | None = None, *, appeared: bool = True
) -> Differences:
    """What changed, appeared or went away since `mark_seen`; nothing when it never was. No query with `choices` given.

    Files of the safe are not counted: they never change. `appeared=False` where only what is shown matters.
    """
    if not selection.seen:
        return Differences()
    now, chosen = digests(whole), set(keys_of(selection, choices))
    names = {_name(key) for key in now}
    return Differences(
        tuple(k for k, digest in now.items() if k in chosen and selection.seen.get(_name(k), "") not in ("", digest)),
        tuple(key for key in now if appeared and key not in chosen and _name(key) not in selection.seen),
        tuple(name.partition("/")[0] for name, seen in selection.seen.items() if seen and name not in names),
    )


def digests(whole: Content) -> dict[Key, str]:
    """Of each item of `whole`: what it says and how sure it is, whatever else is shown."""
    parts: dict[str, Iterable[Any]] = {
        "experience": whole.experiences, "skill": whole.skills, "language": whole.languages, "extra": whole.extras,
    }  # fmt: skip
    return {(kind, item.id): _digest(asdict(item)) for kind, items in parts.items() for item in items}


def person_digest(person: PersonSeen) -> str:
    """Of the person's own lines, as they are shown."""
    facts = asdict(person)
    return _digest(facts | {"photo": hashlib.sha256(facts["photo"]).hexdigest()})


def read_keys(values: Iterable[str]) -> list[Key]:
    """« experience/<uuid> » as forms say them; what is not one is left out."""
    found = []
    for value in values:
        kind, _, text = value.partition("/")
        if kind in MODELS:
            try:
                found.append((kind, UUID(text)))
            except ValueError:
                continue
    return found


def _digest(facts: Mapping[str, Any]) -> str:
    said = {name: value for name, value in facts.items() if name not in _NAMED}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _name(key: Key) -> str:
    return f"{key[0]}/{key[1]}"


def _key(choice: Choice) -> Key:
    return next((item, getattr(choice, f"{item}_id")) for item in Choice.ITEMS if getattr(choice, f"{item}_id"))


def _group(choice: Choice) -> str:
    """Studies and the other experiences are two parts."""
    return section_of(choice.experience) if choice.experience else _key(choice)[0]


def _held(selection: Selection) -> Selection:
    """The row, locked: two tabs that choose at once wait for each other."""
    return Selection.objects.select_for_update().get(pk=selection.pk)


def _theirs(selection: Selection, keys: Iterable[Key]) -> set[Key]:
    """Those of `keys` that this portfolio holds; locked, so that none is deleted before it is chosen."""
    asked: dict[str, list[UUID]] = {}
    for kind, key in keys:
        asked.setdefault(kind, []).append(key)
    found: set[Key] = set()
    for kind, ids in asked.items():
        rows: Any = MODELS[kind]._default_manager.filter(portfolio=selection.portfolio_id, pk__in=ids)
        held = rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True)
        found |= {(kind, key) for key in held}
    return found
