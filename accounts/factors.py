"""The second factor: what allauth keeps of it, encrypted; what its changes leave behind: a line, a mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.rules import needs_second_factor
from core import encryption
from core.journal import Actor, record
from core.links import absolute
from core.outbox import queue_mail

Type = Authenticator.Type
# What a factor is called in a mail and on a page, and where allauth keeps its secret.
NAMES = {
    Type.TOTP: "l’application de codes",
    Type.WEBAUTHN: "une clé d’accès",
    Type.RECOVERY_CODES: "les codes de secours",
}
SECRETS = {Type.TOTP: "secret", Type.RECOVERY_CODES: "seed"}


class FactorAdapter(DefaultMFAAdapter):
    """Secrets encrypted, French words, links to this portal's own name; the last factor stays while it is asked for."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": (
            "Votre rôle demande une double vérification : ajoutez d’abord un autre moyen, puis retirez celui-ci."
        ),
        "cannot_generate_recovery_codes": "Ajoutez d’abord une application ou une clé : les codes la secourent.",
        "incorrect_code": "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant, puis recommencez.",
        "unverified_email": "Confirmez d’abord votre adresse.",
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user = authenticator.user
        if not (settings.SECOND_FACTOR_REQUIRED and needs_second_factor(user)):
            return True
        return bool(strong_factors(user).exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user=user, type=type).count()
        return "Clé d’accès" if not number else f"Clé d’accès {number + 1}"

    def _get_site_name(self) -> str:
        return str(settings.PORTAL_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey is bound to the name of the portal as its owner set it, not to the host a request claims."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.PORTAL_NAME}


def passkeys_possible() -> bool:
    """Browsers bind a passkey to a name: a portal opened by its number (a demonstration) cannot have any."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    return bool(host) and not host.replace(".", "").isdigit() and ":" not in host


def strong_factors(user: Any) -> Any:
    """The factors of `user` that stand by themselves: recovery codes only come to their rescue."""
    return Authenticator.objects.filter(user=user, type__in=(Type.TOTP, Type.WEBAUTHN))


def held_factors(user: Any) -> list[Authenticator]:
    """All that protects the account of `user`, oldest first."""
    return list(Authenticator.objects.filter(user=user).order_by("pk"))


def codes_left(user: Any) -> int | None:
    """How many recovery codes still work; None without any."""
    held = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return None if held is None else len(held.wrap().get_unused_codes())


def tell_change(
    *, user: Any, verb: str, type: str, name: str = "",  # noqa: A002
    by_owner: bool = True, by: Actor | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Journal a change of a factor and tell its owner by mail. `verb`: add, remove, renew, use. In a transaction.

    When it is not the owner's doing, `by` is who did it (None: the system) and `reason` why, in words of ours.
    """
    changes = {"factor": [None, str(type)]} | ({"reason": [None, reason]} if reason else {})
    record(verb=f"factor.{verb}", target=user, actor=user if by_owner else by, changes=changes)
    now = timezone.localtime()
    context = {
        "by_region": not by_owner and by is not None,
        "verb": verb, "what": NAMES[Type(type)], "name": name, "left": codes_left(user),
        "when": date_format(now, "j F Y à H:i"), "sessions_url": absolute("/comptes/sessions/"),
        "password_url": absolute("/comptes/mot-de-passe/"),
    }  # fmt: skip
    key = f"factor:{user.pk}:{verb}:{type}:{now.timestamp()}"
    queue_mail(key=key, to=user.email, template="factor_changed", context=context)


def on_factor_used(*, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """A recovery code that served is told: whoever did not type it has to know at once."""
    if authenticator.type == Type.RECOVERY_CODES:
        with transaction.atomic():
            tell_change(user=user, verb="use", type=Type.RECOVERY_CODES)


@transaction.atomic
def rotate_secrets() -> int:
    """Re-encrypt the secrets of all factors under the first key. Returns how many. Raises `Undecipherable`."""
    count = 0
    for held in Authenticator.objects.select_for_update().filter(type__in=SECRETS).iterator():
        field = SECRETS[Type(held.type)]
        held.data[field] = encryption.rotate(held.data[field])
        held.save(update_fields=["data"])
        count += 1
    return count
