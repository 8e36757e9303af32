"""Accessible PDF (PDF/UA-1) from our own HTML: WeasyPrint, the typefaces of the screens, nothing fetched from anywhere.

The page says its title (`<title>`), its language (`<html lang>`) and what its pictures show; headings, lists, tables
and the order of reading become the tags of the file. Accents that our subsets for screens leave out (Ł, ş…) are here:
the whole fonts are read from the packages that the subsets are made of.
"""

from __future__ import annotations

import atexit
import datetime as dt
import gc
import hashlib
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from core.fonts import package_files

STATIC, FONTS = "spro://static/", "spro://fonts/"
STYLESHEET = "css/documents.css"
_FACES = {
    "SourceSansPro-Regular.ttf": "font_source_sans_pro",
    "SourceSansPro-It.ttf": "font_source_sans_pro",
    "SourceSansPro-Bold.ttf": "font_source_sans_pro",
    "SourceSansPro-BoldIt.ttf": "font_source_sans_pro",
    "SourceSansPro-Light.ttf": "font_source_sans_pro",
    "SourceSansPro-Semibold.ttf": "font_source_sans_pro",
    "SourceSerifPro-Regular.ttf": "font_source_serif_pro",
    "SourceSerifPro-It.ttf": "font_source_serif_pro",
    "SourceSerifPro-Semibold.ttf": "font_source_serif_pro",
    "Manrope-Medium.ttf": "font_manrope",
    "Manrope-Bold.ttf": "font_manrope",
    "Manrope-ExtraBold.ttf": "font_manrope",
}
_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".ttf": "font/ttf"}

# Pango's font map is not for two threads at once.
_one_at_a_time = threading.Lock()
# A lock held by another thread at the moment of a fork would never be free in the child.
os.register_at_fork(after_in_child=lambda: globals().update(_one_at_a_time=threading.Lock()))
AHEAD = 4  # pages given to each process of `draw_all` beforehand
# Of each set of stylesheets: its fonts and what was read of it. A set is a constant of a room: there are a few.
_read: dict[tuple[str, ...], tuple[Any, list[Any]]] = {}
atexit.register(_read.clear)  # their temporary folder goes while there is still a language to say so


@dataclass(frozen=True)
class Pdf:
    """A drawn document: its bytes, how many pages it has, on which of them (from 0) each `<h1>` stands."""

    data: bytes
    pages: int
    headings: tuple[int, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Attached:
    """A file carried inside a document, the same words for a machine: `at` is the day it says it was made."""

    name: str
    title: str
    data: bytes
    at: dt.datetime


@dataclass(frozen=True)
class Page:
    """What `draw` is given, to be drawn elsewhere (`draw_all`)."""

    html: str
    stylesheets: tuple[str, ...] = (STYLESHEET,)
    attached: tuple[Attached, ...] = ()
    second_language: str = ""


def draw(
    html: str,
    *,
    stylesheets: tuple[str, ...] = (STYLESHEET,),
    attached: tuple[Attached, ...] = (),
    second_language: str = "",
) -> Pdf:
    """`html` (a whole page) drawn with `stylesheets` of our static files, by default `static/css/documents.css`.

    What stands in an `<article>` is said to be in `second_language`, when there is one: WeasyPrint writes the language
    of the whole alone, and who reads aloud changes voice by this (PDF/UA-1, 7.2).

    The same HTML gives the same bytes, with the same versions of WeasyPrint and of the fonts. Raises `OSError` when
    Pango is not on the machine (`docs/operations.md` says how to install it).
    """
    from weasyprint import HTML  # a web process that draws nothing does not load it

    said = html.encode() + b"".join(file.name.encode() + file.data for file in attached)
    options: dict[str, Any] = {
        "pdf_variant": "pdf/ua-1",
        "pdf_identifier": hashlib.md5(said, usedforsecurity=False).digest(),
        "custom_metadata": False,
    }
    with _one_at_a_time, _uncollected():
        fonts, styles = _stylesheets(stylesheets)
        page = HTML(string=html, base_url=STATIC, url_fetcher=_fetcher())
        drawn = page.render(stylesheets=styles, font_config=fonts, **options)
        drawn.metadata.attachments = [_attachment(file) for file in attached]
        headings = (number for number, sheet in enumerate(drawn.pages) for level, *_ in sheet.bookmarks if level == 1)
        if second_language:
            options["finisher"] = partial(_say_language, second_language)
        return Pdf(drawn.write_pdf(**options), len(drawn.pages), tuple(headings))


def warm(pages: Iterable[Page]) -> None:
    """Read what these pages are drawn with, before processes that draw are made: they share it."""
    for names in {page.stylesheets for page in pages}:
        with _one_at_a_time:
            _stylesheets(names)


def draw_all(pages: Iterable[Page], jobs: int | None = None) -> Iterator[Pdf]:
    """Each page drawn, in order, by `jobs` processes (one for each core by default) that share what was read once.

    Few pages are under way at a time, so that thousands take no more memory than a hundred. A process that may have
    no children (a Celery worker) draws by itself.
    """
    workers = jobs or len(os.sched_getaffinity(0))
    if workers < 2 or multiprocessing.current_process().daemon:
        yield from map(draw_page, pages)
        return
    left = iter(pages)
    first = list(islice(left, workers * AHEAD))
    warm(first)
    gc.freeze()  # what is read is never looked at again, neither here nor, page by page copied, in the workers
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
            under_way = deque(pool.submit(draw_page, page) for page in first)
            while under_way:
                drawn = under_way.popleft().result()
                under_way.extend(pool.submit(draw_page, page) for page in islice(left, 1))
                yield drawn
    finally:
        gc.unfreeze()


def draw_page(page: Page) -> Pdf:
    """`draw` of a `Page`."""
    return draw(page.html, stylesheets=page.stylesheets, attached=page.attached, second_language=page.second_language)


def _say_language(language: str, _document: Any, file: Any) -> None:
    import pydyf  # type: ignore[import-untyped]

    for written in file.objects:
        if isinstance(written, dict) and written.get("S") == "/Art":
            written["Lang"] = pydyf.String(language)


def _stylesheets(names: tuple[str, ...]) -> tuple[Any, list[Any]]:
    """The fonts and the rules of `names`, read once for the life of the process."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    if names not in _read:
        fonts, fetcher = FontConfiguration(), _fetcher()
        rules = [CSS(url=STATIC + name, url_fetcher=fetcher, font_config=fonts) for name in names]
        _read[names] = (fonts, rules)
    return _read[names]


def _attachment(file: Attached) -> Any:
    from weasyprint import Attachment

    return Attachment(
        file_obj=BytesIO(file.data), name=file.name, description=file.title, created=file.at, modified=file.at,
        relationship="Alternative",
    )  # fmt: skip


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage while a page is laid out: its hundred thousand boxes are all alive."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _fetcher() -> Any:
    """Who gives WeasyPrint what a page asks for: our static files, our fonts, pictures written in the page itself."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:image/"):
                return super().fetch(url, headers)
            path = own_file(url)
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": _TYPES[path.suffix]})

    return OwnFiles(allowed_protocols={"data"})


def own_file(url: str) -> Path:
    """The file of ours behind `url`. Raises `ValueError` for anything else: another site, the disk, a folder above."""
    if url.startswith(FONTS):
        name = url.removeprefix(FONTS)
        if name in _FACES:
            return package_files(_FACES[name]) / name
    elif url.startswith(STATIC):
        name = url.removeprefix(STATIC)
        found = finders.find(name) if ".." not in name and not name.startswith("/") else None
        if isinstance(found, str) and Path(found).suffix in _TYPES:
            return Path(found)
    raise ValueError("A document loads our own files only.")
