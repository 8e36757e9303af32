"""Who wrote a version: a name while the account has one, a role for good."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from spro.editorial.models import Version


def with_authors(versions: Iterable[Version]) -> list[Version]:
    """These versions, each with `shown_author`: one query for all."""
    listed = list(versions)
    keys = {version.author_key for version in listed if version.author_key}
    people = {user.journal_key: str(user) for user in User.objects.filter(pk__in=keys).only("name", "email")}
    for version in listed:
        name = people.get(version.author_key)
        version.shown_author = f"{name} ({version.author_label})" if name else version.author_label  # type: ignore[attr-defined]
    return listed
