"""A file of iCalendar as blocks, one event at a time: whatever the folding, the charset or what is missing around.

Lines are joined as bytes (a fold may cut a character in two), then decoded as UTF-8, or as Windows-1252 the lines that
are not. A line that starts no property belongs to the one before: some programs do not fold what they break.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from events.importers.incoming import CUT, CutError, FormatError

NOT_A_CALENDAR = "Ce fichier n’est pas un calendrier iCalendar\u00a0: aucun évènement (VEVENT) n’y est annoncé."
LONGEST_LINE, LONGEST_BLOCK = 1_000_000, 4_000_000  # bytes
MOST_ZONES = 300
_PROPERTY = re.compile(rb"[A-Za-z][A-Za-z0-9-]*[;:]")
_NAME = re.compile(
    r"([A-Za-z][A-Za-z0-9-]*)((?:;[^:;=]+=(?:\"[^\"]*\"|[^\":;]*)(?:,(?:\"[^\"]*\"|[^\":;,]*))*)*):(.*)", re.DOTALL
)
_PARAMETER = re.compile(r";([^=;]+)=((?:\"[^\"]*\"|[^\";])*)")


@dataclass(slots=True)
class Property:
    """`name` in capitals; `parameters` by capital name, unquoted; `value` as written."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class Block:
    """One VEVENT: its properties by name, and whether its end was found. `number` counts events from 1."""

    number: int
    properties: dict[str, list[Property]] = field(default_factory=dict)
    whole: bool = True

    def first(self, name: str) -> Property | None:
        found = self.properties.get(name)
        return found[0] if found else None

    def value(self, name: str) -> str:
        found = self.properties.get(name)
        return found[0].value if found else ""

    def text(self, name: str) -> str:
        return unescaped(self.value(name))


@dataclass(slots=True)
class Around:
    """What the calendar says for all its events, as far as it was read; `zones` maps a TZID to its VTIMEZONE."""

    zones: dict[str, str] = field(default_factory=dict)
    zone: str = ""
    method: str = ""
    calendars: int = 0


def blocks(path: Path, around: Around) -> Iterator[Block]:
    """The events of the file in order; `around` is completed on the way. Raises `FormatError`, `CutError` at last."""
    cutter = _Cutter(around)
    for raw in _joined(path):
        if (block := cutter.take(_decoded(raw))) is not None:
            yield block
    if cutter.block is not None:
        cutter.block.whole = False
        yield cutter.block
    if not cutter.count and not around.calendars:
        raise FormatError(NOT_A_CALENDAR)
    if cutter.open or cutter.block is not None:
        raise CutError(CUT)


class _Cutter:
    """Takes lines one by one; answers an event when its end, or the beginning of another, is met."""

    def __init__(self, around: Around) -> None:
        self.around, self.count = around, 0
        self.block: Block | None = None
        self._inner, self._size = "", 0
        self._zone: list[str] | None = None
        self.open = False  # a calendar whose end was not met yet

    def take(self, line: str) -> Block | None:
        done = None
        mark = line[:6].upper()
        if mark == "BEGIN:":
            done = self._begins(line[6:].strip().upper())
        elif mark[:4] == "END:":
            done = self._ends(line[4:].strip().upper())
        elif self.block is not None:
            self._says(self.block, line)
        elif self._zone is None and mark in {"X-WR-T", "METHOD"}:
            self._around(line)
        if self._zone is not None and len(self._zone) < 2_000:
            self._zone.append(line)
        return done

    def _begins(self, what: str) -> Block | None:
        if self._inner:
            return None
        if what == "VEVENT":
            cut = self.block
            if cut is not None:
                cut.whole = False
            self.count, self._size = self.count + 1, 0
            self.block = Block(self.count)
            return cut
        if self.block is not None:
            self._inner = what
        elif what == "VTIMEZONE":
            self._zone = []
        elif what == "VCALENDAR":
            self.open = True
            self.around.calendars += 1
            self.around.zone = self.around.method = ""
        return None

    def _ends(self, what: str) -> Block | None:
        if self._inner:
            self._inner = "" if what == self._inner else self._inner
        elif what == "VEVENT" and self.block is not None:
            done, self.block = self.block, None
            return done
        elif what == "VTIMEZONE" and self._zone is not None:
            _keep_zone(self._zone, self.around)
            self._zone = None
        elif what == "VCALENDAR":
            self.open = False
        return None

    def _says(self, block: Block, line: str) -> None:
        self._size += len(line)
        if not self._inner and self._size <= LONGEST_BLOCK and (found := parsed(line)):
            block.properties.setdefault(found.name, []).append(found)

    def _around(self, line: str) -> None:
        found = parsed(line)
        if found and found.name == "X-WR-TIMEZONE":
            self.around.zone = found.value.strip()
        elif found and found.name == "METHOD":
            self.around.method = found.value.strip().upper()


def parsed(line: str) -> Property | None:
    """One line as a property; None for a line that is none."""
    head, colon, value = line.partition(":")
    if not colon:
        return None
    if ";" not in head:
        return Property(head.strip().upper(), {}, value)
    if '"' in head:  # a quoted parameter may hold a colon
        match = _NAME.fullmatch(line)
        if not match:
            return None
        head, value = match[1] + match[2], match[3]
    name = head.partition(";")[0]
    parameters = {found[1].upper(): found[2].replace('"', "") for found in _PARAMETER.finditer(head)}
    return Property(name.strip().upper(), parameters, value)


_ESCAPED = re.compile(r"\\([\\;,nN:\"])")


def unescaped(value: str) -> str:
    """TEXT of RFC 5545 as people read it."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def split(value: str) -> list[str]:
    """The values of a list, unescaped: « A\\, B,C » is « A, B » and « C »."""
    return [unescaped(part).strip() for part in re.split(r"(?<!\\),", value) if part.strip()]


def _keep_zone(lines: list[str], around: Around) -> None:
    name = next((p.value.strip() for line in lines if (p := parsed(line)) and p.name == "TZID"), "")
    if name and len(around.zones) < MOST_ZONES:
        around.zones[name] = "\r\n".join(["BEGIN:VTIMEZONE", *lines[1:], "END:VTIMEZONE", ""])


def _joined(path: Path) -> Iterator[bytes]:
    """Whole lines, without their ends, unfolded; an empty line between a line and its fold does not part them."""
    held = b""
    for line in _lines(path):
        if not line.strip():
            continue
        if line[:1] in {b" ", b"\t"} and held:
            if len(held) < LONGEST_LINE:
                held += line[1:]
        elif held and not _PROPERTY.match(line) and _PROPERTY.match(held) and not _folds_later(line):
            if len(held) < LONGEST_LINE:
                held += b"\\n" + line
        else:
            if held:
                yield held
            held = line
    if held:
        yield held


def _folds_later(line: bytes) -> bool:
    """A lone name in capitals: what follows is on the next line, folded too early (old Mozilla calendars)."""
    return re.fullmatch(rb"[A-Z][A-Z0-9-]{2,}", line.strip()) is not None


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        with path.open(encoding="utf-16", errors="replace", newline=None) as text:
            for one in text:
                yield one.rstrip("\n").encode()
        return
    first = True
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE):
            if not line.endswith(b"\n") and len(line) == LONGEST_LINE:
                while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
            if first:
                line, first = line.removeprefix(codecs.BOM_UTF8), False
            if b"\0" in line:
                line = line.replace(b"\0", b"")
            if line.find(b"\r", 0, -2) >= 0:  # old line ends
                yield from line.rstrip(b"\r\n").split(b"\r")
            else:
                yield line.rstrip(b"\r\n")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
