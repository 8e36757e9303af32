"""Who is written to about a dossier: those who manage the organisation, and the Region's service."""

from __future__ import annotations

import hashlib
from typing import Any

from accounts.models import RegionMandate, User
from core.links import absolute
from core.outbox import queue_mail
from members.models import Mandate, Organisation
from recognition import rulebook
from recognition.models import Candidature

# Mails that hold no words that somebody typed: they may go to an address that nobody checked.
SETTLED = frozenset(
    {
        "candidature_complete", "candidature_completed", "candidature_deposited", "recognition_carried",
        "recognition_letter", "recognition_opened", "recognition_renewal",
    }
)  # fmt: skip


def managers_of(organisation: Organisation) -> list[User]:
    """Who manages the organisation today, in a stable order."""
    return _holding(Mandate.objects.filter(organisation=organisation, role=Mandate.Role.MANAGER))


def team_of(organisation: Organisation) -> list[User]:
    """Who works for the organisation today: all of them write its dossier."""
    return _holding(Mandate.objects.filter(organisation=organisation))


def _holding(mandates: Any) -> list[User]:
    return list(User.objects.filter(pk__in=mandates.in_force().values("user"), is_active=True).order_by("email"))


def contact_of(candidature: Candidature) -> str:
    """The address that the dossier gives; empty before the deposit.

    Anybody types it, and nobody checked that its holder asked for anything: until a dossier is deposited, which the
    Region then reads, nothing is written to it.
    """
    return candidature.contact_email if candidature.deposited_at else ""


def of_organisation(organisation: Organisation, *, whole_team: bool = False) -> list[str]:
    """The addresses of its managers (`whole_team`: of all its people), each once."""
    people = (team_of if whole_team else managers_of)(organisation)
    return list({user.email.lower(): user.email for user in people}.values())


def of_region() -> list[str]:
    """The service's own address when the rules give one; otherwise that of each person of the Region."""
    service = rulebook.text("service_email")
    if service:
        return [service]
    holders = RegionMandate.objects.in_force().values("user")
    return list(User.objects.filter(pk__in=holders, is_active=True).order_by("email").values_list("email", flat=True))


def tell_organisation(
    *, key: str, candidature: Candidature, template: str, context: dict[str, Any], whole_team: bool = False
) -> int:
    """One mail to each address of the organisation, once for this `key`; how many were written.

    The contact of a deposited dossier, when it is nobody's account here, reads `template` if it holds words of ours
    alone (`SETTLED`); otherwise that something waits on the page of the dossier.
    """
    full = {
        "candidature": candidature, "organisation": candidature.organisation,
        "url": absolute(candidature.get_absolute_url()),
    } | context  # fmt: skip
    addresses = of_organisation(candidature.organisation, whole_team=whole_team)
    contact = contact_of(candidature)
    if contact.lower() in {"", *(address.lower() for address in addresses)}:
        return _tell(key, addresses, template, full)
    known = template if template in SETTLED else "candidature_waiting"
    return _tell(key, addresses, template, full) + _tell(key, [contact], known, full)


def tell_region(*, key: str, template: str, context: dict[str, Any]) -> int:
    """One mail to each address of the Region, once for this `key`; how many were written."""
    return _tell(key, of_region(), template, context)


def _tell(key: str, addresses: list[str], template: str, context: dict[str, Any]) -> int:
    return sum(
        queue_mail(key=f"{key}:{_digest(address)}", to=address, template=template, context=context)
        for address in addresses
    )


def _digest(address: str) -> str:
    """Keys are kept and shown: they hold no address."""
    return hashlib.sha256(address.lower().encode()).hexdigest()[:16]
