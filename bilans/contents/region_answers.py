"""Who gave account of the year: by kind, by network, and by name those who did not (B3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bilans import kinds
from bilans.contents.frame import completeness, received_said
from bilans.contents.own import Own
from bilans.contents.shapes import Json, section, table
from bilans.contents.territory import answers_row
from bilans.models import Bilan, Kind
from bilans.numbers import percent_of
from core.text import sort_key


def answers(mine: Own, others: Sequence[Bilan]) -> list[Json]:
    """The section on what the figures rest on."""
    if not others:
        return []
    header = ["", "Attendus", "Déposés", "Acceptés", "Taux de réponse"]
    found = [(kind.plural, [one for one in others if one.kind == kind.key]) for kind in kinds.asked()]
    rows = [_row(label, among) for label, among in found if among]
    rows.append(_row("Ensemble", others))
    by_network: dict[str, list[Bilan]] = defaultdict(list)
    for one in others:
        if one.kind == Kind.ORGANISATION:
            network = one.organisation.network if one.organisation else None
            by_network[network.display_name if network else "Sans réseau"].append(one)
    networks = [_row(name, among) for name, among in sorted(by_network.items(), key=lambda row: sort_key(row[0]))]
    tables = [table("kinds", "Bilans attendus et reçus", ["Bilans des", *header[1:]], rows, total=True)]
    if networks:
        tables.append(table("networks", "Organismes, par réseau", ["Réseau", *header[1:]], networks))
    silent = [
        [label, ", ".join(one.name for one in among if one.state not in Bilan.COUNTED)] for label, among in found
        if any(one.state not in Bilan.COUNTED for one in among)
    ]  # fmt: skip
    if silent:
        tables.append(table("silent", "Bilans qui manquent", ["Bilans des", "N’ont rien déposé"], silent, words=2))
    return [section("answers", "Qui a rendu compte", intro=_text(mine, others), tables=tables)]


def _text(mine: Own, others: Sequence[Bilan]) -> str:
    text = received_said(completeness(mine, others))
    if all(one.state in Bilan.COUNTED for one in others):
        return text
    return f"{text} Les chiffres de ce document sont ceux des bilans déposés\u00a0; rien n’est estimé pour les autres."


def _row(label: str, among: Sequence[Bilan]) -> list[str]:
    counts = answers_row(label, among)
    return [*counts, percent_of(int(counts[2]), int(counts[1])) or "–"]
