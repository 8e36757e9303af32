"""How a recognition stands on a day, in the words that everybody reads: public page, desk, panels (R8-R11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.values import day_in_words
from recognition.models import Recognition

End = Recognition.End
_ENDED = {
    End.LAPSED: "Elle est arrivée à son terme, sans demande de renouvellement.",
    End.REFUSED: "Son renouvellement a été refusé.",
    End.RENEWED: "Une nouvelle reconnaissance a pris sa suite.",
    End.LEFT: "L’organisme a demandé à ne plus l’être.",
}  # fmt: skip
_OVER = "Cet organisme n’est plus reconnu à ce titre. Une attestation qui mène à cette page n’est plus valable."


@dataclass(frozen=True)
class Standing:
    """`key` is for the style; `label` a word or two; `meaning` what follows from it for a reader.

    `holds`: whether one may rely on it today. `badge`: the kind of the word (core's badge).
    """

    key: str
    label: str
    badge: str
    meaning: str
    holds: bool


def standing(row: Recognition, on: dt.date) -> Standing:
    """Of `row` on that day."""
    if row.end_reason in {End.WITHDRAWN, End.REPEALED}:
        return _annulled(row)
    if row.ends_on < on:
        return Standing("ended", "terminée", "", f"{_ENDED.get(End(row.end_reason or 'lapsed'), '')} {_OVER}", False)
    if row.suspended_since is not None:
        since = day_in_words(row.suspended_since)
        return Standing(
            "suspended", "suspendue", "warning",
            f"La Région l’a suspendue le {since}\u00a0: jusqu’à nouvel ordre, cet organisme ne peut pas s’en prévaloir"
            " et ses lieux ne paraissent plus dans l’annuaire.",
            False,
        )  # fmt: skip
    if row.kept_until_decision and row.ends_on > row.term_on:
        return Standing(
            "kept", "maintenue jusqu’à la décision", "success",
            f"Son terme était le {day_in_words(row.term_on)}. Le renouvellement a été demandé à temps\u00a0: elle reste"
            " valable jusqu’à ce que la décision soit notifiée.",
            True,
        )  # fmt: skip
    said = (
        "Cet organisme est reconnu\u00a0: la Région l’a décidé au vu du cahier des charges du service public régional"
        " de l’orientation, et peut le contrôler à tout moment."
    )
    if row.end_reason == End.REFUSED:
        said = f"{said} Elle ne sera pas renouvelée après le {day_in_words(row.ends_on)}."
    return Standing("in_force", "en vigueur", "success", said, True)


def _annulled(row: Recognition) -> Standing:
    day = day_in_words(row.ends_on)
    if row.end_reason == End.WITHDRAWN:
        return Standing(
            "withdrawn", "retirée", "error",
            f"La Région l’a retirée le {day}\u00a0: elle est réputée n’avoir jamais existé. {_OVER}", False,
        )  # fmt: skip
    return Standing("withdrawn", "abrogée", "error", f"La Région y a mis fin le {day}. {_OVER}", False)


def until_words(row: Recognition) -> str:
    """« 31 décembre 2028 », « la décision de renouvellement »: until when, or when it ended."""
    if row.kept_until_decision and not row.end_reason:
        return "la décision de renouvellement"
    return day_in_words(row.ends_on)
