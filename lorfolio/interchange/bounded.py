"""Files from anywhere, opened without being led anywhere: size, depth and number are bounded before they are read.

No document type is accepted in XML (so no entity grows and none fetches), no NaN in JSON; the encodings are those that
people have.
Every refusal is a `ValidationError` in French, on `file`.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from lxml import etree

JSON_BYTES = 1_000_000
XML_BYTES = 8_000_000  # an old Europass carries its photo and its attachments
TEXT_LETTERS = 40_000
DEPTH = 24
ELEMENTS = 40_000
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,20})[\"']")
_PROLOG = re.compile(r"^\s*<\?xml.*?\?>", re.DOTALL)
_MARKUP = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"),
)  # fmt: skip
_KNOWN = re.compile(
    r"(utf-?8|utf-?16(-?[lb]e)?|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?1|windows-125\d|cp125\d)$", re.I
)


def json_of(data: bytes) -> Any:
    """The value that `data` says."""
    if len(data) > JSON_BYTES:
        refuse("Ce fichier est trop lourd pour un CV\u00a0: 1\u00a0Mo au plus.")
    try:
        value = json.loads(text_of(data), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        refuse("Ce fichier n’est pas un JSON que l’on peut lire. Vérifiez qu’il est entier.")
    _bounded(value)
    return value


def xml_of(data: bytes) -> etree._Element:
    """The root that `data` says, without comments nor instructions."""
    if len(data) > XML_BYTES:
        refuse("Ce fichier est trop lourd pour un CV\u00a0: 8\u00a0Mo au plus.")
    text = _PROLOG.sub("", text_of(data, _declared(data)), count=1)
    if _MARKUP.search(text):
        refuse("Ce fichier contient une définition de type (DOCTYPE), que nous n’ouvrons pas.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True, recover=False, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        refuse("Ce fichier n’est pas un XML que l’on peut lire. Vérifiez qu’il est entier.")
    depth = number = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        number += event == "start"
        if depth > DEPTH or number > ELEMENTS:
            refuse("Ce fichier est trop grand pour un CV.")
    return root


def text_of(data: bytes, encoding: str = "") -> str:
    """`data` as text: what its mark says, else `encoding`, else UTF-8, else Windows (which never fails)."""
    named = next((name for mark, name in _MARKS if data.startswith(mark)), encoding or "utf-8")
    try:
        text = data.decode(named)
    except (UnicodeDecodeError, LookupError):
        text = data.decode("cp1252", "replace")
    return text.removeprefix("\ufeff")


def clean(text: str) -> str:
    """`text` without what PostgreSQL or a screen cannot hold: control signs, halves of letters."""
    return "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff"))


def refuse(said: str) -> NoReturn:
    raise ValidationError({"file": said})


def _declared(data: bytes) -> str:
    found = _DECLARED.match(data[:400])
    if not found:
        return ""
    named = found[1].decode()
    if not _KNOWN.match(named):
        refuse("Ce fichier est écrit dans un codage que nous ne lisons pas. Enregistrez-le en UTF-8.")
    return "" if named.lower().replace("-", "").startswith("utf16") else named


def _no_constant(said: str) -> NoReturn:
    raise ValueError(said)


def _bounded(value: Any) -> None:
    """Raises `ValidationError` when lists and objects are too deep, or too many."""
    level, number = [value], 0
    for _ in range(DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        number += len(level)
        if not level:
            return
        if number > ELEMENTS:
            break
    refuse("Ce fichier est trop grand pour un CV.")
