"""What several forms of one page have wrong, as one list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import Form

register = template.Library()


@register.simple_tag
def wrong_of(forms: Iterable[Form]) -> list[dict[str, Any]]:
    """`{label, error, id}` of each fault, in the order of the page; no `id` for what is of no field."""
    found: list[dict[str, Any]] = []
    for form in forms:
        if not form.is_bound:
            continue
        found += [{"label": "", "error": error, "id": ""} for error in form.non_field_errors()]
        for field in form:
            anchor = field.id_for_label or f"{field.auto_id}_0"
            heading = getattr(form, "heading", "")
            label = f"{heading}, {str(field.label).lower()}" if heading else field.label
            found += [{"label": label, "error": error, "id": anchor} for error in field.errors]
    return found
