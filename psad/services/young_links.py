"""The door of the young person: a link by one way, a code by another, then half an hour (issue 6).

Nothing of either is kept but digests. Whoever tries an unknown link, one that expired, was used or taken back, or a
wrong code, is answered the same.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from hmac import compare_digest
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F

from accounts.models import User
from core.secrets import digest, new_secret
from psad import context, reading
from psad.lists import Means, Purpose
from psad.models import Case, YoungLink
from psad.services.cases import YOUNG, locked, moved

LINK_DAYS = 7
SESSION_MINUTES = 30
TRIES = 5
CODE_DIGITS = 8
# A code is not written on a sheet that lies about; a link is not dictated.
LINK_WAYS = (Means.EMAIL, Means.TEXT, Means.LETTER, Means.MEETING)
CODE_WAYS = (Means.PHONE, Means.TEXT, Means.EMAIL, Means.MEETING)
SAME_WAY = "Donnez le code par un autre moyen que le lien\u00a0: qui trouverait l’un n’aurait pas l’autre."
OPPOSED = (
    "Cette personne s’est opposée\u00a0: on ne lui écrit plus. Si elle demande elle-même sa page, donnez-lui le lien en"
    " main propre."
)


@dataclass(frozen=True)
class Given:
    """A link as it is shown, once."""

    row: YoungLink
    secret: str
    code: str


def give(
    *, case: UUID, link_by: str, code_by: str, version: int | None = None, by: User, role: str, at: dt.datetime
) -> Given:
    """Make the person's link: the former one, and its session, end at once.

    Raises `ValidationError` by field: not of the lists, the same way for both, a person who opposed.
    """
    errors = {}
    if link_by not in LINK_WAYS:
        errors["link_by"] = "Choisissez un moyen de la liste."
    if code_by not in CODE_WAYS:
        errors["code_by"] = "Choisissez un moyen de la liste."
    elif code_by == link_by:
        errors["code_by"] = SAME_WAY
    if errors:
        raise ValidationError(errors)
    held = locked(case, version=version)
    if held.opposed_at is not None and link_by != Means.MEETING:
        raise ValidationError({"link_by": OPPOSED})
    _end(held, at)
    secret, kept = new_secret()
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    row = YoungLink.objects.create(
        case=held, at=at, by=by, digest=kept, code_digest=_sealed_code(secret, code), link_by=link_by, code_by=code_by,
        expires_at=at + dt.timedelta(days=LINK_DAYS),
    )  # fmt: skip
    moved(held, "link", by=by, at=at, role=role, means=link_by)
    return Given(row, secret, code)


def revoke(*, case: UUID, by: User, role: str, at: dt.datetime) -> bool:
    """Take the link back, ending its session at once; False when none was in force."""
    held = locked(case)
    if not _end(held, at):
        return False
    moved(held, "unlink", by=by, at=at, role=role)
    return True


def in_force(case: Case) -> YoungLink | None:
    """The link that is not taken back: its `state` says whether it still opens."""
    return YoungLink.objects.filter(case=case, revoked_at=None).select_related("by").first()


def state_of(link: YoungLink, at: dt.datetime) -> str:
    """waiting | open (a session runs) | used | expired | blocked (too many wrong codes)."""
    if link.used_at is not None:
        return "open" if link.session_ends_at is not None and link.session_ends_at > at else "used"
    if link.tries >= TRIES:
        return "blocked"
    return "waiting" if link.expires_at > at else "expired"


def enter(*, token: str, code: str, at: dt.datetime) -> str | None:
    """Use the link up: what the person's browser keeps for half an hour; None whatever is wrong.

    A try is counted by the statement that reads it: a hundred at once are a hundred tries. Its write waits for no
    disk, so that a refusal takes the same time whether there is such a link or not.
    """
    digits = "".join(character for character in code if character.isdigit())
    with context.task("door"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
        rows = YoungLink.objects.filter(digest=digest(token))
        usable = rows.filter(used_at=None, revoked_at=None, expires_at__gt=at, tries__lt=TRIES)
        counted = usable.update(tries=F("tries") + 1)
        row = rows.first()
        kept = row.code_digest if row is not None and counted else digest("")
        if not compare_digest(kept, _sealed_code(token, digits)) or row is None:
            return None
        secret, row.session_digest = new_secret()
        row.used_at, row.session_ends_at = at, at + dt.timedelta(minutes=SESSION_MINUTES)
        row.save(update_fields=["used_at", "session_digest", "session_ends_at"])
        cursor.execute("SET LOCAL synchronous_commit TO on")
    return f"{row.pk}.{secret}" if _entered(row.pk) else None


def _entered(link: UUID) -> bool:
    """Log that the person came in. False for a case that is nobody's any more."""
    with context.linked(link):
        held = Case.objects.only("platform_id", "log_key").first()
        if held is not None:
            reading.log(held.platform_id, role=YOUNG, verb="young.enter", purpose=Purpose.RIGHTS, cases=[held.log_key])
    return held is not None


def kept_by(cookie: str) -> tuple[UUID, str] | None:
    """The link and the digest of the session that a browser keeps; None for words that are of no session."""
    key, _, secret = cookie.partition(".")
    try:
        return UUID(key), digest(secret)
    except ValueError:
        return None


def leave(*, link: UUID, session: str) -> None:
    """The person closes their page: the session ends, for every copy of the cookie."""
    with context.task("door"):
        YoungLink.objects.filter(pk=link, session_digest=session).update(session_ends_at=None, session_digest="")


def _end(held: Case, at: dt.datetime) -> int:
    links = YoungLink.objects.filter(case=held, revoked_at=None)
    return links.update(revoked_at=at, session_ends_at=None, session_digest="")


def _sealed_code(secret: str, code: str) -> str:
    """A digest that a dump cannot try eight digits against: the link's secret is in it, and nowhere in the database."""
    return digest(f"{secret}/{code}")
