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

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, ClassVar

import rules
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import Model, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.rules import runs_region
from core.journal import UNSAID, record
from core.models import JournalEntry

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHORT_LIST = 150
HISTORY_PAGE = 100


class RulesAdmin(admin.ModelAdmin):
    """A `ModelAdmin` whose permissions are predicates and whose writes are journaled. Nothing is deleted by default."""

    view_rule: Any = runs_region
    add_rule: Any = runs_region
    change_rule: Any = runs_region
    delete_rule: Any = rules.always_deny
    # Fields whose values never enter the journal, which keeps for good: secrets and contacts.
    unsaid_fields: Iterable[str] = ()
    list_per_page = 50
    formfield_overrides: ClassVar[Any] = {models.URLField: {"assume_scheme": "https"}}
    show_full_result_count = False
    # What an export holds besides the columns of the list, and without them; contacts go to whom the rule says.
    export_fields: tuple[str, ...] = ()
    export_left_out: tuple[str, ...] = ()
    export_contacts: tuple[str, ...] = ()
    contacts_rule: Any = rules.always_deny

    def scope(self, user: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of `queryset` that `user` works on; all of them unless a room narrows it."""
        return queryset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.scope(request.user, super().get_queryset(request))

    # --- what leaves

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [
            path("export/<slug:form>/", self.admin_site.admin_view(self.export_view), name=name),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def export_view(self, request: HttpRequest, form: str) -> HttpResponse:
        """The list as it is filtered, in a file; a POST, because it is journaled."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        from accounts.admin_export import export

        with transaction.atomic():
            return export(request, self, form)

    def may_export_contacts(self, request: HttpRequest) -> bool:
        return allows(self.contacts_rule, request)

    def prepare_rows(self, rows: Iterable[Any]) -> Iterable[Any]:
        """The rows of a page or of an export, with what the columns ask of several at once."""
        return rows

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        found.result_list = self.prepare_rows(found.result_list)
        return found

    # --- what is shown

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = self.opts.verbose_name_plural
        return super().changelist_view(
            request,
            {"title": str(title)[:1].upper() + str(title)[1:], "export_links": self._export_links()}
            | (extra_context or {}),
        )

    def _export_links(self) -> list[tuple[str, str]]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        return [(form.upper(), reverse(name, args=[form])) for form in ("csv", "xlsx")]

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        """None: Django's widget for them writes inline styles, which our policy refuses, and has no name for axe."""
        return ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A field of `autocomplete_fields` is a plain list while it is short, then a number and a window to search."""
        if db_field.name in self.autocomplete_fields and "widget" not in kwargs:
            narrowed = kwargs.get("queryset")
            target = db_field.remote_field.model._default_manager if narrowed is None else narrowed
            if target.order_by().values("pk")[: SHORT_LIST + 1].count() > SHORT_LIST:
                kwargs["widget"] = ForeignKeyRawIdWidget(db_field.remote_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what the page itself offers: `password__startswith` in the address would spell a secret out.

        Refused ones answer 400.
        """
        return lookup in self._offered_lookups(request)

    def _offered_lookups(self, request: HttpRequest) -> set[str]:
        offered: set[str] = set()
        for item in self.get_list_filter(request):
            if isinstance(item, type) and issubclass(item, admin.SimpleListFilter):
                offered.add(str(item.parameter_name))
                continue
            path = str(item[0] if isinstance(item, (list, tuple)) else item)
            field = get_fields_from_path(self.model, path)[-1]
            if field.is_relation:
                path_of_key = f"{path}__{field.target_field.name}"  # type: ignore[attr-defined]
                offered |= {f"{path_of_key}__exact", f"{path}__isnull"}
            else:
                # A filter by every value of a field names the field alone.
                offered |= {path} | {f"{path}__{way}" for way in ("exact", "isnull", "gte", "lt")}
        if self.date_hierarchy:
            offered |= {f"{self.date_hierarchy}__{way}" for way in ("year", "month", "day", "gte", "lt")}
        return offered

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Any:
        """What is not in this person's rows does not exist (habit 2)."""
        raise Http404

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
        if change and not self.has_change_permission(request, obj):  # as it would stand once saved
            raise PermissionDenied
        before = self.model._base_manager.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        changes = differences(before, obj, form.changed_data, self.unsaid_fields)
        if changes or not change:
            record(verb="admin.change" if change else "admin.add", target=obj, actor=actor(request), changes=changes)

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        """What stands inside another object is told in the history of that object."""
        before = {obj.pk: str(obj) for obj in formset.get_queryset()}
        super().save_formset(request, form, formset, change)
        pairs: list[tuple[str | None, str | None]] = [(None, str(obj)) for obj in formset.new_objects]
        pairs += [(before.get(obj.pk), str(obj)) for obj, _ in formset.changed_objects]
        pairs += [(before.get(obj.pk), None) for obj in formset.deleted_objects]
        for old, new in pairs:
            name = str(formset.get_queryset().model._meta.verbose_name)
            record(verb="admin.change", target=form.instance, actor=actor(request), changes={name: [old, new]})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record_deletion(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self._record_deletion(request, obj)
        super().delete_queryset(request, queryset)

    def _record_deletion(self, request: HttpRequest, obj: Any) -> None:
        """What is deleted is known by the journal alone: its values go there, but those that stay unsaid."""
        names = [field.name for field in obj._meta.concrete_fields if field.editable and not field.primary_key]
        said = {name: _plain(getattr(obj, name)) for name in names}
        changes = {
            name: [UNSAID if name in self.unsaid_fields else value, None]
            for name, value in said.items()
            if value not in (None, "", [], {})
        }
        record(verb="admin.delete", target=obj, actor=actor(request), changes=changes)

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
            raise Http404
        from accounts.admin_history import told

        rows = JournalEntry.objects.filter(target_type=self.opts.label_lower, target_key__in=journal_keys(obj))
        lines = Paginator(rows, HISTORY_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Historique : {obj}",
            "opts": self.opts,
            "object": obj,
            "page": lines,
            "lines": told(lines.object_list),
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


def journal_keys(obj: Any) -> list[str]:
    """By which keys the journal may name `obj`: its number, and the name that its addresses show."""
    shown = (getattr(obj, name, None) for name in ("public_id", "slug"))
    return [str(obj.pk), *(str(key) for key in shown if key)]


def with_names(lines: Iterable[JournalEntry]) -> list[JournalEntry]:
    """These lines, each with `shown_actor`: the name its account has today, in one query; a role when it has none."""
    lines = list(lines)
    keys = {line.actor_key for line in lines if UUID.fullmatch(line.actor_key)}
    people = (
        {str(user.pk): str(user) for user in User.objects.filter(pk__in=keys).only("name", "email")} if keys else {}
    )
    for line in lines:
        name = people.get(line.actor_key)
        line.shown_actor = f"{name} ({line.actor_label})" if name else line.actor_label  # type: ignore[attr-defined]
    return lines


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
