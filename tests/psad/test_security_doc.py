"""`docs/psad-security.md` promises nothing without the test that proves it (S5)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/psad-security.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)


def promises() -> list[str]:
    section = TEXT.partition("## Promises")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| **")]


def written(path: Path) -> set[str]:
    """The tests of a file that really run: defined at its first level, and asserting something."""
    return {
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(inner, ast.Assert | ast.With) for inner in ast.walk(node))
    }


def test_S5_every_test_that_is_named_exists() -> None:
    assert len(NAMED) > 40
    assert [f"{path}::{name}" for path, name in NAMED if name not in written(ROOT / path)] == []


def test_S5_every_promise_names_its_attacker_and_its_proof() -> None:
    found = promises()
    assert len(found) >= 15
    for line in found:
        attacker, promise, proof = (cell.strip() for cell in line.strip("|").split("|"))
        assert attacker.startswith("**"), line
        assert promise, line
        assert re.search(r"`tests/[\w/]+\.py::\w+`", proof), line


def test_S5_what_is_not_promised_is_said() -> None:
    section = TEXT.partition("## What is not promised")[2].partition("\n## ")[0]
    assert section.count("\n- **") >= 8


def test_the_draft_dpia_has_its_parts() -> None:
    section = TEXT.partition("## Projet d’analyse d’impact")[2]
    for part in ("Finalités", "Base légale", "Personnes et données", "Destinataires", "Durées", "Droits", "| Risque |"):
        assert part in section, part
    assert "à compléter" in section.lower()
