"""One load at a time, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, IntegrityError, connection, transaction

from core.packs.report import LoadBusyError, LoadError

# Any number that no other part of the portal takes.
LOCK = 7_261_018


@contextmanager
def one_load() -> Iterator[None]:
    """A transaction that no other load can share in time.

    Raises `LoadBusyError` if another load is running, `LoadError` if the database refuses what is
    written: nothing stays.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
                if not cursor.fetchone()[0]:
                    raise LoadBusyError(["Un autre chargement est en cours\u00a0: réessayez quand il sera terminé."])
            yield
    except IntegrityError as error:
        raise LoadError([f"La base de données refuse ce chargement\u00a0: {_reason(error)}"]) from error


def _reason(error: DatabaseError) -> str:
    """The constraint and the key PostgreSQL names, on one line."""
    return " ".join(str(error).split())
