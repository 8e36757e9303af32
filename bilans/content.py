"""What a document says, settled as plain data before anything is drawn: the PDF, the public page, the dashboards and
the files all read this same content, so that a figure is the same everywhere (B3, B4).

Shape of a content (JSON; every `said` is French text ready to print, every `value` a decimal as text or null):

    {
      "format": 1, "kind": "region", "year": 2025,
      "subject": {"name", "slug", "detail"},                  detail: network, towns…, one line
      "state": {"key", "said"},                                of the bilan: draft, submitted…
      "completeness": {"expected", "received", "accepted", "missing": [names],
                       "asked", "answered", "blank": [labels]},   bilans consolidated; own values filled
      "commentary": text, "headlines": [FIGURE, …],            6 at most, by `Indicator.headline`
      "questions": [{"title", "hint", "text"}, ×3],            article 5
      "sections": [{"key", "title", "intro", "figures": [FIGURE], "tables": [TABLE], "charts": [CHART], "maps": [MAP]}],
      "definitions": [{"key", "label", "definition", "unit", "adding", "filled_by", "origin"}],
      "notes": [text]                                          how to read; what is hidden and why
    }
    FIGURE {"key", "label", "unit", "decimals", "value", "said", "state", "previous", "previous_said",
            "comparable": null | [before, now] of those that answered in both years,
            "change": null | {"said", "percent", "good": true|false|null, "flagged": bool}, "comment",
            "answered", "expected", "missing": [names],
            "breakdowns": [{"key", "title", "cells": [{"key", "label", "value", "said", "share"}]}]}
    TABLE  {"key", "title", "note", "header": [text], "rows": [[text]], "numeric": [bool], "total": bool}
    CHART  {"key", "kind": "bars"|"pairs"|"stack", "title", "unit", "series": [{"name", "points": [{"label", "value",
            "said"}]}], "text"}                                text: what the picture shows, in a sentence or two
    MAP    {"key", "title", "unit", "level": "basin"|"agency", "values": {code: {"value", "said"}}, "text"}

`state` of a figure: answered | partial (some of those asked did not answer) | unavailable | missing | hidden.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from bilans import kinds
from bilans.models import Bilan

FORMAT = 1
Content = dict[str, Any]


def content_of(bilan: Bilan, *, at: dt.date, whole: bool = False) -> Content:
    """What the document of `bilan` says, from the data as they stand: the same data give the same content (B4).

    `at` is the day up to which what happened is told (the events held); no content bears it. `whole` shows small
    counts, for those that may read them; the document of an organisation, read by it and the Region, always does.
    """
    return kinds.get(bilan.kind).content(bilan, at=at, whole=whole)
