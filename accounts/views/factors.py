"""`/comptes/double-verification/`: allauth's steps, in one transaction each with what they must leave behind."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import can_generate_recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth, flows
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import codes
from accounts.factors import FactorAdapter, Type, codes_left, held_factors, passkeys_possible, tell_change
from accounts.models import User
from accounts.reauth import recent_login_required
from accounts.rules import needs_second_factor

PLAIN = "text/plain; charset=utf-8"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What protects the account, what to add; said to be asked when it is."""
    user: Any = request.user
    held = held_factors(user)
    asked = settings.SECOND_FACTOR_REQUIRED and needs_second_factor(user)
    context = {
        "totp": next((factor for factor in held if factor.type == Type.TOTP), None),
        "keys": [factor for factor in held if factor.type == Type.WEBAUTHN],
        "has_factor": any(factor.type != Type.RECOVERY_CODES for factor in held),
        "codes_left": (left := codes_left(user)), "few_left": codes.few(left), "codes_unread": codes.unread(user),
        "asked": asked, "passkeys": passkeys_possible(), "next": get_next_redirect_url(request),
    }  # fmt: skip
    return render(request, "mfa/index.html", context)


def _proved(request: HttpRequest, held: Authenticator) -> None:
    """Adding a factor proved it: this session need not be asked for it again."""
    record_authentication(request, request.user, "mfa", id=held.pk, type=held.type, reauthenticated=True)  # type: ignore[arg-type]


class _After:
    """Where adding a factor leads: the recovery codes to keep, then where one was going."""

    request: HttpRequest

    def get_success_url(self) -> str:
        wanted = get_next_redirect_url(self.request)
        if codes.unread(self.request.user):
            page = reverse("mfa_view_recovery_codes")
            return f"{page}?{urlencode({'next': wanted})}" if wanted else page
        return wanted or reverse("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": get_next_redirect_url(self.request)}  # type: ignore[misc, no-any-return]


class ActivateTOTPView(_After, totp.ActivateTOTPView):
    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        _lock(self.request)
        response: HttpResponse = super().form_valid(form)
        held = Authenticator.objects.get(user=form.user, type=Type.TOTP)
        _proved(self.request, held)
        tell_change(user=form.user, verb="add", type=Type.TOTP)
        return response


class DeactivateTOTPView(totp.DeactivateTOTPView):
    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        _lock(self.request)
        if not FactorAdapter().can_delete_authenticator(self.authenticator):
            messages.error(self.request, str(FactorAdapter.error_messages["cannot_delete_authenticator"]))
            return redirect("mfa_index")
        tell_change(user=self.request.user, verb="remove", type=Type.TOTP)
        response: HttpResponse = super().form_valid(form)
        return response


class AddKeyView(_After, webauthn.AddWebAuthnView):
    """A passkey: the browser's own ceremony, then its name; it signs in by itself if the device checks who holds it."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        _lock(self.request)
        response: HttpResponse = super().form_valid(form)
        held = Authenticator.objects.filter(user=form.user, type=Type.WEBAUTHN).latest("pk")
        _proved(self.request, held)
        tell_change(user=form.user, verb="add", type=Type.WEBAUTHN, name=held.wrap().name)
        return response


class RemoveKeyView(webauthn.RemoveWebAuthnView):
    success_url = "/comptes/double-verification/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may = FactorAdapter().can_delete_authenticator(self.object)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"may_remove": may}

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        _lock(self.request)
        held = self.get_object()
        if not FactorAdapter().can_delete_authenticator(held):
            messages.error(self.request, str(FactorAdapter.error_messages["cannot_delete_authenticator"]))
            return redirect("mfa_index")
        tell_change(user=self.request.user, verb="remove", type=Type.WEBAUTHN, name=held.wrap().name)
        response: HttpResponse = super().form_valid(form)
        return response


class EditKeyView(webauthn.EditWebAuthnView):
    success_url = "/comptes/double-verification/"


def _lock(request: Any) -> None:
    """Two changes at once of one person's factors wait for each other."""
    User.objects.select_for_update().get(pk=request.user.pk)


# --- Recovery codes: readable until their owner says that they are kept, never after


@recent_login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes, once; a POST says that they are kept."""
    user: Any = request.user
    if codes_left(user) is None:
        raise Http404
    if request.method == "POST":
        codes.mark_read(user)
        messages.success(request, "Vos codes de secours ne seront plus affichés.")
        return redirect(get_next_redirect_url(request) or "mfa_index")
    left = codes_left(user)
    context = {
        "codes": codes.readable(user), "left": left, "few_left": codes.few(left),
        "next": get_next_redirect_url(request),
    }  # fmt: skip
    return render(request, "mfa/recovery_codes/index.html", context)


@recent_login_required
@require_safe
def download_codes(request: HttpRequest) -> HttpResponse:
    """The same as a text file, as long as they are readable; 404 after."""
    listed = codes.readable(request.user)
    if not listed:
        raise Http404
    response = render(
        request, "mfa/recovery_codes/download.txt", {"codes": listed}, content_type="text/plain; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="codes-de-secours.txt"'
    return response


@recent_login_required
@require_http_methods(["GET", "HEAD", "POST"])
def renew_codes(request: HttpRequest) -> HttpResponse:
    """New codes; the old ones are worth nothing any more."""
    user: Any = request.user
    if not can_generate_recovery_codes(user):
        raise Http404
    if request.method == "POST":
        codes.renew(request)
        return redirect("mfa_view_recovery_codes")
    return render(request, "mfa/recovery_codes/generate.html", {"left": codes_left(user)})


# --- Signing in with them


class LoginKeyView(webauthn.LoginWebAuthnView):
    """A passkey signs in by itself: who holds it was checked by its device."""

    def form_valid(self, form: Any) -> HttpResponse:
        held = form.cleaned_data["credential"]
        login = Login(user=held.user, redirect_url=get_next_redirect_url(self.request))
        response: HttpResponse = flows.perform_passwordless_login(self.request, held, login)
        return response


class ReauthenticateKeyView(webauthn.ReauthenticateWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response


@login_not_required
@require_POST
def passkey_question(request: HttpRequest) -> HttpResponse:
    """What the browser asks a passkey: a challenge of this session, for the script of the sign-in page."""
    refused = ratelimit.consume_or_429(request, app="allauth.mfa", action="passkey_question")
    return refused or JsonResponse(auth.begin_authentication(user=None))


activate_totp = ActivateTOTPView.as_view()
deactivate_totp = DeactivateTOTPView.as_view()
add_key = AddKeyView.as_view()
remove_key = RemoveKeyView.as_view()
edit_key = transaction.atomic(EditKeyView.as_view())
login_key = LoginKeyView.as_view()
reauthenticate_key = ReauthenticateKeyView.as_view()
authenticate = base.AuthenticateView.as_view(extra_context={"contact": settings.PUBLISHER["contact"]})
reauthenticate = base.reauthenticate
