"""What the network holds of who worked in it: mandates go, what an organisation signed stays (M3)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.erasing import Leaving, Line, Part, Stay, Told, Warn, addresses_of, register
from accounts.models import User
from members.models import CharterSignature, Invitation, Mandate, Organisation
from members.services_team import managers_besides


def connect() -> None:
    register(Part(30, "members", "Votre travail dans le réseau", tell, erase))


def tell(user: User) -> Told:
    stays = []
    if CharterSignature.objects.filter(signed_by=user).exists():
        stays.append(Stay(
            "Les signatures de la charte que vous avez saisies",
            "elles engagent l’organisme\u00a0; elles ne sont plus reliées à vous.",
        ))  # fmt: skip
    if Mandate.objects.filter(user=user).exists():
        stays.append(Stay(
            "Les fiches, évènements et dossiers que vous avez écrits pour un organisme",
            "ils sont à l’organisme\u00a0; votre nom de compte n’y est plus. Une adresse donnée comme contact d’un"
            " organisme se change par sa page.",
        ))  # fmt: skip
    warns = [
        Warn(
            f"Vous êtes la seule personne à gérer {organisation.display_name}\u00a0: après vous, plus personne ne"
            " pourra changer sa page ni son équipe. Confiez d’abord ce rôle à quelqu’un, si vous le pouvez.",
            "/pro/", "Aller à l’espace pro",
        )
        for organisation in left_alone(user)
    ]  # fmt: skip
    return Told(_lines(user, addresses_of(user)), stays, warns=warns)


def left_alone(user: User) -> list[Organisation]:
    """The organisations, not former ones, that nobody else manages today."""
    rows = Mandate.objects.in_force().filter(user=user, role=Mandate.Role.MANAGER).select_related("organisation")
    return [
        row.organisation for row in rows.order_by("organisation__sort_key")
        if row.organisation.status != Organisation.Status.FORMER and not managers_besides(row)
    ]  # fmt: skip


def erase(leaving: Leaving) -> Sequence[Line]:
    """Mandates go with the account's row."""
    lines = _lines(leaving.user, leaving.addresses)
    _invitations(leaving.addresses).delete()
    return lines


def _lines(user: User, addresses: Sequence[str]) -> list[Line]:
    return [
        Line(Mandate.objects.filter(user=user).count(), "mandat dans un organisme", "mandats dans des organismes"),
        Line(_invitations(addresses).count(), "invitation à votre adresse", "invitations à votre adresse"),
    ]


def _invitations(addresses: Sequence[str]) -> QuerySet[Invitation]:
    return Invitation.objects.filter(email__in=addresses)
