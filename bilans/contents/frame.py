"""What every content has around its sections: subject, state, completeness, questions, definitions, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from bilans.contents.own import Own
from bilans.contents.shapes import Json, definition, empty
from bilans.models import Bilan, Indicator
from bilans.numbers import HIDDEN, NBSP, counted, percent_of

FORMAT = 1
# What a reader must know of the figures, by the state of the bilan.
STATES = {
    Bilan.State.ACCEPTED: "Définitif",
    Bilan.State.SUBMITTED: "Provisoire\u00a0: déposé, pas encore accepté par la Région",
    Bilan.State.RETURNED: "Provisoire\u00a0: à compléter",
    Bilan.State.DRAFT: "Provisoire\u00a0: en cours de saisie",
}
HIDDEN_NOTE = (
    "«\u00a0n.c.\u00a0» (non communiqué)\u00a0: le nombre compte moins de cinq personnes, ou permettrait d’en "
    "retrouver un autre qui en compte moins de cinq."
)
_ALL_NOTES = (
    "Un chiffre non renseigné n’est pas un zéro\u00a0: il manque, et il est dit qu’il manque.",
    "«\u00a0Non disponible\u00a0»\u00a0: l’organisme a répondu qu’il ne peut pas donner ce chiffre.",
)


def completeness(found: Own, others: Sequence[Bilan] = ()) -> Json:
    """Of the bilan itself, and of those that it gathers."""
    received = [bilan for bilan in others if bilan.state in Bilan.COUNTED]
    told = [one for one in found.figures.values() if one.amount is not None or one.hidden]
    return {
        "expected": len(others),
        "received": len(received),
        "accepted": sum(bilan.state == Bilan.State.ACCEPTED for bilan in received),
        "missing": [bilan.name for bilan in others if bilan.state not in Bilan.COUNTED],
        "asked": len(found.figures),
        "answered": len(told),
        "blank": found.blank,
    }


def received_said(done: Json, one: str = "bilan", several: str = "bilans") -> str:
    """« 98 bilans sur 104 sont déposés (94 %), dont 80 acceptés. »"""
    expected, received, accepted = done["expected"], done["received"], done["accepted"]
    if not expected:
        return ""
    if not received:
        return f"Aucun des {counted(expected, one, several)} attendus n’est encore déposé." if expected > 1 else (
            f"Le {one} attendu n’est pas encore déposé.")  # fmt: skip
    if received == expected:
        text = f"Les {counted(expected, one, several)} attendus sont déposés" if expected > 1 else (
            f"Le {one} attendu est déposé")  # fmt: skip
    else:
        verb = "sont déposés" if received > 1 else "est déposé"
        text = f"{counted(received, one, several)} sur {expected} {verb} ({percent_of(received, expected)})"
    if accepted == received:
        return text + (", et tous sont acceptés." if accepted > 1 else " et accepté.")
    if not accepted:
        return text + "\u00a0; aucun n’est encore accepté."
    return text + f", dont {counted(accepted, 'accepté', 'acceptés')}."


def assembled(
    found: Own, *, subject: Json, headlines: Iterable[Json], sections: Iterable[Json], definitions: Iterable[Indicator],
    others: Sequence[Bilan] = (), notes: Iterable[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The content of a bilan; its definitions each once, its empty sections left out."""
    bilan = found.bilan
    kept = [section for section in sections if not empty(section)]
    known = {asked.key: asked for asked in definitions}
    return {
        "format": FORMAT,
        "kind": str(bilan.kind),
        "year": bilan.campaign.year,
        "subject": subject,
        "state": {"key": str(bilan.state), "said": STATES[Bilan.State(bilan.state)]},
        "completeness": completeness(found, others),
        "commentary": bilan.commentary.strip(),
        "headlines": list(headlines),
        "questions": [
            {"title": title, "hint": hint, "text": getattr(bilan, column).strip()}
            for column, title, hint in Bilan.QUESTIONS
        ],
        "sections": kept,
        "definitions": [definition(asked) for asked in known.values()],
        "notes": [*notes, *([HIDDEN_NOTE] if _hides(kept) else []), *_ALL_NOTES],
    }


def _hides(sections: Iterable[Json]) -> bool:
    """Whether something of what is shown is hidden."""
    said = {
        text
        for section in sections
        for text in (
            *(one["said"] for one in section["figures"]),
            *(cell["said"] for one in section["figures"] for part in one["breakdowns"] for cell in part["cells"]),
            *(cell for table in section["tables"] for row in table["rows"] for cell in row),
        )
    }
    return HIDDEN in said


def named(labels: Sequence[str]) -> str:
    """« Première information » ; « Second » …, between quotation marks, in a sentence."""
    return ", ".join(f"«{NBSP}{label}{NBSP}»" for label in labels)


def comments_rows(found: Own, shown: Iterable[Json]) -> list[list[str]]:
    """Rows of the table of explanations: the indicator, its move, the words of who fills."""
    keys = {one.indicator.key for one in found.explained}
    return [
        [one["label"], one["change"]["said"] if one["change"] else one["said"], one["comment"] or "Sans explication."]
        for one in shown
        if one["key"] in keys
    ]


def ordered(bilans: QuerySet[Bilan]) -> list[Bilan]:
    """Those of a list, once each, by name."""
    return sorted({bilan.pk: bilan for bilan in bilans}.values(), key=lambda bilan: (bilan.name, bilan.pk))
