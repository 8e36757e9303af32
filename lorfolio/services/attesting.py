"""Asking somebody to attest an item: they read what it says, and confirm it or not, on a page of a secret link (L3)."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import journal
from core.links import absolute
from core.outbox import queue_mail
from core.secrets import digest, new_secret
from lorfolio import letters
from lorfolio.http import is_minor
from lorfolio.lists import ProofKind
from lorfolio.models import Experience, Proof, Skill
from lorfolio.periods import period_words
from lorfolio.services.path import locked
from lorfolio.services.proofs import MOST, Item, item_of

LONGEST_WORDS = 400
CHANGED = "Ce qui est à confirmer a changé pendant votre lecture\u00a0: relisez-le, puis répondez."


def words_of(item: Item) -> str:
    """What somebody attests: what an item says of itself, on one line."""
    if isinstance(item, Skill):
        said: tuple[str, ...] = (item.label, item.get_level_display() if item.level else "")
    elif isinstance(item, Experience):
        said = (item.title, item.organisation, item.place, period_words(item.starts, item.ends))
    else:
        said = (item.title, item.issuer, item.date)
    return " · ".join(filter(None, said))[:LONGEST_WORDS]


def mark_of(words: str) -> str:
    """What the page sends back, so that nobody confirms what they have not read."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


@transaction.atomic
def ask(*, item: Item, name: str, email: str, message: str, at: dt.datetime) -> Proof:
    """Write to somebody, once for the same item while their answer is awaited.

    Raises `ValidationError` (French): oneself, asked already, too many, under fifteen (L10).
    """
    portfolio = item.portfolio
    if is_minor(portfolio, timezone.localdate(at)):
        raise ValidationError("Avant 15\u00a0ans, le portail n’écrit à personne pour vous.")
    locked(portfolio)
    email = email.strip().lower()
    if email in {portfolio.user.email.lower(), portfolio.email.lower()}:
        raise ValidationError({"asked_email": "Demandez à quelqu’un d’autre que vous."})
    mine = Proof.objects.filter(portfolio=portfolio, **{type(item).__name__.lower(): item})
    if mine.filter(asked_email=email, answered_at=None, expires_at__gt=at).exists():
        raise ValidationError({"asked_email": "Vous avez déjà écrit à cette personne\u00a0: sa réponse est attendue."})
    if mine.count() >= MOST:
        raise ValidationError(f"{MOST}\u00a0preuves au plus pour une même chose\u00a0: retirez-en une d’abord.")
    secret, kept = new_secret()
    proof = Proof.objects.create(
        portfolio=portfolio, **{type(item).__name__.lower(): item}, kind=ProofKind.ATTESTATION, title="Attestation",
        asked_email=email, asked_name=name, message=message, digest=kept, asked_at=at,
        expires_at=at + dt.timedelta(days=settings.LORFOLIO_ATTESTATION_DAYS),
    )  # fmt: skip
    queue_mail(
        key=f"lorfolio.attest/{proof.pk}", to=email, template="lorfolio_attestation",
        context={
            "name": name, "by": letters.signed(portfolio.full_name, "Quelqu’un"), "message": message,
            "until": proof.expires_at, "url": absolute(f"/lorfolio/attestation/{secret}/"),
        },
    )  # fmt: skip
    journal.record(verb="lorfolio.attest_ask", target=portfolio, actor=portfolio.user)
    return proof


def asked_by(secret: str, at: dt.datetime) -> Proof | None:
    """The request that this link opens; none once answered, over, or taken off."""
    rows = Proof.objects.select_related("portfolio__user", "skill", "experience", "extra")
    found = rows.filter(digest=digest(secret), kind=ProofKind.ATTESTATION, answered_at=None, expires_at__gt=at).first()
    return None if found is None or is_minor(found.portfolio, timezone.localdate(at)) else found


@transaction.atomic
def answer(
    *,
    proof: Proof,
    confirmed: bool,
    at: dt.datetime,
    mark: str = "",
    name: str = "",
    role: str = "",
    organisation: str = "",
    statement: str = "",
) -> Proof | None:
    """Keep what they said, once; None when it was answered or taken off meanwhile. Their address is forgotten.

    Raises `ValidationError` (French) when the item changed since they read it.
    """  # fmt: skip
    row = Proof.objects.select_for_update().filter(pk=proof.pk, answered_at=None).first()
    if row is None:
        return None
    words = words_of(item_of(row))
    if confirmed and mark != mark_of(words):
        raise ValidationError(CHANGED, code="changed")
    row.confirmed, row.answered_at = confirmed, at
    row.asked_email, row.message, row.digest = "", "", None
    if confirmed:
        row.attester_name, row.attester_role, row.attester_organisation = name, role, organisation
        row.statement, row.attested_words = statement, words
        row.title = f"Attestation de {name}"[:160]
    row.save()
    letters.forget(keys=[f"lorfolio.attest/{row.pk}"])
    portfolio = row.portfolio
    queue_mail(
        key=f"lorfolio.attested/{row.pk}", to=portfolio.user.email, template="lorfolio_attested",
        context={"url": absolute("/lorfolio/competences/"), "confirmed": confirmed},
    )  # fmt: skip
    return row


def forget_expired(*, at: dt.datetime) -> int:
    """Addresses of those who did not answer in time go; how many."""
    rows = Proof.objects.filter(kind=ProofKind.ATTESTATION, answered_at=None, expires_at__lte=at)
    over = list(rows.exclude(asked_email="", digest=None).values_list("pk", flat=True))
    letters.forget(keys=[f"lorfolio.attest/{key}" for key in over])
    return Proof.objects.filter(pk__in=over, answered_at=None).update(asked_email="", message="", digest=None)
