"""The first time an address is proved: what was attached to the account before, by whoever it was, does not stay.

A stranger may come in by FranceConnect with somebody else's address: the account waits, shut, until a mail is answered.
Who answers it from another browser, or by choosing a password, may not be who opened it: the doors are then taken away.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.models import User
from core.journal import record

ELSEWHERE = (
    "Vous avez confirmé l’adresse depuis un autre navigateur\u00a0: par prudence, le compte n’est plus relié à aucun "
    "service. Pour entrer, choisissez un mot de passe avec « Mot de passe oublié\u00a0? »."
)


def never_proved(user: Any, *, but: str = "") -> bool:
    """Whether no address of `user` (other than `but`, which is being proved) was ever proved."""
    proved = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    return not proved.exclude(email__iexact=but).exists() if but else not proved.exists()


def began_here(request: HttpRequest, user: Any) -> bool:
    """Whether it is in this very browser that somebody was opening the account of `user`."""
    login = unstash_login(request, peek=True)
    return login is not None and login.user is not None and login.user.pk == user.pk


def _offer() -> str:
    """A second factor, offered once and never insisted on."""
    return format_html(
        "Votre compte est ouvert. Si vous voulez le protéger davantage, maintenant ou plus tard, vous pouvez"
        ' <a href="{}">ajouter une double vérification</a>.',
        reverse("mfa_index"),
    )


@transaction.atomic
def forget_strangers(user: Any) -> int:
    """Take away every door, factor and session that was there before the address was proved. Journaled.

    Returns how many doors and factors went.
    """
    held = User.objects.select_for_update().get(pk=user.pk)
    doors: int = SocialAccount.objects.filter(user=held).delete()[0]
    factors: int = Authenticator.objects.filter(user=held).delete()[0]
    for session in UserSession.objects.filter(user=held):
        session.end()
    if doors or factors:
        record(verb="account.clean", target=held, actor=None, changes={"removed": [None, doors + factors]})
    return doors + factors


def on_confirmed(*, request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    """The link of a mail was followed, before anybody is signed in by it."""
    user = email_address.user
    first = never_proved(user, but=email_address.email)
    if first and began_here(request, user):
        messages.success(request, _offer())
    elif first:
        gone = forget_strangers(user)
        if gone and not user.has_usable_password():
            messages.info(request, ELSEWHERE)


def on_password_reset(*, request: HttpRequest, user: Any, **_: Any) -> None:
    """The link to choose a password went to the address: it proves it, and the account begins there."""
    held = EmailAddress.objects.filter(user_id=user.pk)
    if not never_proved(user) or held.exclude(email__iexact=user.email).exists():
        return
    forget_strangers(user)
    if not held.update(verified=True, primary=True):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
