"""Words that no event takes as its slug: other pages of the agenda stand at their address."""

from __future__ import annotations

# `/agenda/<slug>/`, and `/pro/agenda/<slug>/` for the last three.
RESERVED = frozenset({
    "embed", "integrer", "s-abonner", "alertes", "alerte", "proposer", "preparer", "inscription", "mon-inscription",
    "bilan", "bilans", "position", "semaine", "mois", "carte", "nouveau", "sources", "import",
})  # fmt: skip
