"""Accounts that nobody uses any more are forgotten (D13): told thirty days before, then gone with all they hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.services import mandates, period_models
from core.journal import record
from core.links import absolute
from core.models import JournalEntry
from core.outbox import queue_mail

WARNED_DAYS = 30
WARNING = "account.warn"
_grounds: list[Callable[[], AbstractContextManager[None]]] = []


def register_ground(ground: Callable[[], AbstractContextManager[None]]) -> None:
    """Let a room whose rows the database shows to nobody be asked for the mandates it holds, and freed of an account:
    what is forgotten is looked for, and deleted, inside of `ground()`."""
    _grounds.append(ground)


def _on_every_ground() -> ExitStack:
    stack = ExitStack()
    for ground in _grounds:
        stack.enter_context(ground())
    return stack


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


@transaction.atomic
def forget_dormant() -> tuple[int, int]:
    """Warn who has not come for long, forget who was warned thirty days ago. Returns how many of each.

    Journaled without names. Signing in after the mail is enough to stay.
    """
    with _on_every_ground():
        return _forget_dormant()


def _forget_dormant() -> tuple[int, int]:
    today = timezone.localdate()
    shortest = min(settings.ACCOUNT_KEPT_DAYS, settings.ACCOUNT_IDLE_DAYS) - WARNED_DAYS
    quiet = timezone.now() - timedelta(days=shortest)
    rows = User.objects.select_for_update().annotate(seen=Coalesce("last_login", "created_at"))
    warned = gone = 0
    for user in rows.filter(seen__lt=quiet, is_superuser=False).order_by("pk"):
        day = forgotten_on(user)
        if day is None or today < day - timedelta(days=WARNED_DAYS):
            continue
        said = _warned_at(user)
        if said is None:
            _warn(user, max(day, today + timedelta(days=WARNED_DAYS)))
            warned += 1
        elif today >= day and said <= timezone.now() - timedelta(days=WARNED_DAYS):
            _forget(user)
            gone += 1
    return warned, gone


def _warned_at(user: User) -> datetime | None:
    """When the mail was written since the last sign-in and since the last mandate ended."""
    since = user.last_login or user.created_at
    lines = JournalEntry.objects.filter(target_type=User._meta.label_lower, target_key=str(user.pk))
    lines = lines.filter(verb=WARNING, at__gte=since)
    last = max((ended for ended in map(_ended_on, mandates(user)) if ended), default=None)
    if last is not None:
        lines = lines.filter(at__date__gte=last)
    return lines.order_by("-id").values_list("at", flat=True).first()


def _warn(user: User, day: date) -> None:
    record(verb=WARNING, target=user, actor=None)
    context = {"day": day, "login_url": absolute("/comptes/connexion/")}
    queue_mail(
        key=f"account-dormant:{user.pk}:{day.isoformat()}", to=user.email, template="account_dormant", context=context
    )


def _forget(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
    record(verb="account.forget", target=user, actor=None)
    user.delete()


@transaction.atomic
def forget_mandates() -> int:
    """Mandates that ended `MANDATE_KEPT_DAYS` ago leave the database (the journal keeps that they were); how many."""
    limit = timezone.now() - timedelta(days=settings.MANDATE_KEPT_DAYS)
    over = Q(ended_at__lt=limit) | Q(ends_on__lt=timezone.localdate(limit))
    with _on_every_ground():
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
    with _on_every_ground():
        for user in rows:
            if _opened_for_them(user) or mandates(user):
                continue
            record(verb="account.purge", target=user, actor=None)
            user.delete()
            count += 1
    return count


def _opened_for_them(user: User) -> bool:
    """Whether somebody of the Region opened this account: the journal says it for good."""
    opened = JournalEntry.objects.filter(
        verb="account.open", target_type=user._meta.label_lower, target_key=str(user.pk)
    )
    return opened.exists()
