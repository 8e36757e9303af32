"""`{% gloss text %}`: French typography, and what initials mean at their first use on the page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from core.acronyms import MEANINGS, met
from core.templatetags.typography import french

register = template.Library()


@register.simple_tag(takes_context=True)
def gloss(context: dict[str, Any], text: Any) -> SafeString:
    """`text` escaped, « DCIO » followed by its meaning between brackets (so that a quotation stays one)."""
    said = _said(context)
    shown, start, html = french(str(text)), 0, SafeString()
    for end, word in met(shown):
        if word in said:
            continue
        said.add(word)
        html += format_html('{} <small class="gloss">[{}]</small>', shown[start:end], MEANINGS[word])
        start = end
    return html + conditional_escape(shown[start:])


@register.simple_tag(takes_context=True)
def initials_of(context: dict[str, Any], text: Any) -> SafeString:
    """« OPACIF : organisme qui… », for initials that stand in a title; nothing when it has none."""
    words = [word for _, word in met(str(text))]
    _said(context).update(words)
    return format_html_join(" ", "{}\u00a0: {}.", ((word, MEANINGS[word]) for word in words))


def _said(context: dict[str, Any]) -> set[str]:
    """The initials already explained on this page: kept with the request, which is one page."""
    request = context.get("request")
    if request is None:
        return set()
    if not hasattr(request, "initials_said"):
        request.initials_said = set()
    said: set[str] = request.initials_said
    return said
