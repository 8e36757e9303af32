"""The tabs of one organisation, on each of its pages, whichever room it comes from."""

from __future__ import annotations

from typing import Any

from django import template

from members.models import Organisation
from members.pro_pages import tabs

register = template.Library()


@register.inclusion_tag("members/pro/_tabs.html", takes_context=True)
def house_tabs(context: dict[str, Any], organisation: Organisation) -> dict[str, Any]:
    """`{% house_tabs organisation %}` under the head of the page."""
    candidate = organisation.status == Organisation.Status.CANDIDATE
    return {"tabs": tabs(organisation.slug, context["request"].path, candidate=candidate)}
