"""The proofs under an item, as its owner reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.encryption import Undecipherable
from lorfolio.lists import ProofKind
from lorfolio.models import Experience, Extra, Proof, Skill
from lorfolio.services import safe
from lorfolio.services.attesting import words_of


@dataclass(frozen=True)
class Shown:
    proof: Proof
    file_name: str  # of the safe, opened with the person's key
    changed: bool  # the item says something else than what was attested


def proofs_of(item: Experience | Skill | Extra) -> list[Shown]:
    """In the order they came; two queries."""
    rows = list(item.proofs.select_related("file").order_by("created_at"))
    seal = None
    if any(row.file_id for row in rows):
        seal = safe.seal_of(item.portfolio)
    now = words_of(item)
    found = []
    for row in rows:
        changed = row.kind == ProofKind.ATTESTATION and bool(row.confirmed) and row.attested_words != now
        found.append(Shown(row, _name(row.file, seal), changed))
    return found


def _name(file: Any, seal: Any) -> str:
    if file is None or seal is None:
        return ""
    try:
        return safe.known(file, seal).name
    except Undecipherable:
        return "un document que l’on ne peut plus lire"
