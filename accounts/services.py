"""Accounts and the periods that give rights: every door that writes them."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar, cast

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import Period, RegionMandate, User
from core.journal import Actor, record
from core.outbox import queue_mail

P = TypeVar("P", bound=Period)


# --- Periods: what the mandates of every room have in common


@transaction.atomic
def grant_period(
    model: type[P], *, user: User, actor: Actor | None, starts_on: date | None = None, ends_on: date | None = None,
    **scope: Any,
) -> P:  # fmt: skip
    """Give `user` a mandate of this `model` (today by default, until further notice), journaled.

    `scope` is what it bears on (an organisation, an agency). The account is locked, so that two grants wait for each
    other. Raises `ValidationError` (French) when the account is closed, the dates are wrong or the person already
    holds one on these dates.
    """
    holder = User.objects.select_for_update().get(pk=user.pk)
    if not holder.is_active:
        raise ValidationError("Ce compte est fermé : rouvrez-le avant de lui confier un mandat.")
    mandate = model(user=holder, starts_on=starts_on or timezone.localdate(), ends_on=ends_on, **scope)
    mandate.full_clean()
    mandate.save()
    record(verb="mandate.grant", target=mandate, actor=actor, changes=_facts(mandate, scope))
    return mandate


@transaction.atomic
def end_period(mandate: P, *, actor: Actor | None) -> P:
    """Put an end to a mandate: it holds no more from the next request on. Journaled.

    Raises `ValidationError` (French) when it is over already.
    """
    locked = cast(P, type(mandate)._default_manager.select_for_update().get(pk=mandate.pk))
    today = timezone.localdate()
    if locked.ended_at or (locked.ends_on and locked.ends_on < today):
        raise ValidationError("Ce mandat est déjà terminé.")
    before = locked.ends_on
    locked.ended_at = timezone.now()
    locked.ends_on = max(today, locked.starts_on)
    locked.save(update_fields=["ended_at", "ends_on"])
    changes = {"ends_on": [before and before.isoformat(), locked.ends_on.isoformat()]}
    record(verb="mandate.end", target=locked, actor=actor, changes=changes)
    return locked


def _facts(mandate: Period, scope: dict[str, Any]) -> dict[str, list[Any]]:
    facts: dict[str, Any] = {"user": mandate.user_id, "starts_on": mandate.starts_on, "ends_on": mandate.ends_on}  # type: ignore[attr-defined]
    facts |= {name: getattr(value, "pk", value) for name, value in scope.items()}
    return {name: [None, None if value is None else str(value)] for name, value in facts.items()}


def grant_region_mandate(
    *, user: User, actor: Actor | None, starts_on: date | None = None, ends_on: date | None = None
) -> RegionMandate:
    """Make `user` one of the Region's staff (S3). Raises as `grant_period`."""
    return grant_period(RegionMandate, user=user, actor=actor, starts_on=starts_on, ends_on=ends_on)


def end_region_mandate(*, mandate: RegionMandate, actor: Actor | None) -> RegionMandate:
    """Raises as `end_period`."""
    return end_period(mandate, actor=actor)


# --- Accounts


@transaction.atomic
def open_account(*, email: str, name: str, actor: Actor | None, home_url: str) -> User:
    """Open an account for somebody else: no password, a mail that says how to choose one. Journaled.

    `home_url` is the absolute address of the page where a password is asked for. Raises `ValidationError` (French)
    when the address has an account.
    """
    user = User(email=email.strip().lower(), name=name)
    user.set_unusable_password()
    user.full_clean(exclude=["password"])
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    record(verb="account.open", target=user, actor=actor)
    queue_mail(
        key=f"account-opened:{user.pk}", to=user.email, template="account_opened", context={"home_url": home_url}
    )
    return user


@transaction.atomic
def rename(*, user: User, name: str, actor: Actor | None) -> None:
    """Change how a person is named. The journal says that it changed, not the name (it could not forget it)."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.name == name:
        return
    locked.name = name
    locked.save(update_fields=["name"])
    record(verb="account.rename", target=locked, actor=actor)
    user.name = name


def mandates(user: User) -> list[Any]:
    """Every mandate that `user` holds, held or will hold, of every room; the latest first in each."""
    return [
        mandate
        for relation in _mandates()
        for mandate in relation.related_model._default_manager.filter(user=user).order_by("-starts_on", "-pk")
    ]


def period_models() -> list[Any]:
    """Every kind of mandate, of every room."""
    return [relation.related_model for relation in _mandates()]


def _mandates() -> list[Any]:
    """The relations by which the rooms above attach a period to an account."""
    return [r for r in User._meta.related_objects if issubclass(cast(Any, r.related_model), Period)]
