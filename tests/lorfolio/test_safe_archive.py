"""The ZIP that leaves: streamed, bounded in memory, vouched for by its manifest (L7, L10)."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from core.encryption import Undecipherable
from lorfolio.archive import Member, Names, placed, streamed
from tests.lorfolio.people import NOW
from tests.memory import held_at_once


def opened(members: list[Member]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(streamed(members, at=NOW, about={"format": 1}))))


def holding(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def test_L7_the_manifest_vouches_for_every_member() -> None:
    made = opened([Member("documents/é.pdf", holding(b"abc")), Member("vide.txt", holding(b""))])
    assert made.testzip() is None
    assert made.namelist() == ["documents/é.pdf", "vide.txt", "manifest.json"]
    told = json.loads(made.read("manifest.json"))
    assert told == {
        "format": 1, "written_at": NOW.isoformat(), "unreadable": [],
        "files": [
            {"path": "documents/é.pdf", "size": 3, "sha256": hashlib.sha256(b"abc").hexdigest()},
            {"path": "vide.txt", "size": 0, "sha256": hashlib.sha256(b"").hexdigest()},
        ],
    }  # fmt: skip


def test_L7_a_member_in_pieces_is_whole() -> None:
    def pieces() -> Iterator[bytes]:
        yield from (b"a" * 300_000, b"", b"b")

    assert opened([Member("a.txt", pieces)]).read("a.txt") == b"a" * 300_000 + b"b"


def test_L7_what_cannot_be_read_is_named_and_the_rest_leaves() -> None:
    def gone() -> bytes:
        raise FileNotFoundError

    def altered() -> bytes:
        raise Undecipherable

    made = opened([Member("a.pdf", gone), Member("b.pdf", altered), Member("c.pdf", holding(b"c"))])
    assert made.namelist() == ["c.pdf", "manifest.json"]
    assert json.loads(made.read("manifest.json"))["unreadable"] == ["a.pdf", "b.pdf"]


def test_L7_names_are_safe_and_distinct() -> None:
    names = Names()
    given_names = [
        "a.pdf",
        "A.pdf",
        "a.pdf",
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\x\\y.pdf",
        "fdp.\u202eexe",
        "..",
        "",
    ]
    assert [names.take(name) for name in given_names] == [
        "a.pdf", "A (2).pdf", "a (3).pdf", "etc/passwd", "etc/passwd (2)", "C/x/y.pdf", "fdp.exe", "document",
        "document (2)",
    ]  # fmt: skip


def test_L7_no_member_takes_the_place_of_the_manifest() -> None:
    made = opened([Member("Manifest.json", holding(b"{}"))])
    assert made.namelist() == ["Manifest (2).json", "manifest.json"]


@given(st.text(max_size=60))
def test_L7_no_path_leaves_its_folder(path: str) -> None:
    parts = placed(path).split("/")
    assert all(part and part not in {".", ".."} and part.isprintable() for part in parts)


def test_L7_a_thousand_files_are_bounded_in_memory() -> None:
    data = bytes(range(256)) * 400  # 100 kB each, 100 MB in all

    def fresh() -> bytes:
        return bytes(bytearray(data))

    def sent() -> int:
        return sum(len(piece) for piece in streamed([Member(f"{n}.pdf", fresh) for n in range(1_000)], at=NOW))

    assert sent() > 100_000
    assert held_at_once(sent) < 5_000_000
