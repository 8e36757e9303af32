"""The one way to write what was done of a campaign or of a bilan (R12, R13)."""

from __future__ import annotations

import datetime as dt
import secrets

from bilans.models import Act, Bilan, Campaign, CampaignAct
from core.journal import Actor

CALENDAR = "calendrier"


def note(
    campaign: Campaign, *, text: str, at: dt.datetime, actor: Actor | None = None, key: str = ""
) -> CampaignAct | None:
    """Write what happened of `campaign`, in French and without a person's name, in the transaction of the act itself.

    `key`: an act of the calendar, done once; None is answered when it was done before, and the caller does nothing.
    """
    values = {"at": at, "text": text[:300], "label": actor.journal_label[:40] if actor else CALENDAR}
    if not key:
        return CampaignAct.objects.create(campaign=campaign, key=f"acte:{secrets.token_hex(12)}", **values)
    act, created = CampaignAct.objects.get_or_create(campaign=campaign, key=key, defaults=values)
    return act if created else None


def note_bilan(bilan: Bilan, done: str, *, at: dt.datetime, actor: Actor | None = None, reason: str = "") -> Act:
    """Write what was done of `bilan`: an opaque key and a role, never a name."""
    return Act.objects.create(bilan=bilan, **act_of(done, at=at, actor=actor, reason=reason))


def note_bilans(bilans: list[Bilan], done: str, *, at: dt.datetime, actor: Actor | None = None) -> None:
    """As `note_bilan`, for many at once."""
    Act.objects.bulk_create([Act(bilan=bilan, **act_of(done, at=at, actor=actor)) for bilan in bilans])


def act_of(done: str, *, at: dt.datetime, actor: Actor | None, reason: str = "") -> dict[str, object]:
    return {
        "done": done, "at": at, "reason": reason, "user_key": actor.journal_key[:64] if actor else "",
        "label": actor.journal_label[:60] if actor else CALENDAR,
    }  # fmt: skip
