"""`/candidature/<uuid>/criteres/`: an answer to each criterion, with what shows it (R3, R15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render

from members.models import QualityCriterion
from recognition.forms.parts import AnswerForm
from recognition.models import Answer, Attachment
from recognition.services.checking import criteria_of, short
from recognition.services.saving import Saved, save_answer
from recognition.views.access import Desk, by_autosave, reads_dossier
from recognition.views.saving import Attempt, answer_script, attempt, show_mine, tell

TEMPLATE = "recognition/criteria.html"
_ARTICLES = {
    "2.a": "Des services adossés à des valeurs partagées",
    "2.b": "Des services accessibles selon les besoins de chacun·e",
    "2.c": "Des services articulés et organisés en réseau",
    "2.d": "Des services de qualité",
    "3.b": "Les engagements des membres",
}


@dataclass
class Line:
    """A criterion, the answer saved (perhaps none), its form, its files, and what came of saving it."""

    criterion: QualityCriterion
    answer: Answer
    form: AnswerForm
    files: list[Attachment] = field(default_factory=list)
    attempt: Attempt | None = None

    @property
    def short(self) -> str:
        return short(self.criterion)

    @property
    def answered(self) -> bool:
        return bool(self.answer.text.strip())


@reads_dossier("POST")
def edit(desk: Desk) -> HttpResponse:
    """Every criterion on one page; each answer is saved on its own, so that two colleagues share them out."""
    lines = _lines(desk)
    if desk.request.method != "POST" or not desk.dossier.editable:
        return _page(desk, lines)
    sent = [line for line in lines if line.form.add_prefix("version") in desk.request.POST]
    for line in sent:
        line.attempt = attempt(line.form, partial(_save, desk, line))
    if by_autosave(desk.request) and len(sent) == 1 and sent[0].attempt is not None:
        return answer_script(desk, sent[0].attempt)
    return _answer(desk, lines, sent)


def _answer(desk: Desk, lines: list[Line], sent: list[Line]) -> HttpResponse:
    tries = [line.attempt for line in sent if line.attempt is not None]
    if all(done.whole for done in tries):
        if tries:
            brought = next((done for done in tries if done.brought), tries[0])
            tell(desk, brought)
        return redirect(_next(desk, lines))
    for done in tries:
        show_mine(done)
    return _page(desk, lines, 409 if any(done.met for done in tries) else 200)


def _next(desk: Desk, lines: list[Line]) -> str:
    """Where the button leads: on, or to the file that shows an answer."""
    wanted = desk.request.POST.get("joindre", "")
    if any(line.criterion.key == wanted for line in lines):
        return f"{desk.url('candidature_files')}?{urlencode({'critere': wanted})}#autre"
    return desk.url("candidature_files" if "suite" in desk.request.POST else "candidature_criteria")


def _save(desk: Desk, line: Line, values: dict[str, Any]) -> Saved:
    return save_answer(
        candidature=desk.dossier, criterion=line.criterion, values=values, version=line.form.version,
        base=line.form.seen, user=desk.user, at=desk.at,
    )  # fmt: skip


def _lines(desk: Desk) -> list[Line]:
    answers = {answer.criterion_id: answer for answer in desk.dossier.answers.select_related("saved_by")}
    files: dict[int, list[Attachment]] = defaultdict(list)
    for file in desk.dossier.attachments.filter(replaced_at=None, criterion__isnull=False):
        files[file.criterion_id].append(file)  # type: ignore[index]
    data = desk.request.POST if desk.request.method == "POST" else None
    lines = []
    for criterion in criteria_of(desk.dossier.charter):
        answer = answers.get(criterion.pk) or Answer(candidature=desk.dossier, criterion=criterion, version=0)
        form = AnswerForm(data, answer=answer, prefix=criterion.key)
        lines.append(Line(criterion, answer, form, files[criterion.pk]))
    return lines


def _page(desk: Desk, lines: list[Line], status: int = 200) -> HttpResponse:
    context = desk.page(
        "criteres", groups=list(_grouped(lines)), answered=sum(line.answered for line in lines), total=len(lines),
        conflicts=[line for line in lines if line.attempt and line.attempt.met],
        wrong=[line for line in lines if line.form.is_bound and line.form.errors],
    )  # fmt: skip
    return render(desk.request, TEMPLATE, context, status=status)


def _grouped(lines: Iterable[Line]) -> Iterable[dict[str, Any]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.criterion.article, []).append(line)
    for article, held in groups.items():
        yield {"article": article, "title": _ARTICLES.get(article, held[0].criterion.title), "lines": held}
