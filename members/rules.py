"""Who may, as mandates in organisations tell. Each answer is of now: an ended mandate is out at the next request."""

from __future__ import annotations

from typing import Any

import rules

from accounts.models import User
from members.models import Mandate, Organisation


def mandates_of(user: Any) -> Any:
    """The mandates that `user` holds today in organisations that have not left the network (a candidate has not)."""
    return _mandates(user).exclude(organisation__status=Organisation.Status.FORMER)


def _mandates(user: Any, **scope: Any) -> Any:
    if not (isinstance(user, User) and user.is_active):
        return Mandate.objects.none()
    return Mandate.objects.in_force().filter(user=user, **scope)


def organisation_of(subject: Any) -> Organisation | None:
    """The organisation of `subject`: itself, or that of a thing which belongs to one."""
    if isinstance(subject, Organisation):
        return subject
    found = getattr(subject, "organisation", None)
    return found if isinstance(found, Organisation) else None


@rules.predicate
def is_member_of(user: Any, subject: Any) -> bool:
    """Works for the organisation of `subject`, in whatever role."""
    organisation = organisation_of(subject)
    return organisation is not None and _mandates(user, organisation=organisation).exists()


@rules.predicate
def is_manager_of(user: Any, subject: Any) -> bool:
    """Manages the page and the people of the organisation of `subject`."""
    organisation = organisation_of(subject)
    role = Mandate.Role.MANAGER
    return organisation is not None and _mandates(user, organisation=organisation, role=role).exists()


def held(user: Any) -> list[Mandate]:
    """The mandates that `user` holds today, former members' too, with their organisations in their order. Asked once
    for each request's user."""
    if not isinstance(user, User):
        return []
    if not hasattr(user, "_held"):
        rows = _mandates(user).select_related("organisation").order_by("organisation__sort_key", "pk")
        user._held = list(rows)  # type: ignore[attr-defined]
    return user._held  # type: ignore[attr-defined, no-any-return]


@rules.predicate
def is_professional(user: Any) -> bool:
    """Works for an organisation that belongs to the network (T3, E1)."""
    return any(mandate.organisation.public for mandate in held(user))


@rules.predicate
def works_somewhere(user: Any) -> bool:
    """Works for an organisation, a candidate too: the espace pro opens (E4)."""
    return any(mandate.organisation.status != Organisation.Status.FORMER for mandate in held(user))


@rules.predicate
def is_manager(user: Any) -> bool:
    """Manages an organisation, whichever it is."""
    return any(mandate.role == Mandate.Role.MANAGER for mandate in held(user))
