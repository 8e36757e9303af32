"""`events/search/`: imports go one way only, those inside functions and for types too."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import events.search

FOLDER = Path(events.search.__file__).parent


def imported(path: Path) -> set[str]:
    """The modules of the folder that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "events.search":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("events.search."):
            found.add(str(node.module).rpartition(".")[2])
        elif isinstance(node, ast.Import):
            found |= {name.name.rpartition(".")[2] for name in node.names if name.name.startswith("events.search.")}
    return found


def test_no_file_of_the_search_waits_for_one_that_waits_for_it() -> None:
    files = {path.stem: imported(path) for path in FOLDER.glob("*.py")}
    order = list(TopologicalSorter(files).static_order())  # raises CycleError
    assert order.index("asked") < order.index("reading") < order.index("filters")
    assert files["asked"] == {"days"}
