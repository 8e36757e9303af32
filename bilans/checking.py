"""What stands between a bilan and its submission, and why it may not be written (B2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from bilans.lines import Line
from bilans.models import Bilan
from bilans.sheet import Sheet
from core.templatetags.typography import date

LEAST_WORDS = 3  # of an answer to a question: a sentence
QUESTIONS = "questions"


Sort = Literal["figure", "word", "cells", "question"]
_SORTS: tuple[tuple[Sort, str, str], ...] = (
    ("figure", "chiffre", "chiffres"),
    ("word", "commentaire", "commentaires"),
    ("cells", "ventilation à revoir", "ventilations à revoir"),
    ("question", "question", "questions"),
)


@dataclass(frozen=True)
class Gap:
    """One thing to do: a sentence, the page where (`part`), the field there (`anchor`), what sort of thing."""

    message: str
    part: str
    anchor: str
    sort: Sort = "figure"


def gaps(sheet: Sheet) -> list[Gap]:
    """All that is missing before the bilan may be handed in, in the order of its pages."""
    found = [gap for part in sheet.parts for line in part.lines for gap in _of_line(line, part.slug)]
    for question in sheet.questions:
        if question.required and len(str(question.control.content).split()) < LEAST_WORDS:
            found.append(
                Gap(
                    f"Répondez à «\u00a0{question.title}\u00a0», d’une phrase au moins.",
                    QUESTIONS,
                    question.control.id,
                    "question",
                )
            )
    return found


def standing(sheet: Sheet, gaps: list[Gap]) -> list[str]:
    """What is to be done before handing in, and what is empty without holding it back: sentences."""
    found = []
    if gaps:
        by_sort = Counter(gap.sort for gap in gaps)
        told = [f"{by_sort[sort]} {one if by_sort[sort] == 1 else many}" for sort, one, many in _SORTS if by_sort[sort]]
        things = f"{len(gaps)} choses" if len(gaps) > 1 else "une chose"
        found.append(f"Pour déposer, il reste {things} à faire\u00a0: {_listed(told)}.")
    else:
        found.append("Rien ne manque\u00a0: le bilan peut être déposé.")
    empty = [line for line in sheet.lines if not line.answered]
    free = sum(not line.locked and not line.indicator.required for line in empty)
    awaited = sum(line.locked for line in empty)
    if free == 1:
        found.append("Une réponse facultative est vide\u00a0: elle n’empêche pas de déposer.")
    elif free:
        found.append(f"{free} réponses facultatives sont vides\u00a0: elles n’empêchent pas de déposer.")
    if awaited:
        figures = "un chiffre" if awaited == 1 else f"{awaited} chiffres"
        found.append(f"Le portail n’a pas encore {figures}\u00a0: vous n’avez rien à y saisir.")
    return found


def _listed(words: list[str]) -> str:
    return " et ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def of_line(line: Line) -> list[str]:
    """What an indicator lacks, in sentences that do not name it."""
    if line.locked:
        return []
    found = []
    if line.indicator.required and not line.answered:
        found.append("donnez un chiffre, ou dites qu’il n’est pas disponible.")
    return found


def word_asked(line: Line) -> str:
    """Why a comment is expected; empty when none is, or when it is given."""
    if not line.asks_word:
        return ""
    year = line.campaign.year - 1
    if line.flagged:
        return f"dites en quelques mots ce qui explique l’écart avec {year} ({line.said_before})."
    return f"dites pourquoi votre chiffre n’est pas celui du portail ({line.said_proposed})."


def _of_line(line: Line, part: str) -> list[Gap]:
    label = line.indicator.label
    found = [Gap(f"{label}\u00a0: {said}", part, line.amount_control.id) for said in of_line(line)]
    if said := word_asked(line):
        found.append(Gap(f"{label}\u00a0: {said}", part, line.comment_control.id, "word"))
    for table in line.tables:
        if said := table.warning:
            found.append(Gap(f"{label}\u00a0: {said[0].lower()}{said[1:]}", part, table.id, "cells"))
    return found


def why_unwritable(bilan: Bilan) -> str:
    """Why nobody writes in it now; empty while its people may."""
    if bilan.state == Bilan.State.ACCEPTED:
        return f"Ce bilan est accepté{_on(bilan.accepted_at)}\u00a0: il ne change plus."
    if bilan.state == Bilan.State.SUBMITTED:
        return f"Ce bilan est déposé{_on(bilan.submitted_at)}\u00a0: il ne change plus."
    if bilan.campaign.closed_at is not None and not bilan.asked:
        return (
            f"Les bilans {bilan.campaign.year} sont clos{_on(bilan.campaign.closed_at)}\u00a0: rien ne se dépose plus."
        )
    if not bilan.asked:
        return f"Les bilans {bilan.campaign.year} ne sont pas encore ouverts."
    return ""


def why_not_taken_back(bilan: Bilan) -> str:
    """Why its people may not open it again; empty when they may."""
    if bilan.state == Bilan.State.ACCEPTED:
        return "Ce bilan est accepté\u00a0: seule la Région peut le rouvrir."
    if bilan.state != Bilan.State.SUBMITTED:
        return "Ce bilan n’est pas déposé\u00a0: il s’écrit déjà."
    if not bilan.asked:
        return f"Les bilans {bilan.campaign.year} sont clos\u00a0: celui-ci reste déposé."
    return ""


def _on(at: object) -> str:
    return f" depuis le {date(timezone.localtime(at), 'j F Y')}" if at else ""  # type: ignore[arg-type]
