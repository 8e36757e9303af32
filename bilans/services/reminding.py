"""Reminders: the day comes near, or is past, and the bilan is not submitted (B2; issue 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from bilans.models import Act, Bilan, Campaign, CampaignAct
from bilans.rules import runs_bilans
from bilans.services import telling
from bilans.services.campaigns import awaited, locked
from bilans.services.noting import note, note_bilans
from core.journal import record
from recognition.clock import day_of, morning_of

WEEK = 7  # days between two reminders of what is overdue


def due_today(campaign: Campaign, on: dt.date) -> str | None:
    """The key of the reminder that is due on `on` and was not sent: the nearest to the day, or that of the week."""
    left = (campaign.due_on - on).days
    if left < 0:
        key = f"overdue:{campaign.due_on:%Y-%m-%d}:{(-left - 1) // WEEK}"
    else:
        past = [days for days in campaign.reminder_days if left <= days]
        # Announced by the opening itself, to those for whom this reminder's day came before it.
        if not past or campaign.opened_at is None:
            return None
        if campaign.opened_at >= morning_of(campaign.due_on - dt.timedelta(days=min(past) - 1)):
            return None
        key = f"reminder:{campaign.due_on:%Y-%m-%d}:{min(past)}"
    return None if campaign.acts.filter(key=key).exists() else key


@transaction.atomic
def remind(campaign: Campaign, key: str, *, on: dt.date, at: dt.datetime) -> CampaignAct | None:
    """Write to whoever has not submitted, once for `key`; the Region is told who, when the day is past."""
    held = locked(campaign)
    if not held.running:
        return None
    late = held.due_on < on
    everybody = awaited(held)
    bilans = _not_told_today(everybody, at)
    what = "Relance après l’échéance" if late else "Rappel"
    words = f"{what}\u00a0: {len(everybody)} bilans ne sont pas déposés."
    if len(everybody) == 1:
        words = f"{what}\u00a0: un bilan n’est pas déposé."
    act = note(held, text=words, at=at, key=key)
    if act is None:
        return None
    note_bilans(bilans, Act.Done.REMINDED, at=at)
    telling.tell_reminder(held, bilans, key=key, on=on)
    if late and everybody:
        names = ", ".join(bilan.name for bilan in everybody)
        telling.tell_region(
            held, key=key, title=f"Bilans {held.year} en retard\u00a0: {len(everybody)}", lines=[words, names]
        )
    return act


@transaction.atomic
def remind_again(campaign: Campaign, bilans: Collection[Bilan], *, user: User, at: dt.datetime) -> int:
    """The Region writes to whoever has not submitted these; how many bilans. One mail a day for each at most."""
    if not runs_bilans(user):
        raise PermissionDenied
    held = locked(campaign)
    if not held.running:
        return 0
    wanted = {bilan.pk for bilan in bilans}
    rows = _not_told_today([bilan for bilan in awaited(held) if bilan.pk in wanted], at)
    if not rows:
        return 0
    act = note(held, text=f"Relance par la Région\u00a0: {len(rows)} bilans.", at=at, actor=user)
    note_bilans(rows, Act.Done.REMINDED, at=at, actor=user)
    record(verb="bilans.remind", target=held, actor=user, changes={"bilans": [0, len(rows)]})
    telling.tell_reminder(held, rows, key=f"again:{act.pk if act else 0}", on=day_of(at))
    return len(rows)


def _not_told_today(bilans: list[Bilan], at: dt.datetime) -> list[Bilan]:
    """Those whose people were not written to on this day already: opened, sent back or reminded."""
    told = set(
        Act.objects.filter(
            bilan__in=[bilan.pk for bilan in bilans], at__gte=morning_of(day_of(at)).replace(hour=0),
            done__in=[Act.Done.OPENED, Act.Done.REMINDED, Act.Done.RETURNED, Act.Done.REOPENED],
        ).values_list("bilan", flat=True)
    )  # fmt: skip
    return [bilan for bilan in bilans if bilan.pk not in told]
