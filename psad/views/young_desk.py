"""The team's side of the young person's page: giving the link, answering what they ask (issue 6, D7)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.links import absolute
from psad import queue, reading
from psad.forms.young import Correct, GiveLink, SaidNo, Settle
from psad.http import circle1
from psad.lists import Purpose
from psad.models import Case, Grant, Platform, Wish
from psad.reading import Opened
from psad.services import young_links, young_rights
from psad.views.cases import case_of, explain
from psad.young import notice


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, case: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """« Donner son lien »: the link and the code are shown by the answer that makes them, and never again."""
    found = case_of(platform, case)
    at = timezone.now()
    form = GiveLink(request.POST if request.method == "POST" else None, initial={"version": found.version})
    if request.method == "POST" and request.POST.get("acte") == "retirer":
        if young_links.revoke(case=found.pk, by=grant.user, role=grant.role, at=at):
            messages.success(request, "Le lien est retiré\u00a0: il n’ouvre plus rien, sa page s’est refermée.")
        return redirect("psad_young_link", platform.slug, found.pk)
    given = None
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                given = young_links.give(case=found.pk, by=grant.user, role=grant.role, at=at, **form.cleaned_data)
        except ValidationError as error:
            explain(form, error)  # type: ignore[arg-type]  # any form of ours
            form = _renewed(form, found)
    opened = reading.read(case_of(platform, case), role=grant.role, verb="case.read", purpose=Purpose.WORK)
    shown = _shown(platform, grant, opened, "Donner son lien") | {"form": form, "given": given}
    if given is not None:
        shown["address"] = absolute(reverse("psad_young_door", args=[given.secret]))
        shown["code"] = f"{given.code[:4]}\u00a0{given.code[4:]}"
    row = young_links.in_force(opened.case)
    shown |= {"row": row, "state": young_links.state_of(row, at) if row else ""}
    return render(request, "psad/young/desk_link.html", shown)


@circle1
@require_safe
def asked(request: HttpRequest, *, platform: Platform, grant: Grant) -> HttpResponse:
    """What people of the platform ask about their data, oppositions first."""
    shown = {
        "platform": platform, "grant": grant, "here": "file",
        "asked": queue.asked(platform, grant, timezone.localdate()),
        "crumbs": [{"label": "À faire", "url": reverse("psad_queue", args=[platform.slug])}],
    }  # fmt: skip
    return render(request, "psad/young/desk_asked.html", shown)


@circle1
@require_http_methods(["GET", "HEAD", "POST"])
def rights(request: HttpRequest, case: UUID, *, platform: Platform, grant: Grant) -> HttpResponse:
    """What the person asked, what was answered; correct who they are; write down that they said no."""
    found = case_of(platform, case)
    act = request.POST.get("acte", "") if request.method == "POST" else ""
    typed: dict[str, Any] = {}
    if request.method == "POST":
        if act not in _ACTS:
            raise Http404
        form = _ACTS[act](request.POST, auto_id=f"{act}-%s")
        if form.is_valid() and _done(act, form, found, grant):
            messages.success(request, _SAID[act])
            return redirect("psad_young_rights", platform.slug, found.pk)
        typed = {act: _renewed(form, found)}
    opened = reading.read(case_of(platform, case), role=grant.role, verb="case.read", purpose=Purpose.RIGHTS)
    row = opened.case
    shown = _shown(platform, grant, opened, "Ses demandes et ses droits") | {
        "wishes": _wishes(opened, typed.get("repondre")), "refused": next(iter(typed.values()), None),
        "correct": typed.get("corriger") or Correct.of(opened.identity, row.version), "open_act": act,
        "said_no": typed.get("opposition") or SaidNo(initial={"version": row.version}, auto_id="opposition-%s"),
    }  # fmt: skip
    return render(request, "psad/young/desk_rights.html", shown)


_ACTS: dict[str, Any] = {"repondre": Settle, "corriger": Correct, "opposition": SaidNo}
_SAID = {
    "repondre": "C’est noté\u00a0; la personne le lit sur sa page.",
    "corriger": "Les informations sont corrigées.",
    "opposition": "L’opposition est notée\u00a0: plus personne ne contacte cette personne.",
}


def _done(act: str, form: Any, case: Case, grant: Grant) -> bool:
    told, at = form.cleaned_data, timezone.now()
    who: dict[str, Any] = {"by": grant.user, "role": grant.role, "at": at}
    try:
        with transaction.atomic():
            if act == "repondre":
                if not Wish.objects.filter(pk=told["wish"], case=case).exists():
                    raise Http404
                young_rights.settle(wish=told["wish"], outcome=told["outcome"], **who)
            elif act == "corriger":
                young_rights.correct(case=case.pk, changes=form.changes(), version=told["version"], **who)
            else:
                young_rights.oppose(case=case.pk, version=told["version"], **who)
    except ValidationError as error:
        explain(form, error)
        return False
    return True


def _renewed(form: Any, case: Case) -> Any:
    """What was typed, with the version that the page now shows: sent again, it passes."""
    if "version" in form.fields:
        form.data = form.data.copy()
        form.data["version"] = str(Case.objects.values_list("version", flat=True).get(pk=case.pk))
    return form


def _wishes(opened: Opened, refused: Any) -> list[Any]:
    rows: list[Any] = list(Wish.objects.filter(case=opened.case).select_related("by").order_by("-at"))
    for row in rows:
        row.said = opened.text(row.text, field=f"wish/{row.pk}") or ""
        row.form = None
        if row.handled_at is None:
            theirs = refused is not None and str(refused.data.get("wish")) == str(row.pk)
            row.form = refused if theirs else Settle(initial={"wish": row.pk}, auto_id=f"r-{str(row.pk)[:8]}-%s")
    return rows


def _shown(platform: Platform, grant: Grant, opened: Opened, title: str) -> dict[str, Any]:
    page = reverse("psad_case", args=[platform.slug, opened.case.pk])
    return {
        "platform": platform, "grant": grant, "here": "dossier", "case": opened.case, "who": opened.identity,
        "title": title, "notice": notice.CURRENT,
        "crumbs": [
            {"label": "À faire", "url": reverse("psad_queue", args=[platform.slug])}, {"label": "Dossier", "url": page},
        ],
    }  # fmt: skip
