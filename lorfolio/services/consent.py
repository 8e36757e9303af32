"""Under fifteen, a parent agrees with the young person (L10, loi Informatique et Libertés, art. 45).

A link goes to the parent's address; what they answer empties it. No, or silence, erases the Lorfolio. At fifteen the
limits go by themselves: they are read from the day, not from a state (`lorfolio.http.is_minor`).
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.erasing import addresses_of
from accounts.models import User
from core.journal import record
from core.links import absolute
from core.outbox import queue_mail
from core.secrets import digest, new_secret
from lorfolio import letters
from lorfolio.http import awaits_consent, is_minor
from lorfolio.models import ParentalConsent, Portfolio
from lorfolio.services.erasing import erase_portfolio

AGAIN = dt.timedelta(minutes=10)
SOON = "Un message vient de partir. Attendez dix minutes avant d’en demander un autre."


@transaction.atomic
def ask(*, portfolio: Portfolio, email: str, at: dt.datetime) -> ParentalConsent:
    """Write to a parent; an earlier link opens nothing any more. Raises `ValidationError` (French, on `email`)."""
    held = Portfolio.objects.select_for_update().select_related("user").get(pk=portfolio.pk)
    found = ParentalConsent.objects.filter(portfolio=held).first()
    if not is_minor(held, timezone.localdate(at)) or (found is not None and found.given_at is not None):
        raise ValidationError("Il n’y a plus d’accord à demander.")
    email = email.strip().lower()
    if email == held.user.email or email in addresses_of(held.user):
        raise ValidationError({"email": "C’est votre adresse. Écrivez celle d’un de vos parents."})
    if found is not None and at - found.asked_at < AGAIN:
        if found.email == email:
            return found  # two clicks
        raise ValidationError({"email": SOON})
    secret, kept = new_secret()
    consent = found or ParentalConsent(portfolio=held)
    consent.email, consent.digest, consent.asked_at = email, kept, at
    consent.expires_at = at + dt.timedelta(days=settings.LORFOLIO_CONSENT_DAYS)
    consent.save()
    queue_mail(
        key=f"lorfolio-consent:{held.pk}:{int(at.timestamp())}", to=email, template="lorfolio_consent",
        context={
            "name": letters.signed(held.given_name, "Votre enfant"), "until": consent.expires_at,
            "url": absolute(f"/lorfolio/accord/{secret}/"),
        },
    )  # fmt: skip
    return consent


def of_secret(secret: str, at: dt.datetime) -> ParentalConsent | None:
    """What this link opens: a question until it is answered or expires, then the page to take one's agreement back,
    until the young person is fifteen. None otherwise."""
    rows = ParentalConsent.objects.select_related("portfolio__user")
    found = rows.filter(digest=digest(secret), refused_at=None).first()
    if found is None or not is_minor(found.portfolio, timezone.localdate(at)):
        return None
    return found if found.given_at is not None or found.expires_at > at else None


@transaction.atomic
def give(*, consent: ParentalConsent, at: dt.datetime) -> bool:
    """Yes: the Lorfolio opens, with its limits. False when there is nothing to answer any more. Twice is once."""
    held = _locked(consent)
    if held is None or (held.given_at is None and held.expires_at <= at):
        return False
    if held.given_at is None:
        held.given_at, held.email = at, ""
        held.save(update_fields=["given_at", "email"])
        letters.forget(beginnings=[f"lorfolio-consent:{held.portfolio_id}:"])
        record(verb="lorfolio.consent", target=held.portfolio)
        _tell(held.portfolio, "lorfolio_consent_given")
    return True


@transaction.atomic
def refuse(*, consent: ParentalConsent) -> bool:
    """No, or no longer: the Lorfolio is erased for good; the account stays. False when it was gone already."""
    held = _locked(consent)
    if held is None:
        return False
    user = held.portfolio.user
    erase_portfolio(user=user, actor=None)
    _tell(held.portfolio, "lorfolio_consent_refused")
    return True


def expire(*, at: dt.datetime) -> int:
    """Erase the Lorfolios that no parent agreed to in time, asked or not; one transaction each. Returns how many."""
    today, limit = timezone.localdate(at), at - dt.timedelta(days=settings.LORFOLIO_CONSENT_DAYS)
    waiting = Portfolio.objects.filter(minor_until__gt=today)
    late = Q(consent=None, created_at__lte=limit) | Q(consent__given_at=None, consent__expires_at__lte=at)
    return sum(_expire(user) for user in User.objects.filter(portfolio__in=waiting.filter(late)))


@transaction.atomic
def _expire(user: User) -> int:
    held = Portfolio.objects.select_for_update(of=("self",)).select_related("consent").filter(user=user).first()
    if held is None or not awaits_consent(held):
        return 0
    erase_portfolio(user=user, actor=None)
    _tell(held, "lorfolio_consent_refused")
    return 1


def grow_up(*, today: dt.date) -> int:
    """Who is fifteen is like everybody: their birthday and what a parent agreed to are forgotten. Returns how many."""
    grown = Portfolio.objects.filter(minor_until__lte=today)
    ParentalConsent.objects.filter(portfolio__in=grown).delete()
    return grown.update(minor_until=None)


def _locked(consent: ParentalConsent) -> ParentalConsent | None:
    """The row, its portfolio held first: an answer and an expiry wait for each other."""
    if Portfolio.objects.select_for_update().filter(pk=consent.portfolio_id).first() is None:
        return None
    rows = ParentalConsent.objects.select_related("portfolio__user")
    return rows.filter(pk=consent.pk, digest=consent.digest, refused_at=None).first()


def _tell(portfolio: Portfolio, template: str) -> None:
    queue_mail(
        key=f"{template}:{portfolio.pk}", to=portfolio.user.email, template=template,
        context={"url": absolute("/lorfolio/")},
    )  # fmt: skip
