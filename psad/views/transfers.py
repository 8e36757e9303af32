"""`/psad/<platform>/transferts/`: cases that another platform offers or asks for, and what became of ours (D13)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from psad import queue, reading
from psad.http import circle1
from psad.lists import Purpose, Role
from psad.models import Case, Grant, Platform, Transfer
from psad.services import transferring
from psad.views.cases import case_of

PAGE = 50
FOUND_ELSEWHERE = (
    "Une autre plateforme suit aussi cette personne. Proposez-lui le dossier, ou demandez-lui le sien\u00a0: elle seule"
    " décide."
)
NOT_ELSEWHERE = "Aucune autre plateforme de la région ne suit cette personne aujourd’hui."


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """What waits for an answer, ours or theirs; a POST answers. Of a case offered, nothing is read before."""
    if grant.role not in {Role.HEAD, Role.COORDINATION}:
        raise PermissionDenied
    if request.method == "POST":
        return _answered(request, platform, grant)
    open_ones = Transfer.objects.filter(accepted_at=None, refused_at=None).select_related("by", "to").order_by("at")
    coming = list(open_ones.filter(to=platform)[:PAGE])
    leaving = list(open_ones.exclude(to=platform).filter(case__platform=platform)[:PAGE])
    context = {
        "platform": platform, "grant": grant, "here": "transferts",
        "offered": [row for row in coming if not row.asked],
        "asked": _named([row for row in leaving if row.asked], grant),
        "ours": [row for row in coming if row.asked],
        "given": _named([row for row in leaving if not row.asked], grant),
    }  # fmt: skip
    return render(request, "psad/cases/transfers.html", context)


@circle1
@require_POST
def elsewhere(request: HttpRequest, case: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Whether another platform follows this person too: yes or no, counted and logged, and nothing of where (D13)."""
    found = case_of(platform, case)
    opened = reading.read(found, role=grant.role, verb="case.asked", purpose=Purpose.CHECK)
    try:
        known = transferring.elsewhere(identity=opened.identity, platform=platform)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.info(request, FOUND_ELSEWHERE if known else NOT_ELSEWHERE)
    return redirect("psad_case", platform.slug, found.pk)


def _answered(request: HttpRequest, platform: Platform, grant: Grant) -> HttpResponse:
    try:
        key = UUID(request.POST.get("transfert", ""))
    except ValueError:
        raise Http404 from None
    known = Transfer.objects.filter(pk=key)
    # Of this platform: somebody of two of them is not in both what they are in one. (Of a case that is offered, the row
    # of the case is not seen: two questions, no join.)
    if not known.filter(to=platform).exists() and not known.filter(case__platform=platform).exists():
        raise Http404
    at = timezone.now()
    try:
        if request.POST.get("acte") == "accepter":
            with transaction.atomic():
                held = transferring.accept(transfer=key, by=grant.user, role=grant.role, at=at)
            if Case.objects.filter(pk=held.pk, platform=platform).exists():
                messages.success(request, "Le dossier est maintenant dans votre plateforme.")
                return redirect("psad_case", platform.slug, held.pk)
            messages.success(request, "Le dossier est transmis\u00a0: votre équipe ne le lit plus.")
        else:
            transferring.refuse(transfer=key, reason=request.POST.get("reason", ""), at=at)
            messages.success(request, "La réponse est non\u00a0: le dossier reste où il était.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("psad_transfers", platform.slug)


def _named(rows: list[Transfer], grant: Grant) -> list[dict[str, Any]]:
    """Each with the case that this platform holds, opened and logged."""
    today = timezone.localdate()
    cases = list(queue.listed().filter(pk__in=[row.case_id for row in rows]))
    known = {line.case.pk: line for line in queue.lines(cases, grant, today, verb="case.transfers")}
    return [{"transfer": row, "line": known[row.case_id]} for row in rows if row.case_id in known]
