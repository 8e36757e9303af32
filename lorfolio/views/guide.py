"""The guided questions, a small page at a time: each can be left, gone back to, skipped; what was said is kept."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lorfolio import guide
from lorfolio.forms.guide import Day
from lorfolio.forms.skills import OwnWords
from lorfolio.http import mine, owner
from lorfolio.lists import Kind, Level
from lorfolio.models import Experience, Portfolio, Skill
from lorfolio.services import path, skills
from metiers.models import Skill as Reference

FORM = require_http_methods(["GET", "HEAD", "POST"])


@owner
@FORM
def day(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """« Que faisiez-vous dans une journée ? »"""
    row = mine(Experience, portfolio, key)
    form = Day(request.POST) if request.method == "POST" else Day(initial={"lines": "\n".join(row.highlights)})
    if request.method == "POST" and form.is_valid():
        path.change_lines(row=row, lines=form.cleaned_data["lines"])
        return redirect("lorfolio_guide_words", row.pk)
    kind = Kind(row.kind)
    shown = {"row": row, "form": form, "question": guide.DAY[kind], "examples": guide.EXAMPLES[kind], "stage": 1}
    return render(request, "lorfolio/path/guide_day.html", shown)


@owner
@FORM
def words(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """Skills that the person's own lines may mean: yes or no."""
    row = mine(Experience, portfolio, key)
    if request.method == "POST":
        asked = Reference.objects.filter(pk__in=request.POST.getlist("asked")[: guide.MOST_FOUND], active=True)
        return _answered(request, portfolio, row, list(asked), "/domaines/")
    asked_now = guide.told_by_words(row)
    if not asked_now:
        return redirect("lorfolio_guide_groups", row.pk)
    shown = {
        "row": row, "asked": asked_now, "held": _held(row), "stage": 2, "title": "D’après vos mots",
        "lead": "Vous avez peut-être fait tout cela. Cochez ce qui est vrai.",
        "back": f"/lorfolio/parcours/{row.pk}/questions/", "skip": f"/lorfolio/parcours/{row.pk}/questions/domaines/",
    }  # fmt: skip
    return render(request, "lorfolio/path/guide_ask.html", shown)


@owner
@require_safe
def domains(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """The groups as big buttons; each leads to its questions and back."""
    row = mine(Experience, portfolio, key)
    found = guide.groups(row, list(row.skills.all()))
    shown = {
        "row": row, "first": found[: guide.FIRST_GROUPS], "others": found[guide.FIRST_GROUPS :], "stage": 3,
        "number": row.skills.count(),
    }  # fmt: skip
    return render(request, "lorfolio/path/guide_groups.html", shown)


@owner
@FORM
def ask(request: HttpRequest, portfolio: Portfolio, key: UUID, group: str, part: int) -> HttpResponse:
    """A few questions of one group."""
    row = mine(Experience, portfolio, key)
    found = next((one for one in guide.groups(row, []) if one.slug == group), None)
    if found is None or not 1 <= part <= found.parts:
        raise Http404
    asked = guide.questions(found, part)
    last = part == found.parts
    if request.method == "POST":
        onward = "/domaines/" if last or "enough" in request.POST else f"/domaines/{group}/{part + 1}/"
        return _answered(request, portfolio, row, asked, onward)
    root = f"/lorfolio/parcours/{row.pk}/questions/domaines/"
    shown = {
        "row": row, "asked": asked, "held": _held(row), "stage": 3, "title": found.name, "part": part,
        "parts": found.parts, "last": last, "lead": "Cochez ce que vous avez fait, même une seule fois.",
        "back": f"{root}{group}/{part - 1}/" if part > 1 else root, "skip": root,
    }  # fmt: skip
    return render(request, "lorfolio/path/guide_ask.html", shown)


@owner
@FORM
def own(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """What no list asked about."""
    row = mine(Experience, portfolio, key)
    form = OwnWords(request.POST) if request.method == "POST" else OwnWords()
    if request.method == "POST" and form.is_valid():
        try:
            for label in form.cleaned_data["skills"]:
                skills.hold(portfolio=portfolio, label=label, experience=row)
            return redirect("lorfolio_guide_levels", row.pk)
        except ValidationError as refused:
            form.add_error("skills", refused.messages)
    return render(request, "lorfolio/path/guide_own.html", {"row": row, "form": form, "stage": 4})


@owner
@FORM
def levels(request: HttpRequest, portfolio: Portfolio, key: UUID) -> HttpResponse:
    """How well each is done; nothing has to be said."""
    row = mine(Experience, portfolio, key)
    rows = list(row.skills.order_by("label"))
    if request.method == "POST":
        given = {skill: request.POST.get(f"level-{skill.pk}", "") for skill in rows}
        said = {skill: int(level) for skill, level in given.items() if level in {str(one) for one in Level.values}}
        skills.rate(portfolio=portfolio, levels=said)
        messages.success(request, "C’est enregistré. Voilà ce que cette expérience dit de vous.")
        return redirect("lorfolio_experience", row.pk)
    if not rows:
        return redirect("lorfolio_experience", row.pk)
    said_levels = [choice for choice in Level.choices if choice[0]]
    return render(
        request, "lorfolio/path/guide_levels.html", {"row": row, "rows": rows, "levels": said_levels, "stage": 5}
    )


def _answered(
    request: HttpRequest, portfolio: Portfolio, row: Experience, asked: list[Reference], onward: str
) -> HttpResponse:
    try:
        skills.answer(portfolio=portfolio, experience=row, asked=asked, yes=set(request.POST.getlist("yes")))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect(f"/lorfolio/parcours/{row.pk}/questions{onward}")


def _held(row: Experience) -> set[str]:
    found = Skill.objects.filter(experiences=row, reference__isnull=False)
    return {str(slug) for slug in found.values_list("reference", flat=True)}
