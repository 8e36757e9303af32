"""`/demo/agenda/<name>`: the agendas of others that the demonstration reads (served there only)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from events import demo_agendas


@login_not_required
@require_safe
def agenda(request: HttpRequest, name: str) -> HttpResponse:
    """One of the two invented agendas, with dates that follow the day."""
    made = demo_agendas.AGENDAS.get(name)
    if made is None:
        raise Http404
    content, kind = made(timezone.localdate())
    return HttpResponse(content, content_type=kind)
