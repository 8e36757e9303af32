"""The desk's lists of mandates: granted and ended by the services, never edited in place."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_rules import RulesAdmin, actor
from accounts.services import end_period, grant_period


class InForceFilter(admin.SimpleListFilter):
    title = "état"
    parameter_name = "etat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("en-cours", "En cours"), ("termine", "Terminés"), ("a-venir", "À venir")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        running = queryset.model._default_manager.in_force().values("pk")
        if self.value() == "en-cours":
            return queryset.filter(pk__in=running)
        coming = {"starts_on__gt": timezone.localdate(), "ended_at": None}
        if self.value() == "a-venir":
            return queryset.filter(**coming)
        if self.value() == "termine":
            return queryset.exclude(pk__in=running).exclude(**coming)
        return queryset


class PeriodForm(ModelForm):
    def _get_validation_exclusions(self) -> set[str]:
        """The rule « one at a time » reads `ended_at`, which no form shows; left out, Django could not check it."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"ended_at"}


class PeriodAdmin(RulesAdmin):
    """`scope_fields` are what the mandate bears on: `("organisation", "role")`, `("agency",)`."""

    form = PeriodForm
    scope_fields: tuple[str, ...] = ()
    list_filter: ClassVar[Any] = (InForceFilter,)
    search_fields: ClassVar[Any] = ("user__email", "user__name")
    autocomplete_fields: ClassVar[Any] = ("user",)
    list_select_related: ClassVar[Any] = True
    ordering: ClassVar[Any] = ("-starts_on", "-pk")
    actions = ("put_an_end",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ["user", *self.scope_fields, "starts_on", "ends_on"]
        return [*fields, "ended_at"] if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "user" and field is not None:  # two people may bear one name, not one address
            field.label_from_instance = lambda user: f"{user.email} ({user.name})" if user.name else user.email
        return field

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if context.get("original") is not None:  # nothing to save on it: a mandate ends by the action of the list
            context |= dict.fromkeys(("show_save", "show_save_and_continue", "show_save_and_add_another"), False)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if change:
            return
        granted = self.grant(request, obj)
        obj.pk, obj._state.adding = granted.pk, False

    def grant(self, request: HttpRequest, wanted: Any) -> Any:
        """The door of the room; this one is for mandates that have none of their own."""
        scope = {name: getattr(wanted, name) for name in self.scope_fields}
        return grant_period(
            self.model, user=wanted.user, actor=actor(request), starts_on=wanted.starts_on, ends_on=wanted.ends_on,
            **scope,
        )  # fmt: skip

    def end(self, request: HttpRequest, mandate: Any) -> Any:
        """The door of the room."""
        return end_period(mandate, actor=actor(request))

    @admin.action(description="Mettre fin aux mandats choisis", permissions=["change"])
    def put_an_end(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        ended = 0
        for mandate in queryset:
            if not self.has_change_permission(request, mandate):
                continue
            try:
                self.end(request, mandate)
            except ValidationError as error:
                self.message_user(request, f"{mandate} : {' '.join(error.messages)}", messages.WARNING)
            else:
                ended += 1
        if ended:
            self.message_user(request, f"Mandats terminés : {ended}.", messages.SUCCESS)
