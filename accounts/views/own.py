"""A person's own pages; signing in and out is allauth's, kept to our habits."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth_views
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import codes
from accounts.factors import codes_left
from accounts.forms import NameForm
from accounts.provider import linked_doors, offered
from accounts.services import rename
from core import panels


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Who I am, and what my mandates open: each room brings its panel."""
    user: Any = request.user
    pending = EmailAddress.objects.filter(user=user, verified=False).exclude(email=user.email).first()
    left = codes_left(user)
    context = {
        "panels": panels.collect("account", request, user), "pending_address": pending,
        "protected": left is not None, "few_left": codes.few(left),
        "providers": [door.name for door in offered(request)],
        "linked": [door.name for door in linked_doors(request)],
    }  # fmt: skip
    return render(request, "accounts/home.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    form = NameForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        rename(user=user, name=form.cleaned_data["name"], actor=user)
        messages.success(request, "Votre nom est enregistré.")
        return redirect("account_home")
    return render(request, "accounts/name.html", {"form": form})


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class ConfirmEmailView(allauth_views.ConfirmEmailView):
    """The link of a mail opens a page with one button; only the button writes, or signs anybody out (habit 8)."""

    def logout_other_user(self, confirmation: Any) -> None:
        if self.request.method == "POST":
            super().logout_other_user(confirmation)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                response: HttpResponse = super().post(*args, **kwargs)
        except Http404:  # the link was used or expired between the page and its button
            self.object = None
            response = self.render_to_response(self.get_context_data())
        return response


# What allauth writes and the mail it causes stand or fall together (habit 12).
signup = transaction.atomic(allauth_views.signup)
login = transaction.atomic(allauth_views.login)
email = transaction.atomic(allauth_views.email)
password_change = transaction.atomic(allauth_views.password_change)
password_set = transaction.atomic(allauth_views.password_set)
password_reset = transaction.atomic(allauth_views.password_reset)
password_reset_from_key = never_cache(transaction.atomic(allauth_views.password_reset_from_key))
inactive = login_not_required(allauth_views.account_inactive)
