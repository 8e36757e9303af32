"""A CV drawn: what was chosen, as a page and as an accessible PDF with its JSON Resume inside (L4, L11).

`content_of` reads (a few queries, the photo unsealed), then `html_of` and `pdf_of` draw from what it gives and from
nothing else. Nothing is kept: a CV is drawn each time it is asked for.
"""

from __future__ import annotations

from lorfolio.drawing.content import content_of
from lorfolio.drawing.page import html_of
from lorfolio.drawing.paper import length_said, pdf_of

__all__ = ["content_of", "html_of", "length_said", "pdf_of"]
