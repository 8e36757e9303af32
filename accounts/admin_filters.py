"""Filters of the desk's lists in words: each choice narrows the rows by a function of the room (`due.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

Narrow = Callable[[QuerySet[Any]], QuerySet[Any]]


class DueFilter(admin.SimpleListFilter):
    """`choices_of`: the value in the address to (what people read, which rows). Made by `due_filter`."""

    title = "ce qui est à faire"
    parameter_name = "due"
    choices_of: dict[str, tuple[str, Narrow]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in self.choices_of.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.choices_of.get(self.value() or "")
        return chosen[1](queryset) if chosen else queryset


def due_filter(
    name: str = "ce qui est à faire", parameter: str = "due", **choices: tuple[str, Narrow]
) -> type[DueFilter]:
    """A filter class; an underscore in the name of a choice is a hyphen in the address."""
    named = {key.replace("_", "-"): choice for key, choice in choices.items()}
    return type("DueFilter", (DueFilter,), {"title": name, "parameter_name": parameter, "choices_of": named})
