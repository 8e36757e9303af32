"""The lists that a platform receives: given, read again line by line, applied; what became of each line (D4, D14)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.sealing import Seal, opened
from core.spreadsheets import csv_file
from core.uploads import in_memory
from psad import reading
from psad.forms.intake import ListForm
from psad.http import circle1
from psad.intake.rio import COLUMNS
from psad.lists import Disposition, Purpose, Role
from psad.models import Grant, Import, Line, Platform
from psad.services import importing
from psad.services.cases import role_of

PAGE = 50
_LATEST = 30
_ANSWERS = [(str(value), value.label) for value in importing.ANSWERS]


@in_memory
@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def received(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The lists already received, and the form that gives one more."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = importing.give(
                platform=platform, content=file.read(), file_name=file.name, by=request.user, at=timezone.now()
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("psad_list", platform.slug, batch.pk)
    lists = Import.objects.filter(platform=platform).select_related("given_by").defer("content").order_by("-given_at")
    context = {"platform": platform, "grant": grant, "here": "listes", "form": form, "lists": lists[:_LATEST]}
    return render(request, "psad/intake/lists.html", context | {"columns": COLUMNS})


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """A list: its lines by pages of 50, each with what it becomes; before it is applied, the answer to each."""
    batch = _list(platform, key)
    if request.method == "POST":
        return _keep_answers(request, batch)
    fate = request.GET.get("suite", "")
    after = request.GET.get("apres", "")
    lines = Line.objects.filter(batch=batch).order_by("number")
    if fate in importing.Fate.values:
        lines = lines.filter(fate=fate)
    if after.isdecimal() and len(after) < 9:
        lines = lines.filter(number__gt=int(after))
    page = list(lines[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE]
    seal = opened(batch.sealed_key) if batch.sealed_key and page else None
    if seal is not None:
        reading.log(platform.pk, role=role_of(grant), verb="list.read", purpose=Purpose.CHECK)
    context = {
        "platform": platform, "grant": grant, "here": "listes", "batch": batch, "rows": _rows(page, seal), "fate": fate,
        "tabs": _tabs(batch, fate), "answers": _ANSWERS, "mine": batch.given_by_id == grant.user_id,
        "next": _page(batch, fate, page[-1].number) if more else "", "here_url": request.get_full_path(),
        "waits": batch.state in (Import.State.WAITING, Import.State.RUNNING),
        "waits_decision": batch.state == Import.State.PREVIEWED,
        "whole": grant.role in (Role.HEAD, Role.COORDINATION),
    }  # fmt: skip
    return render(request, "psad/intake/list.html", context)


@circle1
@require_POST
def settle(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """Apply the list with the answers chosen on the page, or give it up."""
    batch = _list(platform, key)
    try:
        if request.POST.get("acte") == "abandonner":
            importing.drop(batch=batch, at=timezone.now())
            messages.success(request, "La liste est abandonnée\u00a0: rien n’en a été gardé.")
        else:
            # What was just chosen counts, even if it was not saved apart.
            importing.answer(batch=batch, answers=_chosen(request))
            importing.ask_to_apply(batch=batch, by=request.user)
            messages.success(request, "La liste est en cours d’application. Vous pouvez quitter cette page.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("psad_list", platform.slug, batch.pk)


@circle1
@require_safe
def answers(request: HttpRequest, key: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """The answer of the platform to each line, by its number alone: no person is named (D14)."""
    batch = _list(platform, key)
    lines = Line.objects.filter(batch=batch).order_by("number")
    reading.log(platform.pk, role=role_of(grant), verb="list.answered", purpose=Purpose.CHECK)
    found = lines.values_list("number", "fate", "reason", "disposition", "case__disposition")
    rows = (
        (number, importing.Fate(fate).label, reason, Disposition(now or said).label if now or said else "")
        for number, fate, reason, said, now in found.iterator(chunk_size=2_000)
    )
    name = f"liste-{batch.given_at:%Y-%m-%d}-reponses"
    return csv_file(name, ("ligne", "suite", "motif", "reponse"), rows)


def _list(platform: Platform, key: UUID) -> Import:
    rows = Import.objects.filter(platform=platform).select_related("given_by").defer("content")
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _keep_answers(request: HttpRequest, batch: Import) -> HttpResponse:
    try:
        kept = importing.answer(batch=batch, answers=_chosen(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if kept:
            messages.success(
                request, f"{kept}\u00a0réponse{'s' if kept > 1 else ''} enregistrée{'s' if kept > 1 else ''}."
            )
    after = request.POST.get("apres", "")
    fate = request.POST.get("suite", "")
    known = fate if fate in importing.Fate.values else ""
    return redirect(_page(batch, known, int(after) if after.isdecimal() and len(after) < 9 else 0))


def _chosen(request: HttpRequest) -> dict[UUID, str]:
    """The answers of the page by their line; 404 for a key that is none."""
    typed = {name.removeprefix("ligne-"): value for name, value in request.POST.items() if name.startswith("ligne-")}
    try:
        return {UUID(key): str(value) for key, value in typed.items()}
    except ValueError:
        raise Http404 from None


def _page(batch: Import, fate: str, after: int) -> str:
    asked = [f"suite={fate}"] if fate else []
    asked += [f"apres={after}"] if after else []
    return reverse("psad_list", args=[batch.platform.slug, batch.pk]) + ("?" + "&".join(asked) if asked else "")


def _tabs(batch: Import, fate: str) -> list[dict[str, Any]]:
    counts = [("", "Toutes", sum(batch.counts.values()))]
    counts += [(str(one), one.label, batch.counts.get(str(one), 0)) for one in importing.FATES]
    return [
        {"label": label, "count": count, "url": _page(batch, value, 0), "current": value == fate}
        for value, label, count in counts
    ]


def _rows(lines: list[Line], seal: Seal | None) -> list[dict[str, Any]]:
    rows = []
    for line in lines:
        cells = seal.open(line.content, bound=f"line/{line.pk}") if seal is not None else None
        cells = cells or {}
        who = f"{cells.get('prenoms', '')} {cells.get('nom', '')}".strip()
        rows.append(
            {
                "line": line, "name": who, "born": cells.get("date_naissance", ""), "town": cells.get("commune", ""),
                "class_name": cells.get("classe", ""), "fate": importing.Fate(line.fate).label,
                "asks": line.fate == importing.Fate.CREATED and bool(cells),
                "answer": Disposition(line.disposition).label if line.disposition else "",
            }
        )  # fmt: skip
    return rows
