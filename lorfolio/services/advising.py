"""A professional of the SPRO is shown what was chosen, for a time, and comments; nothing else (L9).

Every door checks the person's own say again: revoked, over, declined or out of the network, nothing opens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from core.journal import record
from core.links import absolute
from core.outbox import queue_mail
from core.secrets import digest, new_secret
from lorfolio import letters, selecting
from lorfolio.http import is_minor
from lorfolio.models import Advice, Comment, Cv, Portfolio, Selection, Visit
from lorfolio.selecting import Key
from members.rules import held as mandates_held
from members.rules import is_professional

MOST = 10  # invitations that stand at once
MOST_COMMENTS = 500  # of one invitation
SAME_LOOK = dt.timedelta(minutes=10)  # the same page opened again is the same visit
SAME_CLICK = dt.timedelta(minutes=1)
YOUNG = "Avant quinze ans, un Lorfolio ne se montre à personne par le portail."


def in_force(today: dt.date) -> QuerySet[Advice]:
    """Those that open something, or may, today."""
    return Advice.objects.filter(revoked_at=None, declined_at=None, until__gte=today)


def followed_by(user: Any, today: dt.date) -> QuerySet[Advice]:
    """What `user` may read today: accepted, in force, as long as they work in the network; nobody under fifteen's."""
    if not is_professional(user):
        return Advice.objects.none()
    rows = in_force(today).filter(adviser=user, accepted_at__isnull=False, portfolio__erasing=False)
    return rows.filter(Q(portfolio__minor_until=None) | Q(portfolio__minor_until__lte=today))


@transaction.atomic
def invite(
    *, portfolio: Portfolio, email: str, until: dt.date, message: str = "", keys: Sequence[Key] = (),
    cvs: Collection[Cv] = (), with_project: bool = False, at: dt.datetime,
) -> Advice:  # fmt: skip
    """Write to `email` the one link that opens the invitation. Raises `ValidationError` (French, by field)."""
    held = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    today = timezone.localdate(at)
    _check_dates(held, until, today)
    email = email.strip().lower()
    if email == held.user.email:
        raise ValidationError({"email": "C’est votre propre adresse."})
    standing = in_force(today).filter(portfolio=held)
    same = standing.filter(email=email, accepted_at=None).first()
    if same is not None:
        if at - same.created_at < SAME_CLICK:
            return same
        raise ValidationError({"email": "Cette personne est déjà invitée. Retirez d’abord l’invitation en cours."})
    if standing.count() >= MOST:
        raise ValidationError(f"Vous avez déjà {MOST} invitations en cours\u00a0: retirez celles qui ne servent plus.")
    secret, kept = new_secret()
    advice = Advice.objects.create(
        portfolio=held, selection=Selection.objects.create(portfolio=held), email=email, message=message, digest=kept,
        until=until, with_project=with_project,
    )  # fmt: skip
    _show(advice, keys, cvs)
    record(verb="lorfolio.advice", target=advice, actor=held.user)
    queue_mail(
        key=f"lorfolio-advice:{advice.pk}:invite", to=email, template="lorfolio_advice_invite",
        context={
            "name": letters.signed(held.full_name, "Une personne"), "message": message, "until": until,
            "url": absolute(f"/pro/lorfolio/{secret}/"),
        },
    )  # fmt: skip
    return advice


@transaction.atomic
def change(
    *, advice: Advice, keys: Sequence[Key], cvs: Collection[Cv], with_project: bool, until: dt.date, today: dt.date
) -> None:
    """What is shown, and until when, from now on. Raises `ValidationError` (French)."""
    locked = Advice.objects.select_for_update().select_related("portfolio", "selection").get(pk=advice.pk)
    _check_dates(locked.portfolio, until, today)
    locked.with_project, locked.until = with_project, until
    locked.save(update_fields=["with_project", "until", "changed_at"])
    _show(locked, keys, cvs)


@transaction.atomic
def revoke(*, advice: Advice, at: dt.datetime) -> None:
    """Nothing opens any more from the next request on; the comments stay the person's. Twice is once."""
    rows = Advice.objects.filter(pk=advice.pk, revoked_at=None)
    if rows.update(revoked_at=at, email=""):
        _forget_invitation([advice.pk])
        record(verb="lorfolio.advice_end", target=advice, actor=advice.portfolio.user)


@transaction.atomic
def forget(*, advice: Advice, at: dt.datetime) -> None:
    """The invitation goes, with its comments and its trace."""
    revoke(advice=advice, at=at)
    Selection.objects.filter(pk=advice.selection_id).delete()


def of_secret(secret: str, today: dt.date) -> Advice | None:
    """The invitation that this link opens today, answered or not; None once it is over, revoked or declined."""
    rows = in_force(today).select_related("portfolio__user", "adviser")
    found = rows.filter(digest=digest(secret)).first()
    return None if found is None or is_minor(found.portfolio, today) else found


def proved(advice: Advice, user: User) -> bool:
    """Whether the invited address is one that `user` proved to be theirs."""
    from accounts.erasing import addresses_of

    return bool(advice.email) and advice.email.lower() in addresses_of(user)


@transaction.atomic
def accept(*, advice: Advice, user: User, typed: str = "", at: dt.datetime) -> Advice:
    """`user`, of the network, takes the invitation: of the address it was mailed to, or who can say which one it was.

    Raises `ValidationError` (French, on `typed`).
    """
    locked = in_force(timezone.localdate(at)).select_for_update().filter(pk=advice.pk).first()
    if locked is None:
        raise ValidationError("Cette invitation n’est plus valable.")
    if locked.accepted_at is not None:
        if locked.adviser_id == user.pk:
            return locked
        raise ValidationError("Quelqu’un d’autre a déjà répondu à cette invitation.")
    if not is_professional(user):
        raise ValidationError("Seule une personne qui travaille pour un organisme du réseau peut l’accepter.")
    if not proved(locked, user) and typed.strip().lower() != locked.email.lower():
        raise ValidationError({"typed": "Ce n’est pas l’adresse à laquelle l’invitation a été envoyée."})
    locked.adviser, locked.accepted_at, locked.email, locked.adviser_words = user, at, "", words_of(user)
    locked.save(update_fields=["adviser", "accepted_at", "email", "adviser_words", "changed_at"])
    record(verb="lorfolio.advice_accept", target=locked, actor=user)
    _tell_owner(locked, "accepted", at)
    return locked


@transaction.atomic
def decline(*, advice: Advice, at: dt.datetime) -> None:
    """No thank you; nothing was read."""
    if Advice.objects.filter(pk=advice.pk, accepted_at=None, declined_at=None).update(declined_at=at, email=""):
        _forget_invitation([advice.pk])
        _tell_owner(advice, "declined", at)


@transaction.atomic
def look(*, advice: Advice, what: str, at: dt.datetime) -> None:
    """The trace the person reads; the same page opened again within minutes is one visit."""
    Advice.objects.select_for_update().only("pk").get(pk=advice.pk)
    if not Visit.objects.filter(advice=advice, what=what[:120], at__gt=at - SAME_LOOK).exists():
        Visit.objects.create(advice=advice, what=what[:120], at=at)


@transaction.atomic
def say(*, advice: Advice, text: str, about: str, by_owner: bool, at: dt.datetime) -> Comment:
    """A comment of the adviser, or an answer. The other one is told by a mail a day at most, which says nothing of it.

    Raises `ValidationError` (French) once the invitation is over.
    """
    locked = (
        in_force(timezone.localdate(at)).select_for_update().filter(pk=advice.pk, accepted_at__isnull=False).first()
    )
    if locked is None:
        raise ValidationError("Cet accompagnement est terminé\u00a0: plus personne ne peut y écrire.")
    before = Comment.objects.filter(advice=locked)
    twice = before.filter(by_owner=by_owner, about=about, text=text, at__gt=at - SAME_CLICK).first()
    if twice is not None:
        return twice
    if before.count() >= MOST_COMMENTS:
        raise ValidationError("Il y a déjà beaucoup de messages ici\u00a0: continuez de vive voix.")
    said = Comment.objects.create(advice=locked, by_owner=by_owner, about=about, text=text, at=at)
    if by_owner:
        _tell_adviser(locked, at)
    else:
        _tell_owner(locked, "said", at)
    return said


def mark_read(*, advice: Advice, by_owner: bool, at: dt.datetime) -> int:
    """What the other one wrote is read; how many were new."""
    return Comment.objects.filter(advice=advice, by_owner=not by_owner, read_at=None).update(read_at=at)


def unread(portfolio: Portfolio) -> int:
    """Comments that the person has not read yet."""
    return Comment.objects.filter(advice__portfolio=portfolio, by_owner=False, read_at=None).count()


def unread_by(user: Any, today: dt.date) -> int:
    """Answers that the adviser has not read yet."""
    rows = Comment.objects.filter(by_owner=True, read_at=None)
    return rows.filter(advice__in=followed_by(user, today).order_by()).count()


def end_over(*, today: dt.date) -> int:
    """The addresses of invitations that are over are forgotten. Returns how many."""
    over = Advice.objects.filter(Q(until__lt=today) | Q(declined_at__isnull=False) | Q(revoked_at__isnull=False))
    kept = list(over.exclude(email="").values_list("pk", flat=True))
    _forget_invitation(kept)
    return Advice.objects.filter(pk__in=kept).update(email="")


def _forget_invitation(advices: Iterable[UUID]) -> None:
    """The mail that invited: a sent one keeps the address."""
    letters.forget(keys=[f"lorfolio-advice:{key}:invite" for key in advices])


def words_of(user: User) -> str:
    """« Camille Exemple, Mission locale de Troyes »: who the adviser is, for the person."""
    places = [mandate.organisation.display_name for mandate in mandates_held(user) if mandate.organisation.public]
    return ", ".join(filter(None, (user.name, places[0] if places else "")))[:250] or "Une personne du réseau"


def _check_dates(portfolio: Portfolio, until: dt.date, today: dt.date) -> None:
    if is_minor(portfolio, today):
        raise ValidationError(YOUNG)
    if until < today:
        raise ValidationError({"until": "Choisissez une date à venir."})
    if until > today + dt.timedelta(days=settings.LORFOLIO_ADVICE_DAYS):
        raise ValidationError(
            {"until": f"{settings.LORFOLIO_ADVICE_DAYS} jours au plus\u00a0: vous pourrez prolonger."}
        )


def _show(advice: Advice, keys: Sequence[Key], cvs: Collection[Cv]) -> None:
    selecting.choose(selection=advice.selection, keys=[key for key in keys if key[0] != "file"])
    advice.cvs.set(Cv.objects.filter(portfolio=advice.portfolio_id, pk__in=[cv.pk for cv in cvs]))


def _tell_owner(advice: Advice, what: str, at: dt.datetime) -> None:
    queue_mail(
        key=f"lorfolio-advice:{advice.pk}:{what}:{timezone.localdate(at)}", to=advice.portfolio.user.email,
        template="lorfolio_advice_news", context={"url": absolute(f"/lorfolio/conseil/{advice.pk}/")},
    )  # fmt: skip


def _tell_adviser(advice: Advice, at: dt.datetime) -> None:
    if advice.adviser is not None:
        queue_mail(
            key=f"lorfolio-advice:{advice.pk}:answer:{timezone.localdate(at)}", to=advice.adviser.email,
            template="lorfolio_advice_answer", context={"url": absolute(f"/pro/lorfolio/{advice.pk}/")},
        )  # fmt: skip
