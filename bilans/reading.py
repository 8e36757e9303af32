"""A bilan as the Region reads it before deciding: what moved first, then everything (B2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from bilans import subjects
from bilans.lines import Line
from bilans.models import Act, Bilan
from bilans.sheet import sheet_of

_STEPS = (
    (Bilan.State.DRAFT, "À remplir"), (Bilan.State.SUBMITTED, "Déposé"), (Bilan.State.ACCEPTED, "Accepté"),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A line of the timeline: what, when, by whom, why."""

    act: Act
    by: str


def reading_of(bilan: Bilan) -> dict[str, Any]:
    """The context of its page at the desk; a fixed number of queries."""
    sheet = sheet_of(bilan)
    lines = sheet.lines
    return {
        "sheet": sheet, "path": _path(bilan), "year": bilan.campaign.year, "before": bilan.campaign.year - 1,
        "moved": [line for line in lines if line.flagged],
        "corrected": [line for line in lines if line.corrected and not line.flagged],
        "silent": [line for line in lines if line.state in ("missing", "unavailable")],
        "broken": {part.slug for part in sheet.parts for line in part.lines if any(t.filled for t in line.tables)},
        "warnings": [(line, table.warning) for line in lines for table in line.tables if table.warning],
        "remarks": [line for line in lines if _speaks(line)],
        "writers": [
            (writer.user, writer.last_at) for writer in bilan.writers.select_related("user").order_by("-last_at")
        ],
        "timeline": _timeline(bilan), "left": subjects.has_left(bilan),
    }  # fmt: skip


def _speaks(line: Line) -> bool:
    """Has words of its people, not shown with what moved or was corrected."""
    return bool(line.comment_control.content) and not line.flagged and not line.corrected


def _path(bilan: Bilan) -> list[dict[str, str]]:
    states = [state for state, _ in _STEPS]
    here = Bilan.State.DRAFT if bilan.state == Bilan.State.RETURNED else bilan.state
    place = states.index(Bilan.State(here))
    label = {Bilan.State.DRAFT: bilan.get_state_display()} if here == Bilan.State.DRAFT else {}
    return [
        {"label": label.get(state, words), "state": "now" if n == place else "done" if n < place else "coming"}
        for n, (state, words) in enumerate(_STEPS)
    ]


def _timeline(bilan: Bilan) -> list[Told]:
    acts = list(bilan.acts.all())
    keys = {act.user_key for act in acts if len(act.user_key) == 36}  # a UUID: an account, perhaps erased since
    names = {str(user.pk): str(user) for user in User.objects.filter(pk__in=keys).only("name", "email")}
    return [Told(act, f"{names[act.user_key]} ({act.label})" if act.user_key in names else act.label) for act in acts]
