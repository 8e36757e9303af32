"""In whose name the database is spoken to: it shows a row of a case to nobody else (D8, ADR 0011).

The name holds for one transaction, and is forgotten with it: a kept connection never carries it to the next request.
Outside of these doors the role of the portal reads zero rows, whatever the SQL.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

from django.db import connection, transaction

Task = Literal["figures", "retention", "obligation", "rotation", "intake", "door", "grants"]
"""The contexts without a person, each with policies of its own (`psad/policies.py`) and what it is for."""


@contextmanager
def acting(user: Any) -> Iterator[None]:
    """In the name of `user`, signed in: what their grants in force today open. One transaction."""
    with transaction.atomic(), _named(user=str(user.pk) if user is not None and user.is_authenticated else ""):
        yield


@contextmanager
def task(name: Task) -> Iterator[None]:
    """In the name of a known task of the portal itself. One transaction."""
    if name not in get_args(Task):
        raise ValueError(name)
    with transaction.atomic(), _named(task=name):
        yield


@contextmanager
def importing(batch: uuid.UUID, user: Any) -> Iterator[None]:
    """In the name of `user` (a key) for their list `batch`, as long as it is at work and they hold a grant there: every
    case of its platform, so that nobody has two. One transaction."""
    with transaction.atomic(), _named(user=str(user), task="import", link=str(batch)):
        yield


@contextmanager
def linked(key: uuid.UUID) -> Iterator[None]:
    """In the name of who holds the link `key` (a young person's page, a partner's share): its own rows. One
    transaction."""
    with transaction.atomic(), _named(link=str(key)):
        yield


@contextmanager
def _named(**names: str) -> Iterator[None]:
    """Set the three names for the transaction under way, the missing ones empty; put the former ones back."""
    former = _names()
    _set({"user": "", "task": "", "link": ""} | names)
    # What fails is taken back, names included, by the transaction (or its savepoint) that each door opens first.
    yield
    if not connection.needs_rollback and not connection.closed_in_transaction:
        _set(former)


def _names() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('psad.user', true), ''), coalesce(current_setting('psad.task', true), ''),"
            " coalesce(current_setting('psad.link', true), '')"
        )
        return dict(zip(("user", "task", "link"), cursor.fetchone(), strict=True))


def _set(names: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('psad.user', %s, true), set_config('psad.task', %s, true),"
            " set_config('psad.link', %s, true)",
            [names["user"], names["task"], names["link"]],
        )
