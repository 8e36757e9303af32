"""The people of an organisation, as those who manage it decide: it never stands without somebody who manages it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.services import end_period, grant_period
from core.journal import Actor
from core.links import absolute
from core.outbox import queue_mail
from members.models import Mandate, Organisation
from members.services import hand_over

LAST_MANAGER = (
    "Il ne resterait personne pour gérer l’organisme\u00a0: passez d’abord la main, ou invitez une autre personne "
    "à le gérer."
)


@transaction.atomic
def remove(*, mandate: Mandate, actor: Actor | None) -> Mandate:
    """End the mandate of somebody of the team, who is told by mail and is out at the next request.

    Raises `ValidationError` (French) when it is over already, or when nobody would manage the organisation any more.
    """
    ended = _end(mandate, actor)
    queue_mail(
        key=f"mandate-ended:{ended.pk}", to=ended.user.email, template="mandate_ended",
        context={"organisation": ended.organisation.display_name, "home_url": absolute("/comptes/")},
    )  # fmt: skip
    return ended


@transaction.atomic
def leave(*, mandate: Mandate, actor: Actor | None) -> Mandate:
    """Somebody leaves the team by themselves. Raises as `remove`."""
    return _end(mandate, actor)


@transaction.atomic
def change_role(*, mandate: Mandate, role: Mandate.Role, actor: Actor | None) -> Mandate:
    """Give another role: the mandate in hand ends, one of `role` begins. The same role again changes nothing.

    Raises `ValidationError` (French) when the mandate is over, or when nobody would manage the organisation any more.
    """
    organisation, current = _locked(mandate)
    if current.role == role and current.in_force:
        return current
    if role != Mandate.Role.MANAGER:
        _check_managed_without(current)
    ends_on = current.ends_on
    end_period(current, actor=actor)
    return grant_period(Mandate, user=current.user, actor=actor, organisation=organisation, role=role, ends_on=ends_on)


def managers_besides(mandate: Mandate) -> bool:
    """Whether somebody else manages the organisation of `mandate` today."""
    rows = Mandate.objects.in_force().filter(organisation=mandate.organisation_id, role=Mandate.Role.MANAGER)
    return bool(rows.filter(user__is_active=True).exclude(user=mandate.user_id).exists())


def _end(mandate: Mandate, actor: Actor | None) -> Mandate:
    _, current = _locked(mandate)
    if current.in_force:
        _check_managed_without(current)
    return end_period(current, actor=actor)


def _check_managed_without(mandate: Mandate) -> None:
    if mandate.role == Mandate.Role.MANAGER and not managers_besides(mandate):
        raise ValidationError(LAST_MANAGER, code="last_manager")


def _locked(mandate: Mandate) -> tuple[Organisation, Mandate]:
    """The organisation first, as everywhere: two acts on its people wait for each other."""
    organisation = Organisation.objects.select_for_update().get(pk=mandate.organisation_id)
    current = Mandate.objects.select_for_update(of=("self",)).select_related("user", "organisation").get(pk=mandate.pk)
    return organisation, current


@transaction.atomic
def hand_over_and_tell(*, mandate: Mandate, to: User, actor: Actor | None) -> Mandate:
    """`members.services.hand_over`, and a mail to the one who manages from now on. Raises as it does."""
    given = hand_over(mandate=mandate, to=to, actor=actor)
    url = absolute(reverse("pro_organisation", args=[given.organisation.slug]))
    queue_mail(
        key=f"management-handed:{given.pk}", to=to.email, template="management_handed",
        context={"organisation": given.organisation.display_name, "url": url},
    )  # fmt: skip
    return given
