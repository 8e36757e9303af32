"""The dossier word for word at a moment that counts (R13)."""

from __future__ import annotations

import datetime as dt

from recognition.contents import content_of, digest_of
from recognition.models import Candidature, Snapshot


def snapshot(*, candidature: Candidature, moment: str, at: dt.datetime) -> Snapshot:
    """Keep what the dossier says now. `moment`: « deposit », « answer ». Call it in the transaction of the act."""
    content = content_of(candidature)
    return Snapshot.objects.create(
        candidature=candidature, moment=moment, content=content, sha256=digest_of(content), taken_at=at
    )
