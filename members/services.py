"""Who works where: the only doors to mandates in organisations. Each locks the organisation and writes the journal."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.services import end_period, grant_period
from core.journal import Actor
from members.models import Mandate, Organisation


@transaction.atomic
def grant_mandate(
    *,
    user: User,
    organisation: Organisation,
    role: Mandate.Role,
    actor: Actor | None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Mandate:
    """Attach `user` to `organisation`, today by default, until further notice.

    Raises `ValidationError` (French) when the account is closed, the dates are wrong, or the person already holds a
    mandate there on these dates (to change a role: end one, grant the other).
    """
    locked = _lock(organisation)
    return grant_period(
        Mandate, user=user, actor=actor, starts_on=starts_on, ends_on=ends_on, organisation=locked, role=role
    )


@transaction.atomic
def end_mandate(*, mandate: Mandate, actor: Actor | None) -> Mandate:
    """Detach the person: out at the next request. Raises `ValidationError` (French) when it is over already."""
    _lock(mandate.organisation)
    return end_period(mandate, actor=actor)


@transaction.atomic
def hand_over(*, mandate: Mandate, to: User, actor: Actor | None) -> Mandate:
    """The manager of an organisation leaves its management to `to`, in one step: it never stands without a manager.

    The mandate of the one who leaves ends; that of `to`, if there is one as a member, becomes the manager's.
    Raises `ValidationError` (French) when `mandate` is not a manager's in force, or when `to` already manages or
    has a closed account.
    """
    organisation = _lock(mandate.organisation)
    current = Mandate.objects.select_for_update().get(pk=mandate.pk)
    if current.role != Mandate.Role.MANAGER or not current.in_force:
        raise ValidationError("Seule la personne qui gère cet organisme aujourd’hui peut passer la main.")
    own = Mandate.objects.in_force().filter(user=to, organisation=organisation).first()
    if own is not None and own.role == Mandate.Role.MANAGER:
        raise ValidationError("Cette personne gère déjà cet organisme.")
    if own is not None:
        end_period(own, actor=actor)
    end_period(current, actor=actor)
    return grant_period(Mandate, user=to, actor=actor, organisation=organisation, role=Mandate.Role.MANAGER)


def _lock(organisation: Organisation) -> Organisation:
    """Two acts on the people of one organisation wait for each other."""
    return Organisation.objects.select_for_update().get(pk=organisation.pk)
