"""Skills: the list, one of them, adding from the list or in one's own words, making one of two."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lorfolio import guide
from lorfolio.content import certainty_of
from lorfolio.forms.skills import AddSkill, EditSkill, Merge
from lorfolio.http import is_minor, mine, owner
from lorfolio.lists import Certainty
from lorfolio.models import Portfolio, Skill
from lorfolio.services import path, skills
from lorfolio.views.proofs_shown import proofs_of
from metiers import search
from metiers.models import Skill as Reference

FORM = require_http_methods(["GET", "HEAD", "POST"])
OWN_WORDS = "Avec mes mots"
WAYS = (("groupe", "Par domaine"), ("niveau", "Par niveau"), ("preuve", "Par preuve"))


@dataclass(frozen=True)
class Shelf:
    title: str
    rows: list[Skill]


def shelves(rows: list[Skill], way: str) -> list[Shelf]:
    """The skills put together by domain of the list, by level, or by how sure they are."""
    found: dict[tuple[int, str], list[Skill]] = {}
    sureness = list(reversed(Certainty.values))
    for row in rows:
        if way == "niveau":
            key = (-row.level, row.get_level_display())
        elif way == "preuve":
            certainty = certainty_of(row.proofs.all())
            key = (sureness.index(certainty), certainty.label)
        else:
            key = (0, row.reference.group) if row.reference else (1, OWN_WORDS)
        found.setdefault(key, []).append(row)
    return [Shelf(title, found[rank, title]) for rank, title in sorted(found)]


@owner
@require_safe
def held(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    way = request.GET.get("par", "")
    way = way if way in dict(WAYS) else "groupe"
    rows = list(
        Skill.objects.filter(portfolio=portfolio).select_related("reference").prefetch_related("proofs", "experiences")
        .order_by("-level", "folded")
    )  # fmt: skip
    tabs = [
        {"label": words, "url": f"/lorfolio/competences/?par={slug}", "current": slug == way} for slug, words in WAYS
    ]
    shown = {"shelves": shelves(rows, way), "number": len(rows), "tabs": tabs, "form": AddSkill()}
    return render(request, "lorfolio/skills/held.html", shown)


@owner
@FORM
def add(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    """From the list when one was chosen there; otherwise what the list has that looks like it, or the words as they"
    " are."""
    form = AddSkill(request.POST) if request.method == "POST" else AddSkill()
    found: list[Reference] = []
    searched = False
    if request.method == "POST" and form.is_valid():
        label, slug = form.cleaned_data["label"], request.POST.get("choice") or form.cleaned_data["reference"]
        reference = Reference.objects.filter(pk=slug, active=True).first() if slug else None
        if reference is None and "own" not in request.POST:
            found, searched = search.skills(label, 10), True
        if reference is not None or "own" in request.POST or (searched and not found):
            try:
                row = skills.hold(portfolio=portfolio, label=label, reference=reference)
            except ValidationError as refused:
                form.add_error(None, refused)
            else:
                messages.success(request, f"«\u00a0{row.label}\u00a0» est dans votre liste.")
                return redirect("lorfolio_skill", row.pk) if "then" not in request.POST else redirect("lorfolio_skills")
    return render(request, "lorfolio/skills/add.html", {"form": form, "found": found, "searched": searched})


@owner
@FORM
def one(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    row = mine(Skill, portfolio, key, "reference")
    form = EditSkill(request.POST if request.method == "POST" else None, skill=row)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            skills.change(skill=row, facts=form.facts(), experiences=said["experiences"], german=said["label_de"])
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "C’est enregistré.")
            return redirect("lorfolio_skill", row.pk)
    shown = {"row": row, "form": form, "proofs": proofs_of(row), "of": "competence", "minor": is_minor(portfolio)}
    return render(request, "lorfolio/skills/one.html", shown)


@owner
@FORM
def remove(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    row = mine(Skill, portfolio, key)
    if request.method == "POST":
        path.remove(row=row)
        messages.success(request, "C’est retiré.")
        return redirect("lorfolio_skills")
    words = "Elle disparaît aussi de vos CV et de votre site, avec ses preuves. Les documents restent dans le coffre."
    shown = {"row": row, "back": f"/lorfolio/competences/{row.pk}/", "words": words}
    return render(request, "lorfolio/path/remove.html", shown)


@owner
@FORM
def merge(request: HttpRequest, portfolio: Portfolio) -> HttpResponse:
    rows = Skill.objects.filter(portfolio=portfolio).order_by("folded")
    form = Merge(request.POST if request.method == "POST" else None, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            row = skills.merge(kept=form.cleaned_data["kept"], other=form.cleaned_data["other"])
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "Les deux n’en font plus qu’une, avec tout ce qu’elles portaient.")
            return redirect("lorfolio_skill", row.pk)
    return render(request, "lorfolio/skills/merge.html", {"form": form, "number": rows.count()})


@owner
@FORM
def browse(request: HttpRequest, portfolio: Portfolio, group: str = "", part: int = 1) -> HttpResponse:
    """The whole list, domain by domain: the questions of the guide, without an experience."""
    every = list(Skill.objects.filter(portfolio=portfolio, reference__isnull=False))
    found = guide.groups(None, every)
    if not group:
        return render(request, "lorfolio/skills/browse.html", {"groups": found})
    chosen = next((one for one in found if one.slug == group), None)
    if chosen is None or not 1 <= part <= chosen.parts:
        raise Http404
    asked = guide.questions(chosen, part)
    root = "/lorfolio/competences/parcourir/"
    last = part == chosen.parts
    if request.method == "POST":
        try:
            skills.answer(portfolio=portfolio, experience=None, asked=asked, yes=set(request.POST.getlist("yes")))
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect(root if last or "enough" in request.POST else f"{root}{group}/{part + 1}/")
    shown = {
        "asked": asked, "held": {row.reference_id for row in every}, "title": chosen.name, "part": part,
        "parts": chosen.parts, "last": last, "lead": "Cochez ce que vous avez déjà fait.", "skip": root,
        "back": f"{root}{group}/{part - 1}/" if part > 1 else root,
    }  # fmt: skip
    return render(request, "lorfolio/path/guide_ask.html", shown)
