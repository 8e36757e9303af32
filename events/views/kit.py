"""`/agenda/preparer/` and `/agenda/preparer/<kind>/`: sheets to get ready, by type of event, to read or to print."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.http import public_page
from core.reference import EventType
from events.kits import COMING, KITS, STUCK


@public_page
def kits(request: HttpRequest) -> HttpResponse:
    """Every sheet, and what each kind of event gives."""
    sheets = [(EventType(kind).label, reverse("event_kit", args=[kind]), sheet.lead) for kind, sheet in KITS.items()]
    return render(request, "events/kits.html", {"sheets": sheets})


@public_page
def kit(request: HttpRequest, kind: str) -> HttpResponse:
    """The sheet; 404 for a type that is not of the closed list."""
    if kind not in KITS:
        raise Http404
    sheet = KITS[kind]
    parts = [
        ("avant", "Avant d’y aller", (*sheet.before, *COMING), "Mes questions"),
        ("pendant", "Sur place", sheet.during, "Ce que j’ai vu, qui j’ai rencontré"),
        ("apres", "Et après", (*sheet.after, *STUCK), "Ce que je fais maintenant"),
    ]
    context = {
        "kind": kind,
        "label": EventType(kind).label,
        "kit": sheet,
        "parts": parts,
        "others": [(EventType(k).label, reverse("event_kit", args=[k])) for k in KITS if k != kind],
    }
    return render(request, "events/kit.html", context)
