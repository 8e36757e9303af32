"""Cases that may be of one person, side by side: one person, or two (D4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from psad.http import circle1
from psad.lists import Role
from psad.models import Case, Grant, Platform
from psad.reading import read_all
from psad.services import merging
from psad.services.cases import role_of
from psad.views.inbox import side

PAIRS = 10


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def pairs(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The latest pairs; deciding on one brings the next."""
    if grant.role not in (Role.HEAD, Role.COORDINATION):
        raise PermissionDenied
    if request.method == "POST":
        _decide(request, platform, grant)
        return redirect("psad_twins", platform.slug)
    found = merging.twins(platform.pk, limit=PAIRS + 1)
    shown = found[:PAIRS]
    cases = Case.objects.filter(pk__in={key for pair in shown for key in pair}, platform=platform)
    known = {one.case.pk: one for one in read_all(list(cases), role=role_of(grant), verb="case.compared")}
    context = {
        "platform": platform, "grant": grant, "here": "doublons", "more": len(found) > PAIRS,
        "pairs": [
            (side(known[first], known[second].identity), side(known[second], known[first].identity))
            for first, second in shown
        ],
    }  # fmt: skip
    return render(request, "psad/intake/twins.html", context)


def _decide(request: HttpRequest, platform: Platform, grant: Grant) -> None:
    try:
        keys = [UUID(request.POST.get(name, "")) for name in ("premier", "second")]
    except ValueError:
        raise Http404 from None
    if Case.objects.filter(pk__in=keys, platform=platform).count() != len(set(keys)):
        raise Http404
    given: dict[str, Any] = {"by": request.user, "role": role_of(grant), "at": timezone.now()}
    try:
        with transaction.atomic():
            if request.POST.get("acte") == "reunir":
                merging.merge(first=keys[0], second=keys[1], **given)
                messages.success(request, "Les deux dossiers n’en font plus qu’un\u00a0: le plus ancien.")
            else:
                merging.apart(first=keys[0], second=keys[1], **given)
                messages.success(request, "Ce sont deux personnes\u00a0: elles ne vous seront plus montrées ensemble.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
