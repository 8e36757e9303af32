"""What must never be in the tree: a registry's host name, a path of one machine, a page that loads from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HOSTS = ("py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js", "npm" + "js.com", "deb.deb" + "ian.org")
RULES = {
    "nom d’un registre": re.compile("|".join(re.escape(h) for h in HOSTS)),
    "chemin d’une machine": re.compile(r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me/\w+)/[\w.]"),
}
LOADS = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//", re.IGNORECASE)


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout  # noqa: S607
    problems = []
    for name in filter(None, listed.split("\0")):
        path = Path(name)
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found = [label for label, pattern in RULES.items() if pattern.search(text)]
        if path.suffix == ".html" and LOADS.search(text):
            found.append("page qui charge depuis un autre site")
        problems += [f"{name} : {label}" for label in found]
    print("\n".join(problems), end="\n" if problems else "")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
