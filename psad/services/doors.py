"""What a partner does with a share: reads it, answers, comes in by a link and a code (D5, D8)."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from accounts.models import User
from core.links import absolute
from core.outbox import queue_mail
from core.sealing import opened
from core.secrets import digest
from psad import context
from psad.lists import SharedItem
from psad.models import Platform, Share, ShareAnswer, ShareItem
from psad.services.contacting import LONGEST_NOTE

TRIES = 5


@dataclass(frozen=True)
class Shown:
    """A share whose reading is logged: the chosen items and nothing else."""

    share: Share
    platform: Platform
    message: str
    lines: list[tuple[str, Any]]
    answers: list[tuple[dt.datetime, str]]


def read(share: Share, platform: Platform | None = None) -> Shown:
    """Open a share, in the name of its partner (or of its link). The log is written first, and fails the reading."""
    key = log(share.pk, "share.read")
    seal = opened(share.sealed_key)
    found = {row.kind: row for row in ShareItem.objects.filter(share=share)}
    lines = [
        (item.label, seal.open(found[item].content, bound=f"share/{share.pk}/{item}"))
        for item in SharedItem
        if item in found
    ]
    said = [
        (row.at, str(seal.open(row.text, bound=f"share/{share.pk}/answer/{row.pk}") or ""))
        for row in ShareAnswer.objects.filter(share=share)
    ]
    message = str(seal.open(share.message, bound=f"share/{share.pk}/message") or "")
    return Shown(share, platform or Platform.objects.get(pk=key), message, lines, said)


def answer(*, share: Share, text: str, by: User | None, at: dt.datetime) -> ShareAnswer:
    """Write to the team, sealed with the key of the share; who shared it is told that a message waits.

    Raises `ValidationError`: nothing written.
    """
    words = text.strip()[:LONGEST_NOTE]
    if not words:
        raise ValidationError({"text": "Écrivez quelques mots."})
    log(share.pk, "share.answer")
    row = ShareAnswer(share=share, at=at, by=by)
    row.text = opened(share.sealed_key).close(words, bound=f"share/{share.pk}/answer/{row.pk}")
    row.save(force_insert=True)
    sharer = User.objects.filter(pk=share.by_id, is_active=True).first() if share.by_id else None
    if sharer is not None:
        queue_mail(
            key=f"portal-message:{row.pk}", to=sharer.email, template="portal_message",
            context={"address": absolute(reverse("account_home"))},
        )  # fmt: skip
    return row


def log(share: UUID, verb: str) -> int:
    """Write a reading of a share in the log of its platform, whose key it answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT psad_log_share(%s, %s)", [share, verb])
        platform: int = cursor.fetchone()[0]
    return platform


# --- The link of a partner without an account


def of_link(token: str) -> UUID | None:
    """The share in force that the link opens. Unknown, expired, revoked, burnt: none, alike."""
    with context.task("door"):
        found = Share.objects.filter(link_digest=digest(token)).values_list("pk", flat=True).first()
    if found is None:
        return None
    with context.linked(found):
        return found if Share.objects.filter(pk=found).exists() else None


def enter(*, share: UUID, code: str, at: dt.datetime) -> bool:
    """Whether `code` is that of the share. Each wrong one is counted, whoever sends it: the fifth burns the link."""
    with context.task("door"):
        row = Share.objects.select_for_update().get(pk=share)
        if row.tries >= TRIES or not row.code_digest or row.revoked_at is not None:
            return False
        typed = "".join(sign for sign in code if sign.isdigit())
        if secrets.compare_digest(digest(f"{row.pk}{typed}"), row.code_digest):
            return True
        row.tries += 1
        if row.tries >= TRIES:
            # Nobody comes in any more; the team still reads what was answered, until it takes the share back.
            row.link_digest, row.code_digest, row.revoked_at = None, "", at
        row.save()
        log(row.pk, "share.burnt" if row.tries >= TRIES else "share.wrong_code")
    return False


def burnt(share: Share) -> bool:
    return share.tries >= TRIES
