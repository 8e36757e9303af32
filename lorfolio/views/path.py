"""The path: a timeline, and each thing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lorfolio.forms.path import ExperienceForm, ExtraForm, LanguageForm
from lorfolio.http import is_minor, mine, owner
from lorfolio.lists import ExtraKind, Kind
from lorfolio.models import Experience, Extra, Language, Portfolio
from lorfolio.services import path
from lorfolio.views.proofs_shown import proofs_of

FORM = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Year:
    """One mark of the timeline, and what ended then (or goes on)."""

    words: str
    rows: list[Experience]


def timeline(rows: list[Experience]) -> list[Year]:
    """What goes on first, then by the year it ended, the latest first; what has no date last."""
    marks: dict[str, list[Experience]] = {}
    for row in sorted(rows, key=_when, reverse=True):
        marks.setdefault(_mark(row), []).append(row)
    return [Year(words, found) for words, found in marks.items()]


def _when(row: Experience) -> tuple[str, str]:
    return (row.ends or ("9999" if row.starts else ""), row.starts)


def _mark(row: Experience) -> str:
    if row.ends:
        return row.ends[:4]
    return "Aujourd’hui" if row.starts else "Sans date"


@owner
@require_safe
def line(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    rows = list(Experience.objects.filter(portfolio=portfolio).prefetch_related("skills", "proofs"))
    shown = {
        "years": timeline(rows), "kinds": Kind.choices,
        "languages": list(Language.objects.filter(portfolio=portfolio)),
        "extras": list(Extra.objects.filter(portfolio=portfolio).prefetch_related("proofs")),
    }  # fmt: skip
    return render(request, "lorfolio/path/line.html", shown)


@owner
@FORM
def add(request: HttpRequest, portfolio: Portfolio, kind: str = "") -> HttpResponse:
    if kind and kind not in Kind.values:
        raise Http404
    form: Any = (
        ExperienceForm(request.POST) if request.method == "POST" else ExperienceForm.fresh(kind=kind or Kind.WORK)
    )
    if request.method == "POST" and form.is_valid():
        try:
            row = path.keep(
                model=Experience, portfolio=portfolio, facts=form.facts(), german=form.german(),
                key=form.cleaned_data["key"],
            )  # fmt: skip
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            if "questions" in request.POST:
                return redirect("lorfolio_guide", row.pk)
            messages.success(request, "C’est enregistré.")
            return redirect("lorfolio_experience", row.pk)
    return render(request, "lorfolio/path/experience_form.html", {"form": form})


@owner
@require_safe
def one(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    row = mine(Experience, portfolio, key)
    skills = list(row.skills.prefetch_related("proofs"))
    shown = {
        "row": row, "skills": skills, "proofs": proofs_of(row), "of": "experience", "minor": is_minor(portfolio)
    }  # fmt: skip
    return render(request, "lorfolio/path/experience.html", shown)


@owner
@FORM
def edit(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    row = mine(Experience, portfolio, key)
    form = ExperienceForm(request.POST) if request.method == "POST" else ExperienceForm.of(row)
    if request.method == "POST" and form.is_valid():
        path.change(row=row, facts=form.facts(), german=form.german())
        messages.success(request, "C’est enregistré.")
        return redirect("lorfolio_experience", row.pk)
    return render(request, "lorfolio/path/experience_form.html", {"form": form, "row": row})


@owner
@FORM
def remove(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    row = mine(Experience, portfolio, key)
    return _removed(
        request, row, back=f"/lorfolio/parcours/{row.pk}/", words="Elle disparaît aussi de vos CV et de votre site,"
        " avec ses"
        " preuves. Les compétences que vous y avez trouvées restent, ainsi que les documents du coffre.",
    )  # fmt: skip


# --- Languages and « en plus »


@owner
@FORM
def language(request: HttpRequest, portfolio: Portfolio, key: UUID | None = None) -> HttpResponse:
    row = mine(Language, portfolio, key) if key else None
    form: Any = (
        LanguageForm(request.POST) if request.method == "POST" else LanguageForm.of(row) if row else LanguageForm()
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            path.keep_language(portfolio=portfolio, name=said["name"], level=said["level"], row=row)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "C’est enregistré.")
            return redirect("/lorfolio/parcours/#langues")
    return render(request, "lorfolio/path/language_form.html", {"form": form, "row": row, "names": NAMES})


@owner
@FORM
def remove_language(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    row = mine(Language, portfolio, key)
    return _removed(request, row, back=f"/lorfolio/parcours/langues/{row.pk}/", words="Elle disparaît aussi de vos CV.")


@owner
@FORM
def add_extra(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    form: Any = ExtraForm(request.POST) if request.method == "POST" else ExtraForm.fresh(kind=ExtraKind.CERTIFICATE)
    if request.method == "POST" and form.is_valid():
        try:
            row = path.keep(
                model=Extra, portfolio=portfolio, facts=form.facts(), german=form.german(), key=form.cleaned_data["key"]
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "C’est enregistré.")
            return redirect("lorfolio_extra", row.pk)
    return render(request, "lorfolio/path/extra_form.html", {"form": form})


@owner
@FORM
def extra(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """One thing, to change; its proofs under it."""
    row = mine(Extra, portfolio, key)
    form = ExtraForm(request.POST) if request.method == "POST" else ExtraForm.of(row)
    if request.method == "POST" and form.is_valid():
        path.change(row=row, facts=form.facts(), german=form.german())
        messages.success(request, "C’est enregistré.")
        return redirect("lorfolio_extra", row.pk)
    shown = {"form": form, "row": row, "proofs": proofs_of(row), "of": "plus", "minor": is_minor(portfolio)}
    return render(request, "lorfolio/path/extra_form.html", shown)


@owner
@FORM
def remove_extra(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    row = mine(Extra, portfolio, key)
    words = "Cela disparaît aussi de vos CV et de votre site, avec ses preuves. Les documents restent dans le coffre."
    return _removed(request, row, back=f"/lorfolio/parcours/plus/{row.pk}/", words=words)


def _removed(request: HttpRequest, row: Any, *, back: str, words: str) -> HttpResponse:
    """Asks first, on a page of its own; then it is gone."""
    if request.method == "POST":
        path.remove(row=row)
        messages.success(request, "C’est retiré.")
        return redirect("lorfolio_path")
    return render(request, "lorfolio/path/remove.html", {"row": row, "back": back, "words": words})


NAMES = (
    "Français", "Allemand", "Anglais", "Luxembourgeois", "Alsacien", "Francique lorrain", "Espagnol", "Italien",
    "Portugais", "Arabe", "Turc", "Russe", "Ukrainien", "Polonais", "Roumain", "Albanais",
    "Langue des signes française",
)  # fmt: skip
