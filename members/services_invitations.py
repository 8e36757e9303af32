"""An organisation asks somebody to join its people: by mail, one link, once, for fourteen days."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import end_period, grant_period, rename
from core.journal import record
from core.links import absolute
from core.models import JournalEntry
from core.outbox import queue_mail
from core.secrets import digest, new_secret
from members.models import Invitation, Mandate, Organisation


class State(Enum):
    """What an invitation is worth now."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"
    ORPHAN = "orphan"  # who sent it does not manage the organisation any more, or it left the network


class InvitationRefusedError(Exception):
    """The invitation cannot be taken by this person now: `state`, or None when it is meant for another address."""

    def __init__(self, state: State | None) -> None:
        super().__init__(str(state))
        self.state = state


@transaction.atomic
def invite(*, organisation: Organisation, email: str, role: Mandate.Role, actor: User, message: str = "") -> Invitation:
    """Invite `email` and write the mail; nothing tells whether this address has an account.

    Raises `ValidationError` (French) when the person is of the team already, when an invitation to them is open, or
    when the organisation sent `INVITATIONS_A_DAY` in a day.
    """
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    address = email.strip().lower()
    if Mandate.objects.in_force().filter(organisation=locked, user__email=address).exists():
        raise ValidationError({"email": "Cette personne fait déjà partie de l’équipe."})
    pending = Invitation.objects.filter(organisation=locked, email__iexact=address, accepted_at=None, revoked_at=None)
    if pending.filter(expires_at__gt=timezone.now()).exists():
        raise ValidationError(
            {"email": "Cette adresse a déjà une invitation en cours : renvoyez-la depuis la page de l’équipe."}
        )
    pending.update(revoked_at=timezone.now())
    _check_day(locked)
    secret, kept = new_secret()
    invitation = Invitation(
        organisation=locked, email=address, role=role, digest=kept, invited_by=actor, expires_at=_until()
    )
    invitation.clean_fields(exclude=["accepted_by"])
    invitation.save()
    _send(invitation, secret, message, "invitation.send", actor)
    return invitation


@transaction.atomic
def resend(*, invitation: Invitation, actor: User) -> Invitation:
    """Send it again with a new link, for fourteen more days; the former link opens nothing any more.

    Raises `ValidationError` (French) when it was accepted or revoked, or as `invite` for too many in a day.
    """
    locked = _locked(invitation)
    if locked.accepted_at or locked.revoked_at:
        raise ValidationError("Cette invitation n’est plus en cours.")
    _check_day(locked.organisation)
    secret, locked.digest = new_secret()
    locked.expires_at, locked.invited_by = _until(), actor
    locked.save(update_fields=["digest", "expires_at", "invited_by"])
    _send(locked, secret, "", "invitation.resend", actor)
    return locked


@transaction.atomic
def revoke(*, invitation: Invitation, actor: User) -> None:
    """Its link opens nothing from now on. Revoked twice is revoked; raises `ValidationError` when it was accepted."""
    locked = _locked(invitation)
    if locked.accepted_at:
        raise ValidationError("Cette invitation a déjà été acceptée : mettez plutôt fin à la participation.")
    if locked.revoked_at is None:
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at"])
        record(verb="invitation.revoke", target=locked.organisation, actor=actor, changes=_said(locked))


@transaction.atomic
def accept(*, invitation: Invitation, user: User, name: str = "") -> Mandate:
    """`user` joins the organisation in the role offered, under `name` when it is given; the one who invited is told.

    Raises `InvitationRefusedError` when the link is not open, or when the invited address is not theirs and verified;
    `ValidationError` (French) when the mandate cannot be given.
    """
    locked = _locked(invitation)
    state = state_of(locked)
    if state is not State.OPEN:
        raise InvitationRefusedError(state)
    if not is_for(locked, user):
        raise InvitationRefusedError(None)
    if name:
        rename(user=user, name=name, actor=user)
    mandate = _mandate(locked, user)
    locked.accepted_at, locked.accepted_by = timezone.now(), user
    locked.save(update_fields=["accepted_at", "accepted_by"])
    record(verb="invitation.accept", target=locked.organisation, actor=user, changes=_said(locked))
    if locked.invited_by is not None:
        people = absolute(reverse("pro_people", args=[locked.organisation.slug]))
        queue_mail(
            key=f"invitation-accepted:{locked.pk}", to=locked.invited_by.email, template="invitation_accepted",
            context={"organisation": locked.organisation.display_name, "person": str(user), "people_url": people},
        )  # fmt: skip
    return mandate


def find(secret: str) -> Invitation | None:
    """The invitation that this link opens, whatever its state; None when there is none."""
    rows = Invitation.objects.select_related("organisation", "invited_by")
    return rows.filter(digest=digest(secret)).first()


def state_of(invitation: Invitation) -> State:
    """What the link is worth now. Who sent it must still manage the organisation: the invitations of somebody who was
    shown out do not bring them back.
    """
    if invitation.accepted_at:
        return State.USED
    if invitation.revoked_at:
        return State.REVOKED
    if invitation.expires_at <= timezone.now():
        return State.EXPIRED
    left = invitation.organisation.status == Organisation.Status.FORMER
    sender = Mandate.objects.in_force().filter(
        user=invitation.invited_by_id, organisation=invitation.organisation_id, role=Mandate.Role.MANAGER
    )
    return State.ORPHAN if left or not sender.filter(user__is_active=True).exists() else State.OPEN


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the invited address is one that `user` proved to be theirs."""
    return bool(EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email).exists())


def masked(email: str) -> str:
    """« c•••@exemple.fr »: enough to know one's own address, too little to learn that of somebody else."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"


@transaction.atomic
def purge() -> int:
    """Forget invitations `INVITATION_KEPT_DAYS` after they ended (used, revoked or expired); returns how many."""
    limit = timezone.now() - timedelta(days=settings.INVITATION_KEPT_DAYS)
    over = Q(accepted_at__lt=limit) | Q(revoked_at__lt=limit) | Q(expires_at__lt=limit)
    count, _ = Invitation.objects.filter(over).delete()
    return count


def _mandate(invitation: Invitation, user: User) -> Mandate:
    """The mandate of the role offered; who has a greater one keeps it."""
    held: Mandate | None = Mandate.objects.in_force().filter(user=user, organisation=invitation.organisation).first()
    if held is not None and (held.role in (invitation.role, Mandate.Role.MANAGER)):
        return held
    if held is not None:
        end_period(held, actor=user)
    return grant_period(
        Mandate, user=user, actor=user, organisation=invitation.organisation, role=Mandate.Role(invitation.role)
    )


def _locked(invitation: Invitation) -> Invitation:
    """The organisation first, as every act on its people does."""
    Organisation.objects.select_for_update().get(pk=invitation.organisation_id)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organisation", "invited_by")
    return rows.get(pk=invitation.pk)


def _until() -> datetime:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def _check_day(organisation: Organisation) -> None:
    """Counted in the journal, which nobody empties; the organisation is locked, so that no two count together."""
    sent = JournalEntry.objects.filter(
        target_type=organisation._meta.label_lower, target_key=str(organisation.pk),
        verb__in=("invitation.send", "invitation.resend"), at__gt=timezone.now() - timedelta(days=1),
    )  # fmt: skip
    if sent.count() >= settings.INVITATIONS_A_DAY:
        raise ValidationError(
            f"Votre organisme a envoyé {settings.INVITATIONS_A_DAY} invitations en un jour : reprenez demain.",
            code="too_many",
        )


def _send(invitation: Invitation, secret: str, message: str, verb: str, actor: User) -> None:
    # Never the address: the journal cannot forget it.
    record(verb=verb, target=invitation.organisation, actor=actor, changes=_said(invitation))
    queue_mail(
        key=f"invitation:{invitation.digest}", to=invitation.email, template="invitation",
        context={
            "organisation": invitation.organisation.display_name,
            "by": actor.name or "La personne qui gère sa page",
            "role": invitation.get_role_display(),
            "manager": invitation.role == Mandate.Role.MANAGER,
            "message": message,
            "url": absolute(reverse("pro_invitation", args=[secret])),
            "until": timezone.localtime(invitation.expires_at),
        },
    )  # fmt: skip


def _said(invitation: Invitation) -> dict[str, list[str | None]]:
    return {"invitation": [None, str(invitation.pk)], "role": [None, invitation.role]}
