"""Who works in circle 1, who is known of circle 2: named, dated, reasoned, ended with a reason (D1, D5, D13)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from core.links import absolute
from core.outbox import queue_mail
from members.models import Organisation
from psad import reading
from psad.lists import PartnerKind, Role, Side
from psad.models import Case, CaseGrant, Grant, Move, Partner, Platform
from psad.services.cases import day_of
from psad.services.granting import SHORTEST_REASON

_NAMING = 7306  # a lock of the database, for the time of a transaction
ALREADY = "Cette personne est déjà habilitée sur cette plateforme, ces jours-là."
HEADED = "Ce côté de la plateforme a déjà une personne responsable."
HEADS_STAY = (
    "Une personne responsable de plateforme est remplacée par la Région\u00a0: c’est elle qui met fin à son"
    " habilitation."
)


def grant(
    *, platform: Platform, user: User, role: str, side: str, reason: str, starts_on: dt.date,
    ends_on: dt.date | None = None, by: User, at: dt.datetime,
) -> Grant:  # fmt: skip
    """Let a person work in circle 1. The database lets a head do so, and nobody else.

    Raises `ValidationError` by field: already there those days (also by the other head, a moment ago), a second head on
    one side, no reason.
    """
    if role not in Role.values:
        raise ValidationError({"role": "Choisissez un rôle de la liste."})
    if side not in Side.values:
        raise ValidationError({"side": "Choisissez dans la liste."})
    row = Grant(
        platform=platform, user=user, role=role, side=side, reason=_reason(reason), starts_on=starts_on,
        ends_on=ends_on, given_by=by,
    )  # fmt: skip
    if starts_on < day_of(at):
        raise ValidationError({"starts_on": "À partir d’aujourd’hui au plus tôt."})
    if ends_on is not None and ends_on < starts_on:
        raise ValidationError({"ends_on": "La fin ne peut précéder le début."})
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "psad_one_head_a_side" in str(error):
            raise ValidationError({"role": HEADED}) from None
        raise ValidationError({"user": ALREADY}) from None
    reading.log(platform.pk, role=Role.HEAD, verb="grant.given")
    _tell(f"psad-grant:{row.pk}", user.email)
    return row


def end_grant(*, grant: UUID, platform: Platform, reason: str, by: User, at: dt.datetime) -> Grant:
    """End it at once: the next request of the person finds nothing any more; the cases they followed wait for somebody.

    Raises `Grant.DoesNotExist`, `ValidationError`: no reason, a head's, ended already (by the other head).
    """
    reason = _reason(reason)
    row = Grant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant, platform=platform)
    if row.ended_at is not None:
        raise ValidationError("Cette habilitation a déjà pris fin.")
    if row.role == Role.HEAD:
        raise ValidationError(HEADS_STAY)
    row.ended_at, row.end_reason, row.ended_by = at, reason, by
    row.save(update_fields=["ended_at", "end_reason", "ended_by"])
    CaseGrant.objects.filter(case__platform=platform, user=row.user_id).filter(
        Q(ends_at=None) | Q(ends_at__gt=at)
    ).update(ends_at=at)
    followed = list(Case.objects.filter(platform=platform, follower=row.user_id).values_list("pk", flat=True))
    Case.objects.filter(pk__in=followed).update(follower=None, version=F("version") + 1)
    Move.objects.bulk_create(Move(case_id=key, at=at, by=by, verb="left") for key in followed)
    reading.log(platform.pk, role=Role.HEAD, verb="grant.ended")
    return row


def name_partner(
    *, platform: Platform, name: str, email: str, kind: str, organisation: Organisation | None, organisation_name: str,
    starts_on: dt.date, ends_on: dt.date | None = None, by: User, role: str, at: dt.datetime,
) -> Partner:  # fmt: skip
    """Name a person of an organisation of circle 2. Their account, when they have one, is found by their address.

    Raises `ValidationError` by field.
    """
    if kind not in PartnerKind.values:
        raise ValidationError({"kind": "Choisissez dans la liste."})
    if ends_on is not None and ends_on < starts_on:
        raise ValidationError({"ends_on": "La fin ne peut précéder le début."})
    email = email.strip().lower()
    _lock(platform)
    today = day_of(at)
    known = Partner.objects.filter(platform=platform, email=email, ended_at=None)
    if known.filter(Q(ends_on=None) | Q(ends_on__gte=today)).exists():
        raise ValidationError({"email": "Cette personne est déjà partenaire de la plateforme."})
    row = Partner(
        platform=platform, organisation=organisation, organisation_name=organisation_name.strip()[:200], kind=kind,
        name=name.strip()[:150], email=email, starts_on=starts_on, ends_on=ends_on, given_by=by,
        user=User.objects.filter(email=email, is_active=True).first(),
    )  # fmt: skip
    row.save(force_insert=True)
    reading.log(platform.pk, role=role, verb="partner.named")
    if row.user_id is not None:
        _tell(f"psad-partner:{row.pk}", email)
    return row


def change_partner(
    *, partner: UUID, platform: Platform, ends_on: dt.date | None, role: str, at: dt.datetime
) -> Partner:
    """Say until when a person is a partner; look for their account again. Raises `Partner.DoesNotExist`,
    `ValidationError`."""
    row = Partner.objects.select_for_update(of=("self",)).get(pk=partner, platform=platform)
    if row.ended_at is not None:
        raise ValidationError("Ce partenariat a déjà pris fin.")
    if ends_on is not None and ends_on < max(row.starts_on, day_of(at)):
        raise ValidationError(
            {"ends_on": "À partir d’aujourd’hui. Pour y mettre fin tout de suite, utilisez le bouton."}
        )
    row.ends_on = ends_on
    row.user = row.user or User.objects.filter(email=row.email, is_active=True).first()
    row.save(update_fields=["ends_on", "user"])
    reading.log(platform.pk, role=role, verb="partner.changed")
    return row


def end_partner(*, partner: UUID, platform: Platform, role: str, at: dt.datetime) -> Partner:
    """End it at once: what was shared with the person is read no more, a page left open included."""
    row = Partner.objects.select_for_update(of=("self",)).get(pk=partner, platform=platform)
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        reading.log(platform.pk, role=role, verb="partner.ended")
    return row


def _lock(platform: Platform) -> None:
    """One naming at a time in a platform: two heads who name the same person do it once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_NAMING, platform.pk])


def _reason(reason: str) -> str:
    said = " ".join(reason.split())
    if len(said) < SHORTEST_REASON:
        raise ValidationError({"reason": "Dites pourquoi, en quelques mots."})
    return said[:300]


def _tell(key: str, address: str) -> None:
    queue_mail(key=key, to=address, template="portal_message", context={"address": absolute(reverse("account_home"))})
