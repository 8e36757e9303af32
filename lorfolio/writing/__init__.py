"""A CV as a text that one goes on writing: Word (DOCX) and LibreOffice (ODT), with real headings and styles (L4).

The words, their order and their dates are those of the PDF: both are made of `drawing.sheet.Sheet`.
"""

from __future__ import annotations

from lorfolio.writing.docx import docx_of
from lorfolio.writing.odt import odt_of

__all__ = ["docx_of", "odt_of"]
