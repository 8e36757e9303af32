"""The Region's desk: who has an account, who works for the Region."""

from __future__ import annotations

import uuid
from typing import Any, cast

import rules
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from accounts.admin_periods import PeriodAdmin
from accounts.admin_rescue import RescueForm, safety_of
from accounts.admin_rules import RulesAdmin, actor
from accounts.models import RegionMandate, User
from accounts.reauth import recently_signed_in
from accounts.rescue import remove_factors, sign_out_everywhere
from accounts.rules import is_region_staff, is_technician, runs_region
from accounts.services import end_region_mandate, grant_region_mandate, open_account
from core.links import absolute


@rules.predicate
def is_nobody_above(user: Any, account: Any) -> bool:
    """The Region does not touch the account of the installation's technician."""
    return account is None or not account.is_superuser


@admin.register(User)
class UserAdmin(RulesAdmin):
    """Accounts: opened, named, closed and reopened; never deleted here, and no secret is shown."""

    change_rule = is_technician | (is_region_staff & is_nobody_above)
    view_rule = runs_region
    list_display = ("email", "name", "is_active", "created_at", "last_login")
    list_filter = ("is_active", "created_at", "last_login")
    date_hierarchy = "created_at"
    search_fields = ("email", "name")
    ordering = ("email",)
    change_form_template = "admin/accounts/user/change_form.html"
    # The journal keeps for good: what names a person stays out of it.
    unsaid_fields = ("email", "name", "password")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["email", "name", "is_active", "created_at", "last_login"] if obj else ["email", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # A person changes their address themselves, by proving that they read it.
        return ["email", "created_at", "last_login"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        home_url = absolute(reverse("account_reset_password"))
        opened = open_account(email=obj.email, name=obj.name, actor=actor(request), home_url=home_url)
        obj.pk, obj._state.adding = opened.pk, False

    # --- helping somebody who cannot sign in any more

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if account := context.get("original"):
            context["safety"] = safety_of(account)
            context["may_rescue"] = self._may_rescue(request, account)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        def ours(tail: str, view: Any, name: str) -> Any:
            return path(f"<uuid:key>/{tail}/", self.admin_site.admin_view(view), name=f"accounts_user_{name}")

        return [
            ours("double-verification", self.factors_view, "factors"),
            ours("sessions", self.sessions_view, "sessions"),
            *super().get_urls(),
        ]

    def _may_rescue(self, request: HttpRequest, account: User) -> bool:
        """Nobody lowers their own guard at the desk, nor a technician's without being one."""
        return account.pk != actor(request).pk and self.has_change_permission(request, account)

    def _rescued(self, request: HttpRequest, key: uuid.UUID) -> User:
        if not self.has_change_permission(request):
            raise PermissionDenied
        account = get_object_or_404(self.get_queryset(request), pk=key)
        if not self._may_rescue(request, account):
            raise PermissionDenied
        if not recently_signed_in(request):
            raise ReauthenticationRequired  # allauth's middleware asks, then leads back
        return cast(User, account)

    def factors_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        """Take the second factor of somebody away, after a page that asks why."""
        account = self._rescued(request, key)
        form = RescueForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                remove_factors(user=account, actor=actor(request), reason=form.cleaned_data["reason"])
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.WARNING)
            else:
                self.message_user(request, "La double vérification est retirée. Un courriel le dit à la personne.")
            return redirect("admin:accounts_user_change", account.pk)
        return self._rescue_page(request, "factors", "Retirer la double vérification", account, {"form": form})

    def sessions_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        """Sign somebody out everywhere, after a page that asks whether to."""
        account = self._rescued(request, key)
        if request.method == "POST":
            ended = sign_out_everywhere(user=account, actor=actor(request))
            self.message_user(request, f"Sessions fermées\u00a0: {ended}.")
            return redirect("admin:accounts_user_change", account.pk)
        return self._rescue_page(request, "sessions", "Fermer ses sessions", account, {})

    def _rescue_page(
        self, request: HttpRequest, what: str, title: str, account: User, context: dict[str, Any]
    ) -> HttpResponse:
        whole = {
            **self.admin_site.each_context(request), "title": title, "opts": self.opts, "original": account,
            "safety": safety_of(account), "what": what, **context,
        }  # fmt: skip
        return TemplateResponse(request, "admin/accounts/user/rescue.html", whole)


@admin.register(RegionMandate)
class RegionMandateAdmin(PeriodAdmin):
    list_display = ("user", "starts_on", "ends_on", "ended_at")

    def grant(self, request: HttpRequest, wanted: RegionMandate) -> RegionMandate:
        return grant_region_mandate(
            user=wanted.user, actor=actor(request), starts_on=wanted.starts_on, ends_on=wanted.ends_on
        )

    def end(self, request: HttpRequest, mandate: RegionMandate) -> RegionMandate:
        return end_region_mandate(mandate=mandate, actor=actor(request))
