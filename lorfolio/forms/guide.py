"""What is typed in the guided questions."""

from __future__ import annotations

from lorfolio.forms.path import lines
from lorfolio.forms.plain import Plain


class Day(Plain):
    lines = lines("Racontez avec vos mots", "Une chose par ligne. Trois ou quatre suffisent.")
