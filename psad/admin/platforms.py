"""Platforms at the Region's desk: their perimeter, their heads, the settings they share; no case (D1, D8, issue 6)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

from accounts.admin_periods import InForceFilter, PeriodAdmin, PeriodForm
from accounts.admin_rules import ReadOnlyAdmin, actor
from accounts.rules import runs_region
from psad.admin.context import InGrants
from psad.lists import Role, Side
from psad.models import Grant, KitItem, Platform, PlatformCommune
from psad.services import perimeter
from psad.services.heads import name_head

COUNTED = (3, 6)


class PlatformForm(ModelForm):
    communes = forms.CharField(
        label="Communes", required=False, strip=True, widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text="Une par ligne\u00a0: le code INSEE, puis le nom si vous le voulez. Une commune n’est que dans une "
        "plateforme.",
    )  # fmt: skip

    class Meta:
        model = Platform
        fields = "__all__"  # noqa: DJ007 (those of the desk are named by the list)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None and "communes" in self.fields:
            rows = PlatformCommune.objects.filter(platform=self.instance).select_related("commune")
            held = sorted((row.commune_id, row.commune.name) for row in rows)
            self.initial["communes"] = "\n".join(f"{code} {name}" for code, name in held)

    def clean_communes(self) -> set[str]:
        """The INSEE codes, each of which may be in this platform."""
        lines = (line.split(maxsplit=1) for line in self.cleaned_data["communes"].splitlines())
        codes = {words[0].upper() for words in lines if words}
        perimeter.alone()
        if why := perimeter.refused(codes, self.instance):
            raise ValidationError(why)
        return codes

    def clean_slug(self) -> str:
        """A page of the room may have this address already."""
        slug: str = self.cleaned_data["slug"]
        if _taken(reverse("psad_queue", args=[slug])):
            raise ValidationError("Cette adresse est celle d’une page du portail\u00a0: choisissez-en une autre.")
        return slug

    def clean_check_months(self) -> list[int]:
        """Three and six months are counted everywhere (D9)."""
        months = sorted(set(self.cleaned_data["check_months"]))
        if not set(COUNTED) <= set(months) or not all(1 <= month <= 24 for month in months):
            raise ValidationError("De 1 à 24 mois, et toujours 3 et 6\u00a0: les chiffres en parlent.")
        return months


@admin.register(Platform)
class PlatformAdmin(InGrants):
    form = PlatformForm
    list_display = ("name", "shown_cio", "shown_ml", "shown_communes", "active")
    list_filter = ("active",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    autocomplete_fields = ("cio", "mission_locale")
    unsaid_fields = ("phone", "email")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "slug", "active", "cio", "mission_locale", "phone", "email")}),
        ("Périmètre", {"fields": ("communes",)}),
        (
            "Réglages, que les responsables changent aussi",
            {"fields": ("first_contact", "contact_days", "attempts_needed", "means_needed", "check_months")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Platform]:
        rows: QuerySet[Platform] = super().get_queryset(request)
        heads = Grant.objects.in_force().filter(role=Role.HEAD).select_related("user")
        return rows.annotate(commune_count=Count("communes")).prefetch_related(
            Prefetch("grants", queryset=heads, to_attr="heads")
        )

    @admin.display(description="responsable CIO")
    def shown_cio(self, platform: Platform) -> str:
        return _head(platform, Side.CIO)

    @admin.display(description="responsable mission locale")
    def shown_ml(self, platform: Platform) -> str:
        return _head(platform, Side.ML)

    @admin.display(description="communes", ordering="commune_count")
    def shown_communes(self, platform: Any) -> int:
        return int(platform.commune_count)

    def save_model(self, request: HttpRequest, obj: Platform, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        try:
            perimeter.draw(platform=obj, communes=form.cleaned_data["communes"], actor=actor(request))
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)


def _taken(address: str) -> bool:
    """Whether a page that names no platform answers there, or below."""
    with suppress(Resolver404):
        return bool(resolve(f"{address}x/"))
    return resolve(address).url_name != "psad_queue"


def _head(platform: Any, side: str) -> str:
    return next((grant.user.name or grant.user.email for grant in platform.heads if grant.side == side), "–")


@admin.register(PlatformCommune)
class PlatformCommuneAdmin(InGrants, ReadOnlyAdmin):
    """Where a commune is: to look it up. Perimeters are drawn on the platform's own page."""

    list_display = ("commune", "platform")
    list_filter = ("platform",)
    list_select_related = ("commune", "platform")
    search_fields = ("commune__name", "commune__insee", "commune__folded_name")
    search_help_text = "Nom ou code INSEE de la commune"
    ordering = ("commune__name",)


class HeadForm(PeriodForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.instance.role = Role.HEAD

    def _get_validation_exclusions(self) -> set[str]:
        """« One head a side » reads the role, which this form does not show."""
        return super()._get_validation_exclusions() - {"role"}

    def clean_user(self) -> Any:
        user = self.cleaned_data["user"]
        if not user.is_active:
            raise ValidationError("Ce compte est fermé\u00a0: rouvrez-le d’abord.")
        return user


@admin.register(Grant)
class HeadAdmin(InGrants, PeriodAdmin):
    """The heads: named and ended here. Their teams are theirs to name."""

    form = HeadForm
    scope_fields = ("platform", "side", "reason")
    list_display = ("platform", "side", "user", "reason", "starts_on", "ends_on", "ended_at")
    list_filter: ClassVar[Any] = (InForceFilter, "side", "platform")
    list_select_related: ClassVar[Any] = ("platform", "user")
    search_fields: ClassVar[Any] = ("user__email", "user__name", "platform__name")
    ordering: ClassVar[Any] = ("platform__name", "side", "-starts_on")

    def scope(self, user: Any, queryset: QuerySet[Grant]) -> QuerySet[Grant]:
        return queryset.filter(role=Role.HEAD)

    def grant(self, request: HttpRequest, wanted: Grant) -> Grant:
        return name_head(
            platform=wanted.platform, user=wanted.user, side=wanted.side, reason=wanted.reason,
            starts_on=wanted.starts_on, ends_on=wanted.ends_on, actor=actor(request),
        )  # fmt: skip


@admin.register(KitItem)
class KitAdmin(InGrants):
    """The tools of every platform; a platform's own are on its pages (D10)."""

    delete_rule = runs_region
    list_display = ("title", "address", "order")
    fields = ("title", "text", "address", "order")
    search_fields = ("title",)

    def scope(self, user: Any, queryset: QuerySet[KitItem]) -> QuerySet[KitItem]:
        return queryset.filter(platform=None)
