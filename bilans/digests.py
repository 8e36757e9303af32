"""What a document is known by: the digest of its content and of the way we draw, and its first letters, printed on it.

A version has a number once it is kept, after those before it: the same data give the same bytes, so the number is not
in the document. Its reference is, and the screens say which version bears it (B4).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

LETTERS: Final = 8


def canonical(content: Mapping[str, Any]) -> str:
    """`content` as one text: the same facts, the same letters. Raises `TypeError` for what JSON does not hold."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(content: Mapping[str, Any], drawing: int) -> str:
    """The digest of `content` drawn by this version of the drawing."""
    return hashlib.sha256(f"{drawing}\n{canonical(content)}".encode()).hexdigest()


def reference(digest: str) -> str:
    """« 3f2a 91bc »: a digest as people read it out to each other."""
    return f"{digest[: LETTERS // 2]}\u00a0{digest[LETTERS // 2 : LETTERS]}"
