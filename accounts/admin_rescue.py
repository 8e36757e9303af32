"""What the desk says of how an account is protected, and the question asked before that is taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format

from accounts.factors import Type, codes_left, held_factors
from accounts.models import User
from accounts.rescue import REASONS
from accounts.services import mandates
from accounts.sessions import open_sessions

_KINDS = {Type.TOTP: "Application de codes", Type.WEBAUTHN: "Clé d’accès"}


@dataclass(frozen=True)
class Factor:
    """A kind of factor and since when; never its secret."""

    kind: str
    since: datetime


@dataclass(frozen=True)
class Held:
    """A mandate of the account, in words, with its page at the desk."""

    words: str
    url: str


@dataclass(frozen=True)
class Safety:
    """How an account is protected; `codes` is None without recovery codes."""

    factors: list[Factor]
    codes: int | None
    sessions: int
    mandates: list[Held]


def safety_of(account: User) -> Safety:
    """What protects `account` and what it may do, for whoever helps its owner."""
    held = [
        Factor(_KINDS[Type(factor.type)], factor.created_at)
        for factor in held_factors(account)
        if factor.type != Type.RECOVERY_CODES
    ]
    return Safety(held, codes_left(account), open_sessions(account).count(), [_held(m) for m in mandates(account)])


def _held(mandate: Any) -> Held:
    state = "" if mandate.in_force else ", terminé" if mandate.ended_at else ", hors de ses dates"
    words = f"{mandate._meta.verbose_name}\u00a0: {mandate}, depuis le {date_format(mandate.starts_on, 'j F Y')}{state}"
    try:
        url = reverse(f"admin:{mandate._meta.app_label}_{mandate._meta.model_name}_change", args=[mandate.pk])
    except NoReverseMatch:
        url = ""
    return Held(words[:1].upper() + words[1:], url)


class RescueForm(forms.Form):
    """Why the second factor goes, and that the person was recognised."""

    reason = forms.ChoiceField(label="Pourquoi la retirer ?", choices=list(REASONS.items()), widget=forms.RadioSelect)
    recognised = forms.BooleanField(
        label="J’ai vérifié que la demande vient bien de cette personne (de vive voix, ou par un numéro déjà connu)."
    )
