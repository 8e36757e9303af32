"""The information notice given to a young person (D7): its text is a template of the tree, each version under its name.

A version that was given is never changed: the history of a case says which one it was.
"""

from __future__ import annotations

VERSIONS = ("2026-11",)
"""The oldest first."""
CURRENT = VERSIONS[-1]


def template_of(version: str) -> str:
    """The text of a version: `{% include %}`d by the page, the printed sheet and the messages."""
    if version not in VERSIONS:
        raise ValueError(version)
    return f"psad/young/notice/{version}.html"
