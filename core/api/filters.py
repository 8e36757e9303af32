"""What a list may be asked: declared parameters only, each read once, every wrong value refused with its reason."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Model, QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

MOST_REPEATS = 10
PAGE_PARAMETERS = frozenset({"cursor", "page_size"})


class PublicFilterSet(django_filters.FilterSet):
    """A filter set that only prepares the filters the request names: most requests name one or two out of ten."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        declared: dict[str, django_filters.Filter] = type(self).base_filters  # type: ignore[misc, has-type]
        self.base_filters = {name: declared[name] for name in declared if name in (data or {})}
        super().__init__(data, *args, **kwargs)

    def refuse_unknown_values(self) -> None:
        """Raise `ValidationError` when a slug given names nothing. Asked only when the list came out empty."""
        errors = {
            name: [f.unknown.format(self.data[name])]
            for name, f in self.filters.items()
            if isinstance(f, ReferenceFilter) and not f.exists(self.form.cleaned_data[name])
        }
        if errors:
            raise ValidationError(errors)


class ReferenceFilter(django_filters.CharFilter):
    """Keeps the rows whose `field_name` refers to the object of `model` that the value names.

    The key is found inside the list's own query: no query more, and an index on (key, order) still serves.
    """

    def __init__(self, model: type[Model], field_name: str, *, key: str = "slug", unknown: str, **extra: Any) -> None:
        super().__init__(field_name=field_name, max_length=140, **extra)
        self.model_named, self.key, self.unknown = model, key, unknown

    def named(self, value: str) -> QuerySet[Any]:
        return self.model_named._default_manager.filter(**{self.key: value}).order_by()

    def exists(self, value: str) -> bool:
        return not value or self.named(value).exists()

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.filter(**{self.field_name: self.named(value).values("pk")[:1]})


class EveryFilter(django_filters.MultipleChoiceFilter):
    """Keeps the rows whose array `field_name` holds every value given: the parameter may be repeated."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__contains": list(value)}) if value else qs


class Filters(DjangoFilterBackend):
    """django-filter, as the views of the API call it."""

    raise_exception = True


def refuse_odd_parameters(request: Request, known: frozenset[str], repeatable: frozenset[str] = frozenset()) -> None:
    """A parameter misspelt would silently give the whole world: refused by its name, as one given twice or empty.

    Those of `repeatable` may be given several times, a few. Raises `ValidationError`.
    """
    errors: dict[str, list[str]] = {}
    for name, values in request.query_params.lists():
        if name not in known:
            errors[name[:80]] = ["Ce paramètre n’existe pas ici."]
        elif len(values) > (MOST_REPEATS if name in repeatable else 1):
            errors[name] = ["Ce paramètre est donné plusieurs fois."]
        elif not all(value.strip() for value in values):
            errors[name] = ["Ce paramètre est vide."]
        elif any("\x00" in value for value in values):
            errors[name] = ["Cette valeur contient un caractère interdit."]
    if errors:
        raise ValidationError(errors)
