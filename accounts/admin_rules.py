"""The Region's desk opens by predicates: no row of permission, no flag on an account (habit 3, S3).

A room's `admin.py` writes:

    @admin.register(Site)
    class SiteAdmin(RulesAdmin):
        view_rule = change_rule = runs_region | is_officer      # who sees the list, who saves one
        unsaid_fields = ("email", "phone")                      # journaled as changed, values left out

        def scope(self, user, queryset):                        # which rows this person works on
            return queryset.visible_to(user)

A rule is called with the person and the object (None for the list): a predicate of one or two arguments both do.
What `scope` leaves out answers 404. Every save and every deletion is a row of the journal, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import rules
from django.contrib import admin
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.db.models import Model, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.rules import runs_region
from core.journal import record
from core.models import JournalEntry

UNSAID = "[non conservé]"
SHORT_LIST = 150


class RulesAdmin(admin.ModelAdmin):
    """A `ModelAdmin` whose permissions are predicates and whose writes are journaled. Nothing is deleted by default."""

    view_rule: Any = runs_region
    add_rule: Any = runs_region
    change_rule: Any = runs_region
    delete_rule: Any = rules.always_deny
    # Fields whose values never enter the journal, which keeps for good: secrets and contacts.
    unsaid_fields: Iterable[str] = ()
    list_per_page = 50
    show_full_result_count = False

    def scope(self, user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of `queryset` that `user` works on; all of them unless a room narrows it."""
        return queryset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.scope(request.user, super().get_queryset(request))

    # --- what is shown

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = self.opts.verbose_name_plural
        return super().changelist_view(
            request, {"title": str(title)[:1].upper() + str(title)[1:]} | (extra_context or {})
        )

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        """None: Django's widget for them writes inline styles, which our policy refuses, and has no name for axe."""
        return ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A field of `autocomplete_fields` is a plain list while it is short, then a number and a window to search."""
        if db_field.name in self.autocomplete_fields and "widget" not in kwargs:
            target = db_field.remote_field.model._default_manager
            if target.order_by().values("pk")[: SHORT_LIST + 1].count() > SHORT_LIST:
                kwargs["widget"] = ForeignKeyRawIdWidget(db_field.remote_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # --- who may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allows(self.view_rule, request, obj) or self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return allows(self.add_rule, request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allows(self.change_rule, request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allows(self.delete_rule, request, obj)

    # --- what is written

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        before = self.model._base_manager.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        changes = differences(before, obj, form.changed_data, self.unsaid_fields)
        if changes or not change:
            record(verb="admin.change" if change else "admin.add", target=obj, actor=actor(request), changes=changes)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for obj in formset.new_objects:
            record(verb="admin.add", target=obj, actor=actor(request))
        for obj, fields in formset.changed_objects:
            record(verb="admin.change", target=obj, actor=actor(request), changes={name: [] for name in fields})
        for obj in formset.deleted_objects:
            record(verb="admin.delete", target=obj, actor=actor(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        record(verb="admin.delete", target=obj, actor=actor(request))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            record(verb="admin.delete", target=obj, actor=actor(request))
        super().delete_queryset(request, queryset)

    # Django's own log would say the same a second time, with names in it: the journal is the only one.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None: ...  # type: ignore[override]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None: ...  # type: ignore[override]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None: ...  # type: ignore[override]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the journal says of one object, the latest first."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]
        lines = JournalEntry.objects.filter(target_type=self.opts.label_lower, target_key=str(obj.pk))[:200]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Historique : {obj}",
            "opts": self.opts,
            "object": obj,
            "lines": lines,
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/journal_of_object.html", context)


class ReadOnlyAdmin(RulesAdmin):
    """A list to read: nobody adds, changes nor deletes."""

    add_rule = change_rule = delete_rule = rules.always_deny


def allows(rule: Any, request: HttpRequest, obj: Any = None) -> bool:
    """Whether `rule` lets this request's person; asked once a request for a whole list."""
    if obj is not None:
        return bool(rule.test(request.user, obj))
    answers = request.__dict__.setdefault("_rule_answers", {})
    if rule not in answers:
        answers[rule] = bool(rule.test(request.user, None))
    return bool(answers[rule])


def actor(request: HttpRequest) -> Any:
    """The person behind the request, as the journal names actors."""
    return request.user


def differences(
    before: Model | None, after: Model, fields: Iterable[str], unsaid: Iterable[str] = ()
) -> dict[str, list[Any]]:
    """`{field: [before, after]}` for those of `fields` that really differ; the values of `unsaid` ones are left out."""
    names = {field.name for field in after._meta.concrete_fields}
    changes: dict[str, list[Any]] = {}
    for name in fields:
        if name not in names:
            continue
        old = _plain(getattr(before, name)) if before else None
        new = _plain(getattr(after, name))
        if old != new:
            changes[name] = [UNSAID, UNSAID] if name in unsaid else [old, new]
    return changes


def _plain(value: Any) -> Any:
    """`value` as JSON can hold it; another object by its key."""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, dict, type(None))) else str(value)
