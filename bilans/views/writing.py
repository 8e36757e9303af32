"""`/pro/bilans/<uuid>/…`: where a bilan stands, and its pages to fill: a theme, the three questions (B2, B5)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bilans import checking, rules
from bilans.lines import Control, Line
from bilans.models import Kind
from bilans.sheet import Sheet
from bilans.views.desk import Desk, by_autosave, kind_words, reads_bilan
from bilans.views.saving import Attempt, answer_script, attempt, marks, overlay
from core import panels

ACTS = 60
ACCOUNT = "compte"  # what the journal calls who acts as nobody else: no word for a reader


@reads_bilan()
def overview(desk: Desk) -> HttpResponse:
    """Where it stands, what is asked, its parts with their progress, who writes, what was done of it."""
    sheet = desk.sheet()
    gaps = checking.gaps(sheet) if desk.editable else []
    writers = desk.writers()
    context = desk.page(
        "", sheet, gaps=gaps, cards=_cards(desk, sheet, gaps), on=_on(desk, gaps),
        standing=checking.standing(sheet, gaps) if desk.editable else [], kind_words=kind_words(desk.bilan),
        writers=writers, history=_history(desk, {line["key"]: line["name"] for line in writers}),
        takes_back=desk.speaks and not checking.why_not_taken_back(desk.bilan),
        panels=panels.collect("bilan", desk.request, desk.bilan), at_desk=_at_desk(desk),
    )  # fmt: skip
    return render(desk.request, "bilans/writing/overview.html", context)


def _history(desk: Desk, names: dict[str, str]) -> list[dict[str, Any]]:
    """What was done of it, and by whom: a name for those who write in it, what they act as for the others."""
    rows = desk.bilan.acts.order_by("-at", "-pk")[:ACTS]
    return [{"act": act, "by": names.get(act.user_key) or ("" if act.label == ACCOUNT else act.label)} for act in rows]


def _cards(desk: Desk, sheet: Sheet, gaps: list[checking.Gap]) -> list[dict[str, Any]]:
    """The parts, each with what is to be done there: all may be answered, and a comment be awaited."""
    todo = Counter(gap.part for gap in gaps)
    lines = [line for line in desk.menu("", sheet) if line["asked"]]
    return [
        line | {"todo": todo[line["key"]], "whole": line["answered"] == line["asked"] and not todo[line["key"]]}
        for line in lines
    ]


def _on(desk: Desk, gaps: list[checking.Gap]) -> str:
    """Where the first thing to do is; empty when nothing is."""
    return f"{desk.page_of(gaps[0].part)}#{gaps[0].anchor}" if gaps else ""


def _at_desk(desk: Desk) -> str:
    """Where the Region decides of it; empty for everybody else."""
    decides = rules.may_decide(desk.user, desk.bilan) and desk.bilan.kind != Kind.REGION
    return reverse("admin:bilans_bilan_change", args=[desk.bilan.pk]) if decides else ""


@reads_bilan("POST")
def part(desk: Desk, part: str) -> HttpResponse:
    """One theme: its indicators to fill, or to read."""
    sheet = desk.sheet()
    page = sheet.part(part)
    if page is None:
        raise Http404
    if desk.request.method != "POST":
        return _page(desk, sheet, part)
    controls = [control for line in page.lines for control in line.controls]
    return _saved(desk, part, controls, page.lines)


@reads_bilan("POST")
def questions(desk: Desk) -> HttpResponse:
    """The three questions of article 5, and the commentary."""
    sheet = desk.sheet()
    if desk.request.method != "POST":
        return _page(desk, sheet, checking.QUESTIONS)
    return _saved(desk, checking.QUESTIONS, [question.control for question in sheet.questions], [])


def _saved(desk: Desk, here: str, controls: list[Control], lines: list[Line]) -> HttpResponse:
    refuse_others(desk)
    done = attempt(desk, controls, lines)
    if done.saved is not None:
        desk.bilan.refresh_from_db()
    sheet = desk.sheet()
    overlay(sheet, done)
    if by_autosave(desk.request):
        keys = {line.key for line in lines}
        return answer_script(desk, sheet, done, [line for line in sheet.lines if line.key in keys])
    if done.whole:
        return _leads_on(desk, sheet, here)
    return _page(desk, sheet, here, done)


def refuse_others(desk: Desk) -> None:
    """Who reads a bilan without speaking in its name writes nothing there: 403."""
    if not desk.speaks:
        raise PermissionDenied


def _leads_on(desk: Desk, sheet: Sheet, here: str) -> HttpResponse:
    following = desk.around(here, sheet)["next"]
    messages.success(desk.request, "C’est enregistré. Le bilan n’est pas encore déposé.")
    on = "suite" in desk.request.POST and following
    return redirect(following["url"] if on else desk.request.path)


def _page(desk: Desk, sheet: Sheet, here: str, done: Attempt | None = None) -> HttpResponse:
    page = sheet.part(here)
    lines: list[Line] = page.lines if page else []
    controls = [control for line in lines for control in line.controls] if page else [
        question.control for question in sheet.questions
    ]  # fmt: skip
    context: dict[str, Any] = desk.page(
        here, sheet, part=page, lines=lines, around=desk.around(here, sheet), marks=marks(controls), done=done,
        wrong=[_fault(control, sheet) for control in controls if control.error],
        held=[_fault(control, sheet) for control in controls if control.theirs is not None],
    )  # fmt: skip
    template = "part" if page else "questions"
    return render(desk.request, f"bilans/writing/{template}.html", context, status=done.status if done else 200)


def _fault(control: Control, sheet: Sheet) -> dict[str, str]:
    """A field to mend: its name in words, where it is."""
    for line in sheet.lines:
        if control in (line.amount_control, line.unavailable_control, line.comment_control):
            return {"label": line.indicator.label, "id": control.id, "error": control.error}
        for table in line.tables:
            for cell in table.cells:
                if cell.control is control:
                    label = f"{line.indicator.label}, {cell.label.lower()}"
                    return {"label": label, "id": control.id, "error": control.error}
    title = next(question.title for question in sheet.questions if question.control is control)
    return {"label": title, "id": control.id, "error": control.error}
