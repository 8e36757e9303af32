"""The Region's desk: who has an account, who works for the Region."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse

from accounts.admin_periods import PeriodAdmin
from accounts.admin_rules import RulesAdmin, actor
from accounts.models import RegionMandate, User
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


@admin.register(RegionMandate)
class RegionMandateAdmin(PeriodAdmin):
    list_display = ("user", "starts_on", "ends_on", "ended_at")

    def grant(self, request: HttpRequest, wanted: RegionMandate) -> RegionMandate:
        return grant_region_mandate(
            user=wanted.user, actor=actor(request), starts_on=wanted.starts_on, ends_on=wanted.ends_on
        )

    def end(self, request: HttpRequest, mandate: RegionMandate) -> RegionMandate:
        return end_region_mandate(mandate=mandate, actor=actor(request))
