"""The Region's desk at `/admin/`: Django's, under our name, opened by mandates, with the portal's own sign-in (S3)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import update_wrapper
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

OUR_ROOMS = ("core", "accounts", "members", "territories", "spro")


class PortalAdminConfig(AdminConfig):
    default_site = "spro.admin_site.PortalAdminSite"


class PortalAdminSite(AdminSite):
    """Whoever holds no mandate for it finds nothing here: 404, as for every place one may not enter (habit 2)."""

    site_header = "SPRO Grand Est : le bureau de la Région"
    site_title = "Bureau de la Région"
    index_title = "Que souhaitez-vous gérer ?"
    site_url = "/"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only lists that open by predicates enter: those of a library stay out, one of ours is an error.

        Raises `ImproperlyConfigured` for a model of ours without a `RulesAdmin`.
        """
        from accounts.admin_rules import RulesAdmin

        if isinstance(admin_class, type) and issubclass(admin_class, RulesAdmin):
            super().register(model_or_iterable, admin_class, **options)
            return
        models: Iterable[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        for model in models:
            if model._meta.app_label in OUR_ROOMS:
                raise ImproperlyConfigured(
                    f"{model._meta.label}: its admin must be a RulesAdmin (accounts/admin_rules.py)."
                )

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from accounts.rules import runs_region
        from core.outbox import dead_mails

        dead = dead_mails() if runs_region.test(request.user) else 0
        return super().index(request, {"dead_mails": dead} | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        urls = super().get_urls()
        for pattern in urls:
            view: Any = getattr(pattern, "callback", None)
            if hasattr(view, "login_url"):
                view.login_url = reverse_lazy("account_login")
        return urls

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    # --- one sign-in for the whole portal

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}) or wanted == request.path:
            wanted = reverse("admin:index")
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")
        if not self.has_permission(request):
            raise Http404
        return HttpResponseRedirect(wanted)

    @method_decorator(never_cache)
    @method_decorator(require_POST)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        logout(request)
        return redirect("/")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_home")
