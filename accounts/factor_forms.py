"""Codes and keys as a person gives them: allauth's forms in our words, each code good once, attempts counted."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache

from accounts.forms import Plain, plain_name
from accounts.known import is_known

CODE_ERROR = "Écrivez le code que montre votre application : six chiffres."


class _Code(Plain):
    """A code typed: at most `factor_failed` wrong ones in a day, and never the same twice while it could still work."""

    labels = {"code": "Code"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["code"]
        field.max_length = 40
        field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 40}

    def clean_code(self) -> str:
        user: Any = self.user  # type: ignore[attr-defined]
        # A browser known to this account has a count of its own: a stranger's tries do not fill it.
        key = f"{user.pk}|known" if is_known(context.request, user) else str(user.pk)
        used = ratelimit.consume(context.request, app="allauth.mfa", action="factor_failed", key=key)
        if not used:
            raise get_account_adapter().validation_error("too_many_codes")
        code: str = super().clean_code()  # type: ignore[misc]
        used.rollback()
        # Half a minute early and half a minute late are accepted: a code lives three periods.
        key = f"factor-code:{user.pk}:{normalize_user_code(code)}"
        if not cache.add(key, "1", timeout=app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_Code, base.AuthenticateForm):
    hints = {"code": "Six chiffres de votre application, ou un de vos codes de secours."}


class ReauthenticateForm(_Code, base.ReauthenticateForm):
    hints = AuthenticateForm.hints


class ActivateTOTPForm(_Code, totp.ActivateTOTPForm):
    labels = {"code": "Le code que montre l’application"}
    hints = {"code": "Six chiffres, qui changent toutes les trente secondes."}


class _Answer:
    """What a browser says of a key: an answer without the shape of one is a wrong one (the library would fail)."""

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except (AttributeError, KeyError, TypeError, ValueError):
            self.cleaned_data: dict[str, Any] = {}
            self.add_error("credential", get_adapter().validation_error("incorrect_code"))  # type: ignore[attr-defined]


class AuthenticateKeyForm(_Answer, webauthn.AuthenticateWebAuthnForm):
    pass


class ReauthenticateKeyForm(_Answer, webauthn.ReauthenticateWebAuthnForm):
    pass


class LoginKeyForm(_Answer, webauthn.LoginWebAuthnForm):
    pass


class AddKeyForm(_Answer, webauthn.AddWebAuthnForm):
    """The name people give a key; the key itself is written by the browser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label="Comment l’appeler ?", max_length=60, required=False, validators=[plain_name],
            help_text="Par exemple l’appareil où elle se trouve. Vous la reconnaîtrez ainsi dans la liste.",
        )  # fmt: skip
        choice = self.fields["passwordless"]
        choice.label = "Entrer avec cette clé seule, sans mot de passe"
        choice.help_text = "L’appareil demande alors votre doigt, votre visage ou son code."
        choice.initial = True


class EditKeyForm(webauthn.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label="Nom de la clé", max_length=60, validators=[plain_name])
