"""PDF that anybody can read (S1): tagged, titled, in French, in our fonts, and made of nothing but our own files."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from core import pdf as drawing
from core.pdf import AHEAD, Attached, Page, draw, draw_all, own_file
from tests import pdf

PAGE = """<!doctype html><html lang="fr"><head><title>Une lettre d’essai</title></head><body>
<h1>Objet</h1><p>Bonjour.</p><h2>Pièces</h2><ul><li>Une</li><li>Deux</li></ul>
<table><thead><tr><th scope="col">Fichier</th></tr></thead><tbody><tr><td>note.pdf</td></tr></tbody></table>
<img src="spro://static/svg/logo.svg" alt="SPRO">{more}</body></html>"""


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return draw(PAGE.format(more="")).data


def test_S1_the_file_says_it_is_PDF_UA_1_its_title_and_its_language(drawn: bytes) -> None:
    with pikepdf.open(BytesIO(drawn)) as opened:
        meta = opened.open_metadata()
        assert meta["pdfuaid:part"] == "1"
        assert meta["dc:title"] == "Une lettre d’essai"
        assert str(opened.Root.Lang) == "fr"
        assert bool(opened.Root.MarkInfo.Marked) is True
        assert bool(opened.Root.ViewerPreferences.DisplayDocTitle) is True


def test_S1_headings_lists_tables_and_pictures_are_tagged_in_order(drawn: bytes) -> None:
    kept = {"H1", "P", "H2", "L", "LI", "Table", "TR", "TH", "TD", "Figure"}
    said = [tag for tag in pdf.tags(drawn) if tag in kept]
    assert said == ["H1", "P", "H2", "L", "LI", "LI", "Table", "TR", "TH", "TR", "TD", "Figure"]
    assert pdf.alternatives(drawn) == ["SPRO"]
    assert pdf.read_aloud(drawn) == "Objet Bonjour. Pièces • Une • Deux Fichier note.pdf"


def test_S1_every_font_is_ours_and_in_the_file(drawn: bytes) -> None:
    assert {(name.partition("-")[0], inside) for name, inside in pdf.fonts(drawn)} == {("Texte", True), ("Titre", True)}


def test_accents_that_screens_leave_out_are_written(drawn: bytes) -> None:
    """Łukasz, Şule: a name is printed as it is."""
    made = draw(PAGE.format(more="<p>Łukasz Đorđević, Şule Ăn, İpek</p>")).data
    assert pdf.read_aloud(made).removeprefix(pdf.read_aloud(drawn)).strip() == "Łukasz Đorđević, Şule Ăn, İpek"
    assert {name.partition("-")[0] for name, _ in pdf.fonts(made)} == {"Texte", "Titre"}


def test_the_same_page_gives_the_same_bytes(drawn: bytes) -> None:
    assert draw(PAGE.format(more="")).data == drawn
    assert draw(PAGE.format(more="<p>Autre.</p>")).sha256 != draw(PAGE.format(more="")).sha256


def test_two_threads_draw_at_once(drawn: bytes) -> None:
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda: made.append(draw(PAGE.format(more="")).data)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [drawn] * 3


def test_many_are_drawn_by_several_processes_in_order_and_alike() -> None:
    htmls = [PAGE.format(more=f"<p>{number}</p>") for number in range(6)]
    made = [drawn.data for drawn in draw_all(map(Page, htmls), jobs=2)]
    assert made == [draw(html).data for html in htmls]
    assert [drawn.data for drawn in draw_all(map(Page, htmls), jobs=1)] == made


def test_few_pages_are_asked_for_beforehand() -> None:
    """A list of a hundred thousand is never in memory."""
    asked = []

    def pages() -> Iterator[Page]:
        for number in range(100):
            asked.append(number)
            yield Page(PAGE.format(more=""))

    many = draw_all(pages(), jobs=2)
    next(many)
    many.close()  # type: ignore[attr-defined]
    assert len(asked) == 2 * AHEAD + 1


def test_a_process_is_born_while_another_thread_draws() -> None:
    """The lock that this thread holds is not held for ever in the child."""
    with drawing._one_at_a_time:
        child = os.fork()
        if not child:
            os._exit(0 if drawing._one_at_a_time.acquire(timeout=5) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_file_is_carried_inside_and_found_again() -> None:
    at = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    made = [draw(PAGE.format(more=""), attached=(Attached("a.json", "Un essai", b"{}", at),)) for _ in range(2)]
    assert made[0].data == made[1].data
    with pikepdf.open(BytesIO(made[0].data)) as opened:
        assert opened.attachments["a.json"].get_file().read_bytes() == b"{}"


def test_S2_nothing_is_asked_of_another_machine(tmp_path: Path) -> None:
    """A server of ours hears nothing, whatever a page asks for; a file of the disk is not read either."""
    heard: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>secret</text></svg>')
    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        there = f"http://127.0.0.1:{server.server_port}"
        inner = f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='{there}/inner.png'/></svg>"
        asked = (
            f'<link rel="stylesheet" href="{there}/a.css"><img src="{there}/a.png" alt="a">'
            f'<style>body {{ background: url({there}/b.png) }} @import "{there}/c.css"; '
            f"@font-face {{ font-family: X; src: url({there}/d.woff2) }} p {{ font-family: X }}</style>"
            f'<img src="{secret.as_uri()}" alt="b"><img src="{inner}" alt="c"><object data="{there}/e.svg"></object>'
            f'<script src="{there}/f.js"></script><iframe src="{there}/g.html"></iframe>'
        )
        made = draw(PAGE.format(more=asked)).data
        server.shutdown()
    assert heard == []
    assert "secret" not in pdf.words(made)


@pytest.mark.parametrize(
    "url",
    [
        "https://exemple.fr/a.css", "file:///etc/passwd", "spro://static/../spro/settings.py", "spro://fonts/../x.ttf",
        "spro://static//etc/passwd", "spro://static/svg/nothing.svg", "spro://static/js/theme.js", "svg/logo.svg",
    ],
)  # fmt: skip
def test_S2_only_our_own_files_are_read(url: str) -> None:
    with pytest.raises(ValueError, match="our own files only"):
        own_file(url)


def test_our_own_files_are_found() -> None:
    assert own_file("spro://static/svg/logo.svg").name == "logo.svg"
    assert own_file("spro://fonts/Manrope-ExtraBold.ttf").name == "Manrope-ExtraBold.ttf"
