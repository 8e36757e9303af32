"""The Region's desk at `/admin/`: Django's, under our name, opened by mandates, with the portal's own sign-in (S3)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import update_wrapper
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

RECENT_ACTS = 12
SHOWN_OF_EACH = 10
LONGEST_QUERY = 120
# What the search of the desk looks through, with what a line of its answer reads beside the name.
SEARCHED: dict[str, tuple[str, ...]] = {
    "members.organisation": ("network",),
    "territories.site": ("commune", "agency"),
    "territories.referent": ("organisation", "agency"),
    "events.event": ("organisation", "agency"),
    "accounts.user": (),
}
OUR_ROOMS = (
    "core",
    "accounts",
    "members",
    "territories",
    "events",
    "recognition",
    "metiers",
    "psad",
    "lorfolio",
    "bilans",
    "spro",
)


class PortalAdminConfig(AdminConfig):
    default_site = "spro.admin_site.PortalAdminSite"


class PortalAdminSite(AdminSite):
    """Whoever holds no mandate for it finds nothing here: 404, as for every place one may not enter (habit 2)."""

    site_header = "SPRO Grand Est : le bureau de la Région"
    site_title = "Bureau de la Région"
    index_title = "Ce qui attend aujourd’hui"
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
        """What waits for this person today, then the lists by trade, then what was done lately."""
        from accounts.admin_history import told
        from accounts.rules import runs_region
        from core import desk
        from core.acts import OF_ONE_OBJECT
        from core.models import JournalEntry
        from territories.due import vacancies_by_territory
        from territories.rules import agencies_named

        staff = runs_region.test(request.user)
        acts = JournalEntry.objects.exclude(verb__in=OF_ONE_OBJECT)
        acts = acts if staff else acts.filter(actor_key=str(request.user.pk))
        context = {
            "waiting": desk.waiting("region", request.user),
            "vacancies": vacancies_by_territory(request.user),
            "acts": told(acts[:RECENT_ACTS]),
            "runs_region": staff,
            "agencies": [] if staff else agencies_named(request.user),
        }
        return super().index(request, context | (extra_context or {}))

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:
        """The rooms of the code are no places of the desk: its first page is."""
        if not self._build_app_dict(request, app_label):
            raise PermissionDenied
        return redirect("admin:index")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        from spro.admin_trades import by_trade

        rooms = super().get_app_list(request, app_label)
        return rooms if app_label else by_trade(rooms, reverse("admin:index"))

    def search(self, request: HttpRequest) -> HttpResponse:
        """What this person may see whose words hold those typed: organisations, places, events, people, accounts."""
        words = request.GET.get("q", "").strip()[:LONGEST_QUERY]
        groups = [found for label in SEARCHED if (found := self._search_one(request, label, words))] if words else []
        context = {**self.each_context(request), "title": "Recherche au bureau", "q": words, "groups": groups}
        return TemplateResponse(request, "admin/search.html", context)

    def _search_one(self, request: HttpRequest, label: str, words: str) -> dict[str, Any] | None:
        model = apps.get_model(label)
        desk = self._registry.get(model)
        if desk is None or not desk.has_view_permission(request):
            return None
        rows, _ = desk.get_search_results(request, desk.get_queryset(request), words)
        shown = desk.get_queryset(request).filter(pk__in=rows.order_by().values("pk"))
        shown = shown.select_related(*SEARCHED[label]) if SEARCHED[label] else shown
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found = [
            {"text": str(row), "url": reverse(f"{name}_change", args=[row.pk]), "detail": _detail(row)}
            for row in shown[: SHOWN_OF_EACH + 1]
        ]
        if not found:
            return None
        more = f"{reverse(f'{name}_changelist')}?{urlencode({'q': words})}" if len(found) > SHOWN_OF_EACH else ""
        return {"name": model._meta.verbose_name_plural, "rows": found[:SHOWN_OF_EACH], "more": more}

    def get_urls(self) -> list[Any]:
        from spro import admin_imports

        own = [path("recherche/", self.admin_view(self.search), name="desk_search"), *admin_imports.urls(self)]
        urls = [*own, *super().get_urls()]
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


def _detail(row: Any) -> str:
    """What tells two rows of one name apart."""
    names = SEARCHED[row._meta.label_lower] or ("email",)
    parts = (getattr(row, name) for name in names)
    return ", ".join(str(part) for part in parts if part)
