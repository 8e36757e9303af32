"""Who works in a PSAD, as the doors of the portal ask before any context is open."""

from __future__ import annotations

from typing import Any

from django.db import connection


def works_in_psad(user: Any) -> bool:
    """Holds a grant of circle 1, or is a person of circle 2, today: the second factor is asked of them. The
    database answers yes or no, and nothing of where."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT psad_works(%s)", [user.pk])
        return bool(cursor.fetchone()[0])


def seen_to_work_in_psad(user: Any) -> bool:
    """As `works_in_psad`, asked once for each request's user: menus, panels and tasks all ask. What opens a case never
    asks this one: the database does."""
    if user is None or not user.is_authenticated:
        return False
    if not hasattr(user, "_works_in_psad"):
        user._works_in_psad = works_in_psad(user)
    return bool(user._works_in_psad)
