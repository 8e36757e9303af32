"""Lines of an iCalendar file (RFC 5545): texts escaped, lines ended by CRLF and folded at 75 octets."""

from __future__ import annotations

import re

# What a TEXT may not hold (RFC 5545, 3.3.11), and what some readers take for the end of a line.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINES = re.compile("\r\n|[\r\x85\u2028\u2029]")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile(r"[\\;,\n]")


def text(value: str) -> str:
    """`value` as a TEXT: escaped, without control characters."""
    value = clean(value)
    if _SPECIAL.search(value) is None:
        return value
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def clean(value: str) -> str:
    """`value` with lines ended by LF and no control character: what a reader of our calendars gets back."""
    return _CONTROL.sub("", _LINES.sub("\n", value)) if _ODD.search(value) else value


def fold(line: str) -> str:
    """`line`, ended, and cut so that no line is longer than 75 octets; never inside a character."""
    if len(line) <= 18 or (len(line) <= 75 and line.isascii()):
        return f"{line}\r\n"
    octets = line.encode()
    if len(octets) <= 75:
        return f"{line}\r\n"
    pieces, start, room = [], 0, 75
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # in the middle of a character
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, 74  # the space that opens a folded line counts
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"


def uri(value: str) -> str:
    """`value` as a URI: nothing that ends a line or is not printed."""
    return "".join(c for c in clean(value) if c > " ")
