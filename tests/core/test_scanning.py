"""Files shown to a scanner: what INSTREAM says over a real socket, and what silence means (S2, R3)."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core import scanning


class Scanner:
    """A socket that speaks as clamd does: it reads a stream and answers `answer`; `heard` is what it was shown."""

    def __init__(self, path: Path) -> None:
        self.heard, self.answer = b"", b"stream: OK\0"
        self.wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.wire.bind(str(path))
        self.wire.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self.wire.accept()
            except OSError:
                return
            with peer, peer.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                self.heard = b""
                while size := struct.unpack(">I", stream.read(4))[0]:
                    self.heard += stream.read(size)
                peer.sendall(self.answer)


@pytest.fixture
def scanner(settings: Any, tmp_path: Path) -> Iterator[Scanner]:
    path = tmp_path / "clamd.sock"
    settings.CLAMD_SOCKET, settings.CLAMD_TIMEOUT = str(path), 5
    made = Scanner(path)
    yield made
    made.wire.close()


def test_S2_without_a_scanner_nothing_is_scanned_and_it_is_known(settings: Any) -> None:
    settings.CLAMD_SOCKET = settings.CLAMD_HOST = ""
    assert scanning.scan([b"anything"]) is False


def test_S2_the_whole_file_is_shown(scanner: Scanner) -> None:
    data = bytes(range(256)) * 1_000
    assert scanning.scan([data[:100], data[100:]]) is True
    assert scanner.heard == data


def test_S2_an_infected_file_is_refused(scanner: Scanner) -> None:
    scanner.answer = b"stream: Eicar-Test-Signature FOUND\0"
    with pytest.raises(ValidationError) as refused:
        scanning.scan([b"x"])
    assert refused.value.code == "infected"


@pytest.mark.parametrize("answer", [b"", b"stream: size limit exceeded. ERROR\0", b"UNKNOWN COMMAND\0"])
def test_S2_an_answer_that_is_not_clear_refuses(scanner: Scanner, answer: bytes) -> None:
    scanner.answer = answer
    with pytest.raises(ValidationError) as refused:
        scanning.scan([b"x"])
    assert refused.value.code == "unscanned"


def test_S2_a_scanner_that_is_set_and_absent_refuses(settings: Any, tmp_path: Path) -> None:
    settings.CLAMD_SOCKET = str(tmp_path / "nobody.sock")
    with pytest.raises(ValidationError) as refused:
        scanning.scan([b"x"])
    assert refused.value.code == "unscanned"
