"""The Region's imports at `/admin/imports/`: give a file, read what it would change, decide (`core/imports.py`).

The pages refresh themselves while the worker is at it, by a header: no script. Officers get 403.
"""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.reauth import recent_login_required
from accounts.rules import runs_region
from core import imports
from core.journal import record
from core.models import ImportChange, ImportDraft
from core.spreadsheets import csv_file

PAGE = 100
REFRESH_SECONDS = 5
State = ImportDraft.State
# Lines of a report that ask for no care: figures, and what the file merely does not speak of.
TALLY = " – créés\u00a0: "
QUIET = ("sans correspondance", "absent du", "structures rapprochées", "… et ")
HEADER = ("Fichier", "Ligne", "Acte", "Sorte", "Clé", "Objet", "Champ", "Avant", "Après")


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="Que contient ce fichier ?", widget=forms.RadioSelect, choices=list)
    upload = forms.FileField(label="Fichier", widget=forms.FileInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.key, kind.label) for kind in imports.kinds()]  # type: ignore[attr-defined]
        self.fields["upload"].widget.attrs["accept"] = ".zip,.csv"


def urls(site: Any) -> list[Any]:
    """The addresses, each behind the desk's own door and the Region's mandate."""
    pages = [
        ("imports/", home, "imports"),
        ("imports/<uuid:number>/", preview, "import"),
        ("imports/<uuid:number>/appliquer/", apply, "import_apply"),
        ("imports/<uuid:number>/refaire/", again, "import_again"),
        ("imports/<uuid:number>/abandonner/", drop, "import_drop"),
        ("imports/<uuid:number>/changements.csv", changes_file, "import_changes"),
    ]
    return [path(route, site.admin_view(_of_the_region(site, view)), name=name) for route, view, name in pages]


def _of_the_region(site: Any, view: Any) -> Any:
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not runs_region.test(request.user):
            raise PermissionDenied
        answer: HttpResponse = view(request, site, **kwargs)
        return answer

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest, site: Any) -> HttpResponse:
    """Give a file; what was given before."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = imports.keep(
                kind=form.cleaned_data["kind"], upload=form.cleaned_data["upload"], actor=_actor(request)
            )
        except ValidationError as error:
            form.add_error("upload", error)
        else:
            return redirect("admin:import", number=draft.public_id)
    drafts = ImportDraft.objects.all()
    if request.GET.get("etat") == "a-decider":
        drafts = imports.waiting_for_a_decision()
    page = Paginator(drafts.defer("report", "errors"), 25).get_page(request.GET.get("p"))
    for draft in page:
        draft.label = imports.label_of(draft)  # type: ignore[attr-defined]
    context = {
        "form": form, "kinds": imports.kinds(), "page": page, "days": settings.IMPORT_DRAFT_DAYS,
        "limit": settings.IMPORT_MAX_BYTES // 1_000_000, "only_waiting": request.GET.get("etat") == "a-decider",
    }  # fmt: skip
    return _page(request, site, "admin/imports/home.html", "Importer des données", context)


@require_GET
def preview(request: HttpRequest, site: Any, number: uuid.UUID) -> HttpResponse:
    """What the file would change, or did, line by line; while the worker is at it, a page that comes back by itself."""
    draft = _draft(number)
    draft.label = imports.label_of(draft)  # type: ignore[attr-defined]
    objects = Paginator(_objects(_filtered(draft, request)), PAGE).get_page(request.GET.get("p"))
    counts = _counts(draft)
    told = draft.changes.count()
    context = {
        "draft": draft,
        "pending": draft.state in ImportDraft.PENDING,
        "page": objects,
        "groups": _with_lines(draft, list(objects)),
        "counts": counts,
        "said": _said(counts),
        "told": told,
        "warnings": _warnings(draft),
        "kind": request.GET.get("sorte", ""),
        "act": request.GET.get("acte", ""),
        "filters": urlencode({name: request.GET[name] for name in ("sorte", "acte") if name in request.GET}) + "&",
        "may_apply": draft.state == State.READY,
        "may_redo": draft.state == State.READY and bool(draft.file),
        "may_drop": draft.state in {State.READY, State.REFUSED},
    }
    answer = _page(request, site, "admin/imports/preview.html", f"Import\u00a0: {draft.filename}", context)
    if context["pending"]:
        answer["Refresh"] = str(REFRESH_SECONDS)
    return answer


def _objects(changes: QuerySet[ImportChange]) -> Any:
    """One row an object, in the order of the file; the lines of one follow each other."""
    rows = changes.order_by().values("kind", "key", "act")
    return rows.annotate(first=Min("number"), last=Max("number"), name=Max("name"), count=Count("pk")).order_by("first")


def _with_lines(draft: ImportDraft, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """These objects, each with its lines; in one query."""
    if not objects:
        return []
    acts = dict(ImportChange.Act.choices)
    lines: dict[tuple[str, str, str], list[ImportChange]] = {}
    for line in draft.changes.filter(number__range=(objects[0]["first"], max(row["last"] for row in objects))):
        lines.setdefault((line.kind, line.key, line.act), []).append(line)
    return [
        {**row, "act_label": acts[row["act"]], "lines": lines[row["kind"], row["key"], row["act"]]} for row in objects
    ]


def _counts(draft: ImportDraft) -> list[dict[str, Any]]:
    """How many objects of each kind, and of what is said of them, by act."""
    acts = dict(ImportChange.Act.choices)
    plurals = {str(m._meta.verbose_name): str(m._meta.verbose_name_plural) for m in apps.get_models()}
    rows = draft.changes.order_by().values("kind", "act").annotate(
        count=Count("key", distinct=True), lines=Count("pk")
    )  # fmt: skip
    return [
        {
            **row,
            "act_label": acts[row["act"]],
            "kinds": plurals.get(row["kind"], row["kind"]) if row["count"] > 1 else row["kind"],
        }
        for row in rows.order_by("kind", "act")
    ]


def _said(counts: list[dict[str, Any]]) -> list[str]:
    """« Ajouts : 2 lieux (14 informations) » for each act that there is."""
    found = []
    for act, title in (("create", "Ajouts"), ("update", "Changements"), ("remove", "Retraits")):
        rows = [row for row in counts if row["act"] == act]
        lines = sum(row["lines"] for row in rows)
        words = ", ".join(f"{row['count']} {row['kinds']}" for row in rows)
        more = f" ({lines} information{'s' if lines > 1 else ''})" if act != "remove" else ""
        if rows:
            found.append(f"{title}\u00a0: {words}{more}")
    return found


def _warnings(draft: ImportDraft) -> list[str]:
    """Lines set aside, values left out or kept as they are here: what somebody has to read before deciding."""
    return [line for line in draft.report if TALLY not in line and not line.startswith(QUIET)]


def _filtered(draft: ImportDraft, request: HttpRequest) -> QuerySet[ImportChange]:
    changes = draft.changes.all()
    if kind := request.GET.get("sorte", ""):
        changes = changes.filter(kind=kind)
    if (act := request.GET.get("acte", "")) in ImportChange.Act.values:
        changes = changes.filter(act=act)
    return changes


@require_POST
@recent_login_required
def apply(request: HttpRequest, site: Any, number: uuid.UUID) -> HttpResponse:
    """Decide that what the page showed is done: `digest` is of what was read."""
    return _act(request, number, lambda draft, actor: imports.ask_to_apply(
        draft=draft, digest=request.POST.get("digest", ""), actor=actor
    ), "L’application est demandée\u00a0: cette page dira quand elle sera faite.")  # fmt: skip


@require_POST
def again(request: HttpRequest, site: Any, number: uuid.UUID) -> HttpResponse:
    return _act(request, number, lambda draft, actor: imports.ask_again(draft=draft, actor=actor), "")


@require_POST
def drop(request: HttpRequest, site: Any, number: uuid.UUID) -> HttpResponse:
    return _act(
        request, number, lambda draft, actor: imports.drop(draft=draft, actor=actor),
        "L’import est abandonné et son fichier effacé.",
    )  # fmt: skip


@require_POST
def changes_file(request: HttpRequest, site: Any, number: uuid.UUID) -> HttpResponse:
    """The lines of the preview as filtered, for a spreadsheet; journaled, hence a POST."""
    draft = _draft(number)
    rows = [
        (c.file, c.line or "", c.get_act_display(), c.kind, c.key, c.name, c.field, c.before, c.after)
        for c in _filtered(draft, request).iterator(2_000)
    ]
    record(verb="admin.export", target=draft, actor=_actor(request), changes={"rows": [None, len(rows)]})
    return csv_file(f"import-{draft.created_at:%Y-%m-%d}", HEADER, rows)


def _act(request: HttpRequest, number: uuid.UUID, act: Any, done: str) -> HttpResponse:
    draft = _draft(number)
    try:
        act(draft, _actor(request))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        if done:
            messages.success(request, done)
    return redirect("admin:import", number=draft.public_id)


def _draft(number: uuid.UUID) -> ImportDraft:
    return get_object_or_404(ImportDraft, public_id=number)


def _actor(request: HttpRequest) -> Any:
    return request.user


def _page(request: HttpRequest, site: Any, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**site.each_context(request), "title": title, **context})
