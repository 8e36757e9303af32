"""What a machine reads in a PDF: the words of its tags in their order, decoded as a program would (L11).

Applicant tracking systems and screen readers go by the structure of the file, not by what the eye sees. We read our own
PDF back by that way, so that what is shown is what was really written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

from core.text import fold
from lorfolio.content import Content
from lorfolio.drawing.words import DE, language_name

_CODES = re.compile(rb"<([0-9A-Fa-f]+)>")
_DEEP = 60
# Names of tags as people would say them.
SAID = {
    "H1": "Titre", "H2": "Titre de partie", "H3": "Titre", "LI": "Point de liste", "LBody": "Point de liste",
    "P": "Texte", "TH": "Intitulé de case", "TD": "Case", "Figure": "Image", "Link": "Lien",
}  # fmt: skip
# Elements whose words are one block; the others hold blocks.
_BLOCKS = frozenset({"H1", "H2", "H3", "H4", "P", "LI", "TH", "TD", "Figure", "Caption", "Lbl", "LBody"})


@dataclass(frozen=True)
class Read:
    """One block of the reading order: its tag, and its words."""

    tag: str
    text: str

    @property
    def said(self) -> str:
        return SAID.get(self.tag, "Texte")


def reading(data: bytes) -> list[Read]:
    """The blocks of a tagged PDF in the order they are read. Raises `pikepdf.PdfError` for what is no PDF."""
    with pikepdf.open(BytesIO(data)) as pdf:
        texts = {page.objgen: _marked(page) for page in pdf.pages}
        root = pdf.Root.get("/StructTreeRoot")
        blocks = _blocks(root, texts, None, 0) if root is not None else iter(())
        return [Read(block.tag, words) for block in blocks if (words := _tidy(block.text))]


def _tidy(text: str) -> str:
    """One space between words; none before a comma, where one element of the line ends and another begins."""
    return " ".join(text.split()).replace(" ,", ",")


def lost(content: Content, blocks: Iterable[Read]) -> list[str]:
    """What was chosen and that the text of the PDF says in no language."""
    heard = fold(" ".join(block.text for block in blocks))
    return [said[0] for said in dict.fromkeys(_wanted(content)) if not any(fold(words) in heard for words in said)]


def _wanted(content: Content) -> Iterator[tuple[str, ...]]:
    """Words that the text must say, each in the languages where it may be said."""
    rows = [(content.person.name, ""), (content.person.email, "")]
    rows += [(row.organisation, _german(row, "organisation")) for row in content.experiences]
    rows += [(row.name, language_name(fold(row.name))) for row in content.languages]
    lived: list[Any] = [*content.experiences, *content.extras]
    rows += [(row.title, _german(row, "title")) for row in lived]
    rows += [(row.label, _german(row, "label")) for row in content.skills]
    for said in rows:
        if said[0]:
            yield tuple(words for words in said if words)


def _german(row: Any, name: str) -> str:
    return str((row.translations.get(DE) or {}).get(name) or "")


def _blocks(node: Any, texts: dict[Any, dict[int, str]], page: Any, depth: int) -> Iterator[Read]:
    """The blocks under `node`: an element of the tree, or its root."""
    for kid in _kids(node):
        if not isinstance(kid, pikepdf.Dictionary) or "/S" not in kid or depth > _DEEP:
            continue
        tag, own_page = str(kid.S)[1:], kid.get("/Pg", page)
        if tag in _BLOCKS and not _holds_blocks(kid):
            yield Read(tag, _words(kid, texts, own_page, depth))
        else:
            inner = list(_blocks(kid, texts, own_page, depth + 1))
            yield from inner or [Read(tag, _words(kid, texts, own_page, depth))]


def _holds_blocks(node: Any) -> bool:
    return any(
        isinstance(kid, pikepdf.Dictionary) and "/S" in kid and (str(kid.S)[1:] in _BLOCKS or _holds_blocks(kid))
        for kid in _kids(node)
    )


def _words(node: Any, texts: dict[Any, dict[int, str]], page: Any, depth: int) -> str:
    """Every word under `node`; a picture's are what it is said to show."""
    if "/ActualText" in node:
        return str(node.ActualText)
    if "/Alt" in node:
        return str(node.Alt)
    said = []
    for kid in _kids(node):
        if isinstance(kid, int):
            said.append(texts.get(page.objgen if page is not None else None, {}).get(kid, ""))
        elif isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/MCR":
            where = kid.get("/Pg", page)
            said.append(texts.get(where.objgen, {}).get(int(kid.MCID), ""))
        elif isinstance(kid, pikepdf.Dictionary) and "/S" in kid and depth <= _DEEP:
            said.append(_words(kid, texts, kid.get("/Pg", page), depth + 1))
    return " ".join(said)


def _kids(node: Any) -> list[Any]:
    kids = node.get("/K")
    return [] if kids is None else list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _marked(page: Any) -> dict[int, str]:
    """The words of each marked content of a page, by its number."""
    fonts = _fonts(page)
    found: dict[int, str] = {}
    open_marks: list[int | None] = []
    font: dict[int, str] = {}
    for step in pikepdf.parse_content_stream(page):
        operands, name = step.operands, str(step.operator)
        if name == "BDC":
            facts = operands[1]
            number = facts.get("/MCID") if isinstance(facts, pikepdf.Dictionary) else None
            open_marks.append(int(number) if number is not None else None)
        elif name == "BMC":
            open_marks.append(None)
        elif name == "EMC" and open_marks:
            open_marks.pop()
        elif name == "Tf":
            font = fonts.get(str(operands[0]), {})
        elif name in {"Tj", "TJ"}:
            current = next((mark for mark in reversed(open_marks) if mark is not None), None)
            if current is not None:
                shown = operands[0] if name == "TJ" else [operands[0]]
                found[current] = found.get(current, "") + "".join(_decoded(item, font) for item in shown)
        elif name in {"Td", "TD", "T*", "Tm"}:
            current = next((mark for mark in reversed(open_marks) if mark is not None), None)
            if current in found and not found[current].endswith(" "):
                found[current] += " "
    return found


def _decoded(item: Any, font: dict[int, str]) -> str:
    """Two bytes a sign, as WeasyPrint writes; a number between them is a space that nothing says."""
    if not isinstance(item, pikepdf.String):
        return ""
    data = bytes(item)
    codes = (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data) - 1, 2))
    return "".join(font.get(code, "\N{REPLACEMENT CHARACTER}") for code in codes)


def _fonts(page: Any) -> dict[str, dict[int, str]]:
    resources = page.get("/Resources", {})
    fonts = resources.get("/Font", {})
    return {str(name): _unicode(font) for name, font in fonts.items()}


def _unicode(font: Any) -> dict[int, str]:
    """What each code of a font stands for, of its own table (`/ToUnicode`)."""
    if "/ToUnicode" not in font:
        return {}
    made: dict[int, str] = {}
    mode = b""
    for line in font.ToUnicode.read_bytes().splitlines():
        if b"begin" in line and (b"bfchar" in line or b"bfrange" in line):
            mode = b"bfrange" if b"bfrange" in line else b"bfchar"
        elif line.startswith(b"end"):
            mode = b""
        elif mode:
            _mapped(mode, [found.group(1) for found in _CODES.finditer(line)], made)
    return made


def _mapped(mode: bytes, codes: list[bytes], made: dict[int, str]) -> None:
    if mode == b"bfchar" and len(codes) == 2:
        made[int(codes[0], 16)] = _letters(codes[1])
    elif mode == b"bfrange" and len(codes) == 3:
        first, last, start = int(codes[0], 16), int(codes[1], 16), int(codes[2], 16)
        for code in range(first, min(last, first + 65_535) + 1):
            made[code] = chr(start + code - first)


def _letters(code: bytes) -> str:
    text = code.decode()
    return bytes.fromhex(text if len(text) % 2 == 0 else f"0{text}").decode("utf-16-be", "replace")
