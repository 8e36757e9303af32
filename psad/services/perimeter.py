"""The communes of a platform: each in one platform at most, which the database holds too (D1)."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from core.journal import record
from psad.models import Platform, PlatformCommune
from territories.models import Commune

SHOWN = 5
_ALONE = 811_400_002  # one perimeter is drawn at a time


def alone() -> None:
    """Hold the map of the platforms until the end of the transaction: what was checked stays true."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ALONE])


def refused(communes: Collection[str], platform: Platform | None) -> list[str]:
    """Why these communes (INSEE codes) cannot be those of `platform`, in French; nothing when they can."""
    found = []
    unknown = sorted(set(communes) - set(Commune.objects.filter(pk__in=communes).values_list("pk", flat=True)))
    if unknown:
        found.append(f"Aucune commune de la région n’a ce code\u00a0: {_some(unknown)}.")
    taken = PlatformCommune.objects.filter(commune__in=communes).select_related("commune", "platform")
    if platform is not None and platform.pk is not None:
        taken = taken.exclude(platform=platform)
    names = [f"{row.commune.name} ({row.platform.name})" for row in taken.order_by("commune__name")]
    if names:
        found.append(
            f"Une commune n’est que dans une plateforme\u00a0: {_some(names)}. Retirez-la d’abord de l’autre périmètre."
        )
    return found


def _some(words: list[str]) -> str:
    more = len(words) - SHOWN
    return ", ".join(words[:SHOWN]) + (f" et {more} de plus" if more > 0 else "")


def draw(*, platform: Platform, communes: Collection[str], actor: User) -> tuple[int, int]:
    """Make `communes` (INSEE codes) the perimeter of `platform`: how many come in, how many go out. Journaled.

    Raises `ValidationError`: unknown, or in another platform (the database refuses it too).
    """
    alone()
    if why := refused(communes, platform):
        raise ValidationError(why)
    held = set(PlatformCommune.objects.filter(platform=platform).values_list("commune_id", flat=True))
    out, new = sorted(held - set(communes)), sorted(set(communes) - held)
    try:
        with transaction.atomic():
            PlatformCommune.objects.filter(commune__in=out).delete()
            PlatformCommune.objects.bulk_create(PlatformCommune(commune_id=code, platform=platform) for code in new)
    except IntegrityError:
        raise ValidationError("Une de ces communes vient d’entrer dans une autre plateforme\u00a0: relisez.") from None
    if out or new:
        changes = {"communes": [", ".join(out) or None, ", ".join(new) or None]}
        record(verb="admin.change", target=platform, actor=actor, changes=changes)
    return len(new), len(out)
