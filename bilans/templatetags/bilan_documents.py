"""`{% bilan_documents bilan %}`: the documents of a bilan on any page of it."""

from __future__ import annotations

from typing import Any

from django import template

from bilans.documents import paper_of
from bilans.models import Bilan

register = template.Library()


@register.inclusion_tag("bilans/parts/documents.html", takes_context=True)
def bilan_documents(context: Any, bilan: Bilan) -> dict[str, Any]:
    """What the person of this request may take of `bilan`; two queries at most."""
    request = context["request"]
    paper = paper_of(request.user, bilan)
    return {"paper": paper, "request": request, "csrf_token": context.get("csrf_token"), "back": request.path}
