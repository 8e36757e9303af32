"""What a PDF is, read by others than whoever drew it: poppler for its words and its tags, pikepdf for its structure."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from typing import Any

import pikepdf


def words(data: bytes, page: int = 0) -> str:
    """The text in the order of the file, spaces and lines as one space."""
    pages = ["-f", str(page), "-l", str(page)] if page else []
    done = subprocess.run(["pdftotext", "-raw", *pages, "-", "-"], input=data, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def pages(data: bytes) -> int:
    with pikepdf.open(BytesIO(data)) as opened:
        return len(opened.pages)


def tags(data: bytes) -> list[str]:
    """The types of the elements of the structure tree, in the order they are read."""
    with pikepdf.open(BytesIO(data)) as opened:
        return list(_walk(opened.Root.StructTreeRoot))


def _walk(node: Any) -> Any:
    kids = node.get("/K")
    kids = [] if kids is None else kids if isinstance(kids, pikepdf.Array) else [kids]
    for kid in kids:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield str(kid.S)[1:]
            yield from _walk(kid)


def read_aloud(data: bytes) -> str:
    """The words in the order of the tags, as a screen reader says them."""
    done = subprocess.run(["pdfinfo", "-struct-text", "-"], input=data, capture_output=True, check=True)
    lines = (line.strip() for line in done.stdout.decode().splitlines())
    return " ".join(" ".join(line[1:-1] for line in lines if line.startswith('"') and line.endswith('"')).split())


def alternatives(data: bytes) -> list[str]:
    """What the pictures are said to show."""
    with pikepdf.open(BytesIO(data)) as opened:
        return [str(node.Alt) for node in _nodes(opened.Root.StructTreeRoot) if str(node.get("/S")) == "/Figure"]


def _nodes(node: Any) -> Any:
    kids = node.get("/K")
    kids = [] if kids is None else kids if isinstance(kids, pikepdf.Array) else [kids]
    for kid in kids:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _nodes(kid)


def fonts(data: bytes) -> set[tuple[str, bool]]:
    """The fonts, by their name without the prefix of a subset, and whether each is in the file."""
    done = subprocess.run(["pdffonts", "-"], input=data, capture_output=True, check=True)
    rows = [line for line in done.stdout.decode().splitlines()[2:] if line]
    return {(row.split()[0].partition("+")[2] or row.split()[0], row[54:].split()[-5] == "yes") for row in rows}


def filled(data: bytes, bottom: float) -> list[float]:
    """How far down each page the last word above `bottom` ends, in points from the top."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=data, capture_output=True, check=True)
    pages = done.stdout.decode().split("<page ")[1:]
    ends = ([float(end) for end in re.findall(r'yMax="([\d.]+)"', page) if float(end) < bottom] for page in pages)
    return [max(found, default=0) for found in ends]


def widest(data: bytes) -> float:
    """How far to the right the last word ends, in points from the left of the page."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=data, capture_output=True, check=True)
    return max(float(found) for found in re.findall(r'xMax="([\d.]+)"', done.stdout.decode()))
