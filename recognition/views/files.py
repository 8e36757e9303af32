"""`/candidature/<uuid>/pieces/`: the files of the dossier; they open for its team only, never in the page (R3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header

from members.models import QualityCriterion
from recognition.contents import kind_words
from recognition.forms.acts import FileForm
from recognition.letters.papers import paper_name
from recognition.models import Attachment, Letter
from recognition.services.attaching import attach, detach
from recognition.services.checking import criteria_of, short
from recognition.views.access import Desk, reads_dossier, refuse
from recognition.views.limits import counted

Kind = Attachment.Kind
_HINTS = {
    Kind.NOTE: "Une présentation précise de votre environnement et de la mise en œuvre de l’offre de services.",
    Kind.ACTIVITY: "Le rapport d’activité de l’année qui précède celle de la campagne.",
    Kind.ACCOUNTS: "Les comptes de la même année\u00a0: bilan et compte de résultat.",
}


@reads_dossier("POST")
def listed(desk: Desk) -> HttpResponse:
    """The three files asked, those that support an answer, the others; each slot has its own form."""
    form, kind, criterion = FileForm(), "", _criterion(desk, desk.request.GET.get("critere", ""))
    if desk.request.method == "POST" and desk.dossier.editable:
        kind = desk.request.POST.get("kind", "")
        criterion = _criterion(desk, desk.request.POST.get("critere", ""))
        form = FileForm(desk.request.POST, desk.request.FILES, auto_id=_ids(kind))
        if form.is_valid() and _attach(desk, form, kind, criterion):
            return redirect(_back(desk, kind, criterion))
    return render(desk.request, "recognition/files.html", desk.page("pieces", **_shown(desk, form, kind, criterion)))


@reads_dossier()
def download(desk: Desk, file: UUID) -> HttpResponseBase:
    """The bytes, as a file to keep: a browser never opens them as a page of ours."""
    found = get_object_or_404(Attachment, candidature=desk.dossier, public_id=file)
    try:
        opened = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return as_file(opened, found.name, found.mime)


@reads_dossier("POST")
def remove(desk: Desk, file: UUID) -> HttpResponse:
    found = get_object_or_404(desk.dossier.attachments.filter(replaced_at=None), public_id=file)
    if not desk.dossier.editable:
        return redirect(desk.url("candidature_files"))
    if desk.request.method == "POST":
        try:
            detach(attachment=found, user=desk.user, at=desk.at)
            messages.success(desk.request, f"Le fichier «\u00a0{found.name}\u00a0» est retiré du dossier.")
        except ValidationError as error:
            refuse(desk.request, error)
        return redirect(desk.url("candidature_files"))
    return render(desk.request, "recognition/file_remove.html", desk.page("pieces", file=found))


@reads_dossier()
def letter(desk: Desk, letter: UUID) -> HttpResponseBase:
    """A letter of this dossier, or of the recognition it gave, once it is drawn."""
    found = get_object_or_404(Letter, public_id=letter)
    holder = found.candidature or found.recognition
    if holder is None or holder.organisation_id != desk.dossier.organisation_id:
        raise Http404
    if not found.file:
        return render(desk.request, "recognition/letter_waiting.html", desk.page("", letter=found))
    try:
        opened = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return as_file(opened, paper_name(found), "application/pdf")


def as_file(opened: Any, name: str, mime: str) -> FileResponse:
    response = FileResponse(opened, content_type=mime)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _criterion(desk: Desk, key: str) -> QualityCriterion | None:
    return criteria_of(desk.dossier.charter).filter(key=key[:120]).first() if key else None


def _attach(desk: Desk, form: FileForm, kind: str, criterion: QualityCriterion | None) -> bool:
    try:
        with counted(desk.request):
            made = attach(
                candidature=desk.dossier, kind=kind, upload=form.cleaned_data["file"], user=desk.user, at=desk.at,
                criterion=criterion if kind == Kind.EVIDENCE else None,
            )  # fmt: skip
    except ValidationError as error:
        form.add_error("file", error.messages)
        return False
    messages.success(desk.request, f"Le fichier «\u00a0{made.name}\u00a0» est enregistré dans le dossier.")
    return True


def _back(desk: Desk, kind: str, criterion: QualityCriterion | None) -> str:
    if kind == Kind.EVIDENCE and criterion is not None:
        return f"{desk.url('candidature_criteria')}#critere-{criterion.key}"
    return desk.url("candidature_files")


def _shown(desk: Desk, form: FileForm, kind: str, criterion: QualityCriterion | None) -> dict[str, Any]:
    files = list(desk.dossier.attachments.filter(replaced_at=None).select_related("criterion", "added_by"))
    year = desk.dossier.campaign.year
    slots: list[dict[str, Any]] = [
        {
            "kind": slot, "label": kind_words(slot, year), "hint": _HINTS[Kind(slot)],
            "file": next((file for file in files if file.kind == slot), None),
            "asked": any(one["anchor"] == f"piece-{slot}" for one in desk.asked),
            "form": form if kind == slot else FileForm(auto_id=_ids(slot)),
        }
        for slot in Attachment.REQUIRED
    ]  # fmt: skip
    since = desk.request_open.asked_at if desk.request_open else None
    for line in slots:
        file = line["file"]
        line["given"] = bool(line["asked"] and since and file and file.added_at > since)
    return {
        "slots": slots,
        "others": [file for file in files if file.kind not in Attachment.REQUIRED],
        "criterion": criterion,
        "criterion_short": short(criterion) if criterion else "",
        "other_form": form if form.is_bound and kind not in Attachment.REQUIRED else FileForm(auto_id=_ids("")),
        "form": form if form.is_bound else None,
        "refused": _refused(kind, year) if form.errors else None,
    }


def _ids(kind: str) -> str:
    return f"id_{kind if kind in Attachment.REQUIRED else 'autre'}_%s"


def _refused(kind: str, year: int) -> dict[str, str]:
    """Which slot refused its file: its name, and the field that takes another."""
    label = kind_words(kind, year) if kind in Attachment.REQUIRED else "Pièces à l’appui, et autres pièces"
    return {"label": label, "anchor": _ids(kind) % "file"}
