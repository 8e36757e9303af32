"""`cv.pdf`: a CV of one page drawn, beside WeasyPrint alone on the very same HTML, both warm. `bulk.pdf`: two hundred
drawn by all cores, beside the same by one; memory over five hundred.

Run by the benchmark: `python -m benchmarks.cv_drawing <cv | bulk>`; prints JSON. No database: a CV is drawn
from what was read of it.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

TIMES, WARM = 30, 4
BULK, LONG = 200, 500
PAIRS = 3
AT = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)
SPACE = UUID(int=7)


def main(what: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spro.settings")
    django.setup()
    sys.stdout.write(json.dumps({"cv": one, "bulk": bulk}[what]()))


def one() -> dict[str, Any]:
    """Median milliseconds of ours (from the content: template, JSON Resume and tags included) and of the floor."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from core.pdf import STATIC, _fetcher
    from lorfolio.drawing import html_of, pdf_of
    from lorfolio.drawing.paper import STYLESHEETS

    cv, content = a_cv(0)
    html, fonts = html_of(cv, content), FontConfiguration()
    styles = [CSS(url=STATIC + name, url_fetcher=_fetcher(), font_config=fonts) for name in STYLESHEETS]

    def floor() -> None:
        page = HTML(string=html, base_url=STATIC, url_fetcher=_fetcher())
        page.write_pdf(stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1")

    assert pdf_of(cv, content).pages == 1
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(WARM + TIMES):
        theirs.append(_spent(floor))
        mine.append(_spent(lambda: pdf_of(cv, content)))
    ours, alone = (round(statistics.median(spent[WARM:]) * 1000, 1) for spent in (mine, theirs))
    return {"ms": ours, "floor": alone}


def bulk() -> dict[str, Any]:
    """Median seconds of two hundred by all cores and by one, in turn; megabytes that five hundred more add."""
    from core.pdf import draw_all

    by_all: list[float] = []
    by_one: list[float] = []
    for _ in range(PAIRS):
        by_one.append(_spent(lambda: _through(draw_all(pages(BULK), 1))))
        by_all.append(_spent(lambda: _through(draw_all(pages(BULK)))))
    before = _resident()
    _through(draw_all(pages(LONG), 1))
    return {
        "all": round(statistics.median(by_all), 2), "one": round(statistics.median(by_one), 2),
        "cores": len(os.sched_getaffinity(0)), "grown_mb": round((_resident() - before) / 1e6, 1),
    }  # fmt: skip


def pages(count: int) -> Iterator[Any]:
    from lorfolio.drawing.paper import page_of

    for number in range(count):
        yield page_of(*a_cv(number))


def a_cv(number: int) -> tuple[Any, Any]:
    """A CV of one page of an invented person."""
    from lorfolio.content import Content, ExperienceSeen, LanguageSeen, PersonSeen, SkillSeen
    from lorfolio.models import Cv
    from spro.demo_lorfolio_story import EXPERIENCES, LANGUAGES, SKILLS, SUMMARY

    kept = [told for key, told in EXPERIENCES.items() if key in {"civique", "boulangerie", "bac"}]
    content = Content(
        PersonSeen(
            "Inès", f"Maréchal {number}", "Future aide-soignante", SUMMARY, "ines@exemple.invalid", "06 00 00 00 00"
        ),
        tuple(
            ExperienceSeen(uuid5(SPACE, told["title"]), **{**told, "highlights": tuple(told.get("highlights", ()))})
            for told in kept
        ),
        tuple(SkillSeen(uuid5(SPACE, label), label, level=level) for label, _, level, _, _ in SKILLS[:8]),
        tuple(LanguageSeen(uuid5(SPACE, name), name, level) for name, level in LANGUAGES),
    )
    return Cv(name="CV", changed_at=AT), content


def _through(drawn: Iterator[Any]) -> None:
    for made in drawn:
        assert made.pages == 1


def _spent(act: Any) -> float:
    gc.collect()
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def _resident() -> int:
    """Bytes that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(sys.argv[1])
