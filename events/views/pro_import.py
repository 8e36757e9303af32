"""`/pro/agenda/import/`: a file of events, shown before it is applied (A6, S4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.reference import EventType, Sector, Status
from core.spreadsheets import csv_file
from events.forms_sources import FileForm
from events.importers.table import COLUMNS
from events.models import AgendaFile
from events.pro_access import houses_of
from events.rules import is_trusted
from events.services import agenda_files
from events.views.pro_sources import for_houses, too_many
from members.models import Organisation

_EXAMPLE = {
    "identifiant": "2027-001", "titre": "Portes ouvertes du lycée", "type": "Portes ouvertes", "date": "16/03/2027",
    "heure_debut": "14:00", "heure_fin": "17:00", "lieu": "Lycée de l’exemple", "adresse": "3 rue du Lycée",
    "code_postal": "10000", "commune": "Troyes", "resume": "Visite des ateliers et rencontre des équipes.",
    "secteurs": "Industrie | Numérique", "publics": "Collégien·ne | Parent", "inscription": "", "prix": "gratuit",
    "statut": "prévu",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_houses
def give(request: HttpRequest, houses: list[Organisation]) -> HttpResponse:
    """Give a file; those that wait for a decision."""
    form = FileForm(request.POST or None, request.FILES or None, houses=houses)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            if said := too_many(request):
                raise ValidationError(said)
            made = agenda_files.give(organisation=form.house, upload=form.cleaned_data["file"], actor=user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("pro_agenda_file", made.public_id)
    waiting = AgendaFile.objects.filter(organisation__in=houses, state=AgendaFile.State.READY)
    context = {
        "form": form, "waiting": list(waiting.select_related("organisation")[:20]), "columns": list(COLUMNS),
        "kinds": EventType.labels, "sectors": Sector.labels, "publics": Status.labels,
    }  # fmt: skip
    return render(request, "events/pro/import.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def file(request: HttpRequest, key: UUID) -> HttpResponse:
    """What the file would do, line by line; then it is applied, or given up."""
    held = AgendaFile.objects.select_related("organisation").filter(public_id=key).first()
    if held is None or held.organisation not in houses_of(request.user):
        raise Http404
    if request.method == "POST":
        return _decided(request, held)
    if request.GET.get("refus") == "csv":
        lines = held.preview.get("rejections", [])
        return csv_file(
            "lignes-a-corriger",
            ["ou", "titre", "a_corriger"],
            [[one["where"], one["title"], one["reason"]] for one in lines],
        )
    return _file_page(request, held)


def _decided(request: HttpRequest, held: AgendaFile) -> HttpResponse:
    user: Any = request.user
    try:
        if "abandonner" in request.POST:
            agenda_files.drop(file=held, actor=user)
            messages.success(request, "Le fichier est abandonné\u00a0: rien n’a été écrit.")
            return redirect("pro_agenda_import")
        agenda_files.apply_file(
            file=held, digest=request.POST.get("apercu", ""), actor=user,
            without=agenda_files.left_out(held, request.POST.dict()),
        )  # fmt: skip
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("pro_agenda_file", held.public_id)


def _file_page(request: HttpRequest, held: AgendaFile) -> HttpResponse:
    said = held.preview
    counts = said.get("counts", {})
    context = {
        "file": held, "counts": counts, "lines": said.get("lines", []), "rejections": said.get("rejections", []),
        "notes": said.get("notes", []), "alike": said.get("alike", 0), "waits": held.state == AgendaFile.State.READY,
        "applied": held.state == AgendaFile.State.APPLIED, "left": said.get("left", 0),
        "changes": counts.get("created", 0) + counts.get("updated", 0), "trusted": is_trusted(held.organisation),
    }  # fmt: skip
    return render(request, "events/pro/import_file.html", context)


@require_safe
@for_houses
def template(request: HttpRequest, houses: list[Organisation]) -> HttpResponse:
    """A table to fill in, with one line as an example."""
    return csv_file("modele-evenements", list(COLUMNS), [[_EXAMPLE.get(name, "") for name in COLUMNS]])
