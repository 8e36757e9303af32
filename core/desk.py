"""What waits today: each room tells the first page of the Region's desk and of the espace pro what is due (S3, E4).

A room registers in its `AppConfig.ready`; taking the room out takes its tasks with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Desk = Literal["region", "pro"]


@dataclass(frozen=True)
class Waiting:
    """`count` things wait at `url`; `detail` says since when or why, in a short French sentence; `late` come first."""

    count: int
    url: str
    detail: str = ""
    late: bool = False


@dataclass(frozen=True)
class Task:
    """`query(user)` tells what waits for this very person (one or several lines), or nothing.

    `title` is a French noun phrase for one line, with what counting changes as one and as several say it:
    « [Lieu|Lieux] à relire ».
    """

    desk: Desk
    key: str
    order: int
    title: str
    query: Callable[[Any], Waiting | None]


_tasks: dict[tuple[Desk, str], Task] = {}


def register(task: Task) -> None:
    _tasks[task.desk, task.key] = task


def waiting(desk: Desk, user: Any) -> list[dict[str, Any]]:
    """What waits for `user`: `{key, title, count, url, detail, late}` each, late ones first, then in order."""
    found = []
    for task in sorted((t for t in _tasks.values() if t.desk == desk), key=lambda t: t.order):
        due = task.query(user)
        if due is not None and due.count:
            found.append({"key": task.key, "title": _agreed(task.title, due.count), **vars(due)})
    return sorted(found, key=lambda line: not line["late"])


_COUNTED = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")


def _agreed(title: str, count: int) -> str:
    """The words of `title` as French counts them: two begins the plural."""
    return _COUNTED.sub(r"\2" if count > 1 else r"\1", title)


@dataclass(frozen=True)
class Entry:
    """A line of the menu of the espace pro: where `rule(user)` holds. `url_name` takes no argument."""

    order: int
    label: str
    url_name: str
    icon: str
    rule: Callable[[Any], bool]


_entries: dict[str, Entry] = {}


def register_entry(entry: Entry) -> None:
    _entries[entry.url_name] = entry


def menu(user: Any) -> list[Entry]:
    """The lines of the menu that `user` may open, in order."""
    return [entry for entry in sorted(_entries.values(), key=lambda e: e.order) if entry.rule(user)]
