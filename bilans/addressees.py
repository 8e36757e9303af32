"""Who is written to about a bilan: whoever may fill it, and the Region's service."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from accounts.models import User
from bilans import kinds
from bilans.models import Bilan
from recognition.addressees import of_region

__all__ = ["fillers", "of_region", "people_of"]


def fillers(bilans: Collection[Bilan]) -> dict[int, list[User]]:
    """The people who may fill each of `bilans` today, by its key: a query a kind, whatever their number."""
    found: dict[int, set[Any]] = {}
    for kind in kinds.every():
        among = [bilan for bilan in bilans if bilan.kind == kind.key]
        who = kind.fillers({kind.key_of(bilan) for bilan in among}) if among else {}
        found |= {bilan.pk: who.get(kind.key_of(bilan), set()) for bilan in among}
    keys = set().union(*found.values()) if found else set()
    people = list(User.objects.filter(pk__in=keys, is_active=True).order_by("email"))
    return {key: [user for user in people if user.pk in wanted] for key, wanted in found.items()}


def people_of(bilans: Collection[Bilan]) -> dict[User, list[Bilan]]:
    """Each person who fills some of `bilans`, with those, in their order: one mail says all of them."""
    whose = fillers(bilans)
    found: dict[User, list[Bilan]] = {}
    for bilan in bilans:
        for user in whose[bilan.pk]:
            found.setdefault(user, []).append(bilan)
    return dict(sorted(found.items(), key=lambda line: line[0].email))
