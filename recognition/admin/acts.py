"""Acts of an officer from the page of one thing: each is a POST that goes through a service (R10, R13, R14).

What is refused comes back with what was typed, beside its field; a page that a colleague overtook says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from copy import copy
from typing import Any, ClassVar

import rules
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from accounts.admin_rules import RulesAdmin
from recognition.forms.sittings import tell

NOTHING = "Rien n’a été enregistré."


class ActsAdmin(RulesAdmin):
    """Things that are read, and on which one acts; never changed by Django's own form.

    `acts`: by name of the act, its address after the key, and the method that does it. `named`: what the page of a row
    names, read with it.
    """

    add_rule = change_rule = delete_rule = rules.always_deny
    acts: ClassVar[dict[str, tuple[str, str]]] = {}
    named: tuple[str, ...] = ()

    def sheet(self, row: Any, today: dt.date, typed: tuple[str, Any] | None) -> dict[str, Any]:
        """What the page of a row shows, its title too; `typed`: the act that was refused, and its form."""
        raise NotImplementedError

    def get_urls(self) -> list[Any]:
        stem = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        own = [
            path(f"<int:key>/{route}", view(require_POST(getattr(self, method))), name=f"{stem}_{act}")
            for act, (route, method) in self.acts.items()
        ]
        return [*own, *super().get_urls()]

    def theirs(self, request: HttpRequest, key: int) -> Any:
        """The row of this address, for who may read it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=key).first()
        if row is None:
            raise Http404
        return row

    def do(
        self, request: HttpRequest, row: Any, form: forms.Form, act: Callable[[], Any], *, name: str, done: str,
        to: Callable[[Any], str] | None = None,
    ) -> HttpResponse:  # fmt: skip
        """Do `act`, or show the page again with what was typed and what is wrong; then `to` says where to go on."""
        made = None
        if form.is_valid():
            try:
                with transaction.atomic():
                    made = act()
            except ValidationError as error:
                tell(form, error)
        if form.errors:
            messages.error(request, format_html('{} <a href="#{}">Voir ce qui ne va pas</a>', NOTHING, name))
            return self.again(request, row, (name, form))
        messages.success(request, done)
        return HttpResponseRedirect(to(made) if to else self.address(row))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row, more = self.get_object(request, object_id), dict(extra_context or {})
        typed = more.pop("typed", None)
        shown = {"subtitle": None} | self.sheet(row, timezone.localdate(), typed) if row is not None else {}
        return super().change_view(request, object_id, form_url, shown | more)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is None or not self.named:
            return row
        return self.get_queryset(request).select_related(*self.named).get(pk=row.pk)

    def again(self, request: HttpRequest, row: Any, typed: tuple[str, Any]) -> HttpResponse:
        """The page to read, answered to a form."""
        shown = copy(request)
        shown.method = "GET"
        return self.change_view(shown, str(row.pk), "", {"typed": typed})

    def address(self, row: Any) -> str:
        return address_of(row)


def address_of(row: Any) -> str:
    """The page of a row at the desk."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
