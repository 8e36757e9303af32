"""Accounts that nobody uses any more are forgotten (D13): told thirty days before, told again seven days before, then
gone with all they hold (`ACCOUNT_NOTICE_DAYS`)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import erasing
from accounts.erasing import on_every_ground
from accounts.models import User
from accounts.services import mandates, period_models
from core.journal import record
from core.links import absolute
from core.models import JournalEntry
from core.outbox import queue_mail

WARNING = "account.warn"


def _ended_on(mandate: Any) -> date | None:
    """When it stopped to hold; None while it holds, or will."""
    if mandate.ended_at:
        return timezone.localdate(mandate.ended_at)
    return mandate.ends_on if mandate.ends_on and mandate.ends_on < timezone.localdate() else None


def forgotten_on(user: User) -> date | None:
    """The day from which `user` may be forgotten; None when never (the technician, a mandate in force or to come).

    `ACCOUNT_KEPT_DAYS` after the end of the last mandate or the last sign-in, whichever is later; without any mandate,
    `ACCOUNT_IDLE_DAYS` after the last sign-in, or the opening of an account that never served.
    """
    seen = timezone.localdate(user.last_login or user.created_at)
    if user.is_superuser:
        return None
    ends = [_ended_on(mandate) for mandate in mandates(user)]
    if None in ends:
        return None
    if not ends:
        return seen + timedelta(days=settings.ACCOUNT_IDLE_DAYS)
    return max(seen, *filter(None, ends)) + timedelta(days=settings.ACCOUNT_KEPT_DAYS)


def notices() -> list[int]:
    """How many days before the end each notice is given, the first one first."""
    return sorted({days for days in settings.ACCOUNT_NOTICE_DAYS if days > 0}, reverse=True) or [30]


@transaction.atomic
def forget_dormant() -> tuple[int, int]:
    """Tell who has not come for long, forget who was told in time. Returns how many of each.

    Journaled without names. Signing in after any of the mails is enough to stay.
    """
    with on_every_ground():
        return _forget_dormant()


def _forget_dormant() -> tuple[int, int]:
    today, now = timezone.localdate(), timezone.now()
    shortest = min(settings.ACCOUNT_KEPT_DAYS, settings.ACCOUNT_IDLE_DAYS) - notices()[0]
    quiet = now - timedelta(days=shortest)
    rows = User.objects.select_for_update().annotate(seen=Coalesce("last_login", "created_at"))
    warned = gone = 0
    for user in rows.filter(seen__lt=quiet, is_superuser=False).order_by("pk"):
        day = forgotten_on(user)
        if day is None:
            continue
        told = _told_at(user)
        due = _next_notice(day, told, today)
        if due is not None:
            _warn(user, _end(day, told, today, due), due)
            warned += 1
        elif len(told) == len(notices()) and today >= day and _in_time(told, now):
            erasing.erase(user=user, at=now, verb="account.forget", by_owner=False)
            gone += 1
    return warned, gone


def _end(day: date, told: list[datetime], today: date, notice: int) -> date:
    """The day told by the notice given now: never sooner than it promises, whatever was missed before."""
    first = timezone.localdate(told[0]) + timedelta(days=notices()[0]) if told else day
    return max(day, first, today + timedelta(days=notice))


def _next_notice(day: date, told: list[datetime], today: date) -> int | None:
    """The notice to give now, in days before the end; None when none is due."""
    if len(told) >= len(notices()):
        return None
    notice = notices()[len(told)]
    if told:  # the end moves when the first notice came late
        day = max(day, timezone.localdate(told[0]) + timedelta(days=notices()[0]))
    return notice if today >= day - timedelta(days=notice) else None


def _in_time(told: list[datetime], now: datetime) -> bool:
    """Whether each notice was given as long before as it says."""
    return all(at <= now - timedelta(days=days) for at, days in zip(told, notices(), strict=True))


def _told_at(user: User) -> list[datetime]:
    """When each notice was written since the last sign-in and since the last mandate ended, the oldest first."""
    since = user.last_login or user.created_at
    lines = JournalEntry.objects.filter(target_type=User._meta.label_lower, target_key=str(user.pk))
    lines = lines.filter(verb=WARNING, at__gte=since)
    last = max((ended for ended in map(_ended_on, mandates(user)) if ended), default=None)
    if last is not None:
        lines = lines.filter(at__date__gte=last)
    return list(lines.order_by("id").values_list("at", flat=True))


def _warn(user: User, day: date, notice: int) -> None:
    record(verb=WARNING, target=user, actor=None)
    told = erasing.beforehand(user)
    context = {
        "day": day, "last": notice == notices()[-1] and len(notices()) > 1,
        "login_url": absolute("/comptes/connexion/"),
        "lost": [str(line) for part in told.parts if part.take for line in part.goes],
        "takes": [(words, absolute(path)) for words, path in told.takes],
    }  # fmt: skip
    queue_mail(
        key=f"account-dormant:{user.pk}:{day.isoformat()}:{notice}", to=user.email, template="account_dormant",
        context=context,
    )  # fmt: skip


@transaction.atomic
def forget_mandates() -> int:
    """Mandates that ended `MANDATE_KEPT_DAYS` ago leave the database (the journal keeps that they were); how many."""
    limit = timezone.now() - timedelta(days=settings.MANDATE_KEPT_DAYS)
    over = Q(ended_at__lt=limit) | Q(ends_on__lt=timezone.localdate(limit))
    with on_every_ground():
        return sum(model._default_manager.filter(over).delete()[0] for model in period_models())


@transaction.atomic
def purge_unverified_accounts() -> int:
    """Forget who signed up and never proved an address, after `UNVERIFIED_ACCOUNT_DAYS`. Journaled without names.

    An account that somebody opened for another, that was used or that holds a mandate stays. Returns how many went.
    """
    limit = timezone.now() - timedelta(days=settings.UNVERIFIED_ACCOUNT_DAYS)
    rows = User.objects.filter(created_at__lt=limit, last_login=None, is_superuser=False).select_for_update()
    rows = rows.exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user"))
    count = 0
    with on_every_ground():
        for user in rows:
            if _opened_for_them(user) or mandates(user):
                continue
            erasing.erase(user=user, at=timezone.now(), verb="account.purge", by_owner=False)
            count += 1
    return count


def _opened_for_them(user: User) -> bool:
    """Whether somebody of the Region opened this account: the journal says it for good."""
    opened = JournalEntry.objects.filter(
        verb="account.open", target_type=user._meta.label_lower, target_key=str(user.pk)
    )
    return opened.exists()
