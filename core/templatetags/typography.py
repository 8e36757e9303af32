"""French typography for texts that come from data: the spaces that must not break, the apostrophe, the ellipsis."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.template import defaultfilters
from django.template.defaultfilters import stringfilter
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from core import text

register = template.Library()

NBSP, THIN = "\u00a0", "\u202f"
_SPACES = f"[ {NBSP}{THIN}]"
# A number followed by what it counts (12 km, 3 ans, 25 €) or by its next thousand stays on one line.
_UNITS = "km|m|min|h|ans?|mois|jours?|semaines?|heures?|places?|%|€"
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_FIRST = re.compile(rf"\b1 (?=(?:{_MONTHS})\b)")  # « 1er décembre »: the first day of a month is an ordinal
# What a text must hold for a rule to be tried, the rule, what it writes: most texts hold little of it.
_RULES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("'", re.compile(r"(?<=\w)'(?=\w)"), "’"),
    ("'", re.compile(r"(?<=\b[cdjlmnstCDJLMNST])' (?=\w)"), "’"),
    ("’ ", re.compile(r"(?<=\b[cdjlmnstCDJLMNST]’) +(?=\w)"), ""),
    ("1 ", _FIRST, "1er "),
    ("1", re.compile(r"\b1[eè]re(s?)\b"), r"1re\1"),
    ("A ce", re.compile(r"\bA (?=ce(?:t|tte|s)? )"), "À "),
    ("...", re.compile(r"\.\.\.(?!\.)"), "…"),
    ("", re.compile(f"{_SPACES}+([;!?])"), rf"{THIN}\1"),
    (":", re.compile(f"{_SPACES}+:"), f"{NBSP}:"),
    ("«", re.compile(f"«{_SPACES}*"), f"«{NBSP}"),
    ("»", re.compile(f"{_SPACES}*»"), f"{NBSP}»"),
    ("", re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), THIN),
    ("", re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?!\w))"), NBSP),
    ("n°", re.compile(r"(?<=\bn°) ?(?=\d)"), NBSP),
)
_ESCAPED_APOSTROPHE = re.compile(r"(?<=\w)&#(?:x27|39);(?=\w)")
_SIZES = ("Ko", "Mo", "Go")
_MARKUP = re.compile(r"(<[^>]*>|&(?:#\d+|#x[0-9a-fA-F]+|\w+);)")


def french(text: str) -> str:
    """`text` (no markup) with French spaces, apostrophes, « À ce », « 1re ». No space is added where there is none:
    addresses, times (12:30) and links (https://…) stay as they are; applying it twice changes nothing more.
    """
    for held, pattern, replacement in _RULES:
        if held in text:
            text = pattern.sub(replacement, text)
    return text


@register.filter(is_safe=True, needs_autoescape=True)
@stringfilter
def typo(value: str, autoescape: bool = True) -> SafeString | str:
    """`{{ text|typo }}`: French typography, then escaping. Text already marked safe keeps its tags and entities."""
    if isinstance(value, SafeString):
        parts = _MARKUP.split(_ESCAPED_APOSTROPHE.sub("’", value))
        return mark_safe("".join(part if i % 2 else french(part) for i, part in enumerate(parts)))
    return conditional_escape(french(value)) if autoescape else french(value)


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, shape: str | None = None) -> str:
    """Django's own `date`, which every template calls, with « 1er » for the first day of a month."""
    return _FIRST.sub("1er ", str(defaultfilters.date(value, shape)))


@register.filter(is_safe=True)
def filesizeformat(value: Any) -> str:
    """Instead of Django's « Kio » and « Mio », the units people read on their telephone: « 850 octets », « 1,2 Mo »."""
    size = float(value or 0)
    if size < 1_000:
        return f"{size:.0f}{NBSP}octet{'s' if size >= 2 else ''}"
    power = next((n for n in range(1, len(_SIZES) + 1) if round(size / 1_000**n, 1) < 1_000), len(_SIZES))
    said = f"{size / 1_000**power:.1f}".removesuffix(".0").replace(".", ",")
    return f"{said}{NBSP}{_SIZES[power - 1]}"


@register.filter
@stringfilter
def enumerated(value: str) -> str:
    """« Bas-Rhin (67) | Haut-Rhin (68) » of a table as a sentence says it; sentences follow one another."""
    parts = [part.strip() for part in value.split("|") if part.strip()]
    return "".join(part + (" " if part.endswith((".", ":")) else ", ") for part in parts[:-1]) + "".join(parts[-1:])


@register.filter
@stringfilter
def paragraphs(value: str) -> str:
    """The paragraphs of a cell, for `linebreaks`."""
    return "\n\n".join(part.strip() for part in value.split("|") if part.strip())


@register.filter
@stringfilter
def without_lines(value: str) -> str:
    """`{{ source|without_lines|typo }}`: the article, the annexe, the sheet, and no line number."""
    return text.without_lines(value)


@register.filter
@stringfilter
def siret(value: str) -> str:
    """« 12345678200017 » in groups, in one piece whatever the line."""
    return text.siret_words(value)
