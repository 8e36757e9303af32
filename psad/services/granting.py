"""Who reads a case: given, taken over, opened for a day by necessity (D13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from core.links import absolute
from core.outbox import queue_mail
from psad import reading
from psad.lists import Purpose, Role
from psad.models import Case, CaseGrant, Grant
from psad.services.cases import day_of, locked, moved

BREAK_GLASS_HOURS = 24
SHORTEST_REASON = 10


def give(*, cases: Collection[UUID], user: User, reason: str, by: User, role: str, at: dt.datetime) -> int:
    """Give cases to a person of the platform, who then follows them: the former follower's access ends (D13).

    How many. Raises `ValidationError`: no reason, somebody without a grant there. Cases that the context does not see
    are not counted.
    """
    reason = _reason(reason)
    done = 0
    for case in sorted(cases):
        try:
            held = locked(case)
        except Case.DoesNotExist:
            continue
        follow(held, user, reason=reason, by=by, at=at)
        moved(held, "give", by=by, at=at, role=role, follower=str(user.pk))
        done += 1
    return done


def follow(held: Case, user: User, *, reason: str, by: User, at: dt.datetime) -> None:
    """`user` follows the case, whose row is held: an adviser is given it, the former follower's access ends (D13).

    Raises `ValidationError` for somebody without a grant there.
    """
    grant = _member(user, held, at)
    mine = CaseGrant.objects.filter(case=held, kind=CaseGrant.Kind.FOLLOWS).filter(_in_force(at))
    mine.exclude(user=user).update(ends_at=at)
    if grant.role == Role.ADVISER and not mine.filter(user=user).exists():
        CaseGrant.objects.filter(case=held, user=user, ends_at=None).update(ends_at=at)
        CaseGrant.objects.create(
            case=held, user=user, kind=CaseGrant.Kind.FOLLOWS, reason=reason, given_by=by, starts_at=at
        )
    held.follower = user


def break_glass(*, platform: int, case: UUID, reason: str, hours: int, user: User, at: dt.datetime) -> CaseGrant:
    """Open a case of one's platform without having been given it, for `hours` (24 at most): both heads are told now.

    The caller has just asked for a second factor. Raises `ValidationError`: no reason, too long; `Case.DoesNotExist`
    answers for a case of another platform (the database refuses the row).
    """
    reason = _reason(reason)
    if not 1 <= hours <= BREAK_GLASS_HOURS:
        raise ValidationError({"hours": f"De 1 à {BREAK_GLASS_HOURS} heures."})
    row = CaseGrant.objects.create(
        case_id=case, user=user, kind=CaseGrant.Kind.BREAK_GLASS, reason=reason, given_by=user, starts_at=at,
        ends_at=at + dt.timedelta(hours=hours),
    )  # fmt: skip
    held = Case.objects.get(pk=case, platform=platform)
    reading.log(
        platform, role="break_glass", verb="case.break_glass", purpose=Purpose.BREAK_GLASS, cases=[held.log_key]
    )
    heads = Grant.objects.in_force().filter(platform=platform, role=Role.HEAD).select_related("user")
    for head in heads:
        queue_mail(
            key=f"portal-message:{row.pk}:{head.pk}", to=head.user.email, template="portal_message",
            context={"address": absolute(reverse("account_home"))},
        )  # fmt: skip
    return row


def _reason(reason: str) -> str:
    said = " ".join(reason.split())
    if len(said) < SHORTEST_REASON:
        raise ValidationError({"reason": "Dites pourquoi, en quelques mots."})
    return said[:300]


def _member(user: User, held: Case, at: dt.datetime) -> Grant:
    day = day_of(at)
    grants = Grant.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, ended_at=None)
    found = grants.filter(platform=held.platform_id, user=user).first()
    if found is None:
        raise ValidationError({"user": "Cette personne n’est pas habilitée sur cette plateforme."})
    return found


def _in_force(at: dt.datetime) -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=at)
