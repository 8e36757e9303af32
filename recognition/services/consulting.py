"""What the Region's services read of a dossier, told to the journal: who, what, when; never what it says (S2)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Now, TruncDay

from core.journal import Actor, record, record_all
from core.models import JournalEntry
from recognition.clock import PARIS
from recognition.models import Candidature, Letter, Sitting

OPENED, SHEET = "candidature.open", "candidature.sheet"


def opened(*, candidature: Candidature, actor: Actor | None) -> None:
    """Somebody has the dossier on their screen: one line a day for each person."""
    today = JournalEntry.objects.filter(
        verb=OPENED, target_type=Candidature._meta.label_lower, target_key=str(candidature.pk),
        actor_key=actor.journal_key if actor else "", at__gte=TruncDay(Now(), tzinfo=PARIS),
    )  # fmt: skip
    if not today.exists():
        record(verb=OPENED, target=candidature, actor=actor)


def took_sheets(*, sitting: Sitting, candidatures: Iterable[Candidature], actor: Actor | None) -> None:
    """The one-page sheets of these dossiers left the desk."""
    lines = ((SHEET, str(dossier.pk), {"séance": [None, str(sitting)]}) for dossier in candidatures)
    record_all(lines, target_type=Candidature._meta.label_lower, actor=actor)


def took_minutes(*, sitting: Sitting, actor: Actor | None) -> None:
    record(verb="sitting.minutes", target=sitting, actor=actor)


def took_letter(*, letter: Letter, actor: Actor | None) -> None:
    record(verb="letter.read", target=letter, actor=actor)
