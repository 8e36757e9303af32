"""`bilan.pdf`: the document of a bilan from what was read of it, beside WeasyPrint alone on the same HTML, both warm.
`bilans.bulk`: the documents of a whole year, from the database to the files, beside WeasyPrint alone on the same HTML
by as many processes.

Run by the benchmark: `python -m benchmarks.bilans_drawing <pdf | bulk>`; prints JSON. The year is that of
`bilans_year.py`, made in the benchmark's database by who comes first.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.bilans_year import AT, bilans

TIMES, WARM = 15, 3
FLOOR: list[str] = []  # the HTML of each document, where the processes of the floor find it


def main(what: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
    django.setup()
    sys.stdout.write(json.dumps({"pdf": one, "bulk": bulk}[what]()))


def one() -> dict[str, Any]:
    """Median milliseconds of ours (from the content: template, charts and maps included) and of the floor."""
    from bilans.drawing import page_of
    from bilans.services.producing import said_of
    from core.pdf import draw_page

    content = said_of(bilans()[0], at=AT)
    html = page_of(content).html
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(WARM + TIMES):
        theirs.append(_spent(lambda: _floor(html)))
        mine.append(_spent(lambda: draw_page(page_of(content))))
    ours, alone = (round(statistics.median(spent[WARM:]) * 1000, 1) for spent in (mine, theirs))
    return {"ms": ours, "floor": alone}


def bulk() -> dict[str, Any]:
    """Seconds of a whole year by all cores, beginning to end, and of WeasyPrint alone on the same pages."""
    from django.db import connections
    from django.utils import timezone

    from bilans.drawing import STYLESHEETS, page_of
    from bilans.models import Campaign, Document
    from bilans.services import bulk as runs
    from bilans.services.workers import cores, work

    year = Campaign.objects.get(pk=bilans()[0].campaign_id)
    asked = runs.start(year, at=timezone.now(), wake=False)
    ours = _spent(lambda: work(asked))
    done = runs.progress(asked)
    if done.drawn != done.total:
        raise SystemExit(f"{done.failed} documents en échec, {done.same} inchangés sur {done.total}")
    again = runs.start(year, at=timezone.now(), wake=False)
    same = _spent(lambda: work(again))
    if runs.progress(again).same != done.total:
        raise SystemExit("Un second passage a redessiné des documents.")

    documents = Document.objects.filter(bilan__campaign=year).order_by("bilan__kind", "bilan__name")
    FLOOR.extend(page_of(document.content).html for document in documents)
    connections.close_all()
    _styles(STYLESHEETS)
    gc.collect()
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(cores()) as pool:
        floor = _spent(lambda: pool.map(_floor_of, range(len(FLOOR)), 1))
    gc.unfreeze()
    return {"n": done.total, "ours": ours, "floor": floor, "same": same, "cores": cores()}


# --- the floor

_read: dict[tuple[str, ...], Any] = {}


def _styles(names: tuple[str, ...]) -> Any:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    from core.pdf import STATIC, _fetcher

    if names not in _read:
        fonts = FontConfiguration()
        _read[names] = (
            fonts, [CSS(url=STATIC + name, url_fetcher=_fetcher(), font_config=fonts) for name in names]
        )  # fmt: skip
    return _read[names]


def _floor(html: str) -> None:
    from weasyprint import HTML

    from bilans.drawing import STYLESHEETS
    from core.pdf import STATIC, _fetcher

    fonts, styles = _styles(STYLESHEETS)
    page = HTML(string=html, base_url=STATIC, url_fetcher=_fetcher())
    page.write_pdf(stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1")


def _floor_of(rank: int) -> None:
    _floor(FLOOR[rank])


def _spent(act: Callable[[], Any]) -> float:
    gc.collect()
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(sys.argv[1])
