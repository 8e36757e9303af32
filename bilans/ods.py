"""A workbook as OpenDocument (ODS), written by hand: a library builds a tree a cell and takes seconds for what takes
tenths here. Only text, numbers, a bold header and widths of columns are needed; the same sheets give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

MIME = "application/vnd.oasis.opendocument.spreadsheet"
Cell = str | int | float | None
_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP knows: a file bears no clock
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("style", "style"), ("table", "table"), ("text", "text"),
        ("fo", "xsl-fo-compatible"),
    )
)  # fmt: skip
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def workbook(sheets: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Cell]], Sequence[int]]]) -> bytes:
    """The bytes of a workbook; each sheet is its name, its header, its rows, the widths of its columns."""
    widths = sorted({width for *_, columns in sheets for width in columns})
    styles = "".join(
        f'<style:style style:name="w{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * 0.2:.1f}cm"/></style:style>'
        for width in widths
    )
    bold = '<style:style style:name="b" style:family="table-cell"><style:text-properties fo:font-weight="bold"/>'
    bold += "</style:style>"
    tables = "".join(_table(*sheet) for sheet in sheets)
    content = (
        f'{_HEAD}<office:document-content {_NAMESPACES} office:version="1.2"><office:automatic-styles>{styles}{bold}'
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return zipped(
        [("mimetype", MIME.encode()), ("content.xml", content.encode()), ("META-INF/manifest.xml", _MANIFEST.encode())]
    )


def zipped(members: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP without a clock; a type said by its first member (« mimetype ») is not compressed, as OpenDocument asks."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in members:
            info = zipfile.ZipInfo(name, _DAY)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, body)
    return buffer.getvalue()


def _table(name: str, header: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int]) -> str:
    columns = "".join(f'<table:table-column table:style-name="w{width}"/>' for width in widths)
    head = "".join(_cell(title, ' table:style-name="b"') for title in header)
    lines = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
    return (
        f'<table:table table:name="{escape(name)}">{columns}<table:table-header-rows><table:table-row>{head}'
        f"</table:table-row></table:table-header-rows>{lines}</table:table>"
    )


def _cell(value: Cell, style: str = "") -> str:
    if value is None or value == "":
        return f"<table:table-cell{style}/>"
    if isinstance(value, int | float):
        shown = str(value).replace(".", ",")
        return (
            f'<table:table-cell{style} office:value-type="float" office:value="{value}"><text:p>{shown}</text:p>'
            "</table:table-cell>"
        )
    # The type says « string »: what begins like a formula stays words.
    parts = ILLEGAL_CHARACTERS_RE.sub("", value).splitlines()
    paragraphs = "".join(f"<text:p>{escape(part)}</text:p>" for part in parts)
    return f'<table:table-cell{style} office:value-type="string">{paragraphs}</table:table-cell>'
