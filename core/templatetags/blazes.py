"""`{% blaze "cio" %}` and `{% icon "search" %}`: a symbol of our own sprites."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.blazes import BLAZES, known

register = template.Library()


@register.simple_tag
def blaze(slug: str, size: str = "", named: bool = False) -> SafeString:
    """The blaze `slug` as SVG; `size` is "", "small" or "large".

    Decorative by default, because the family is written beside it; `named=True` gives it the family as its name.
    """
    slug = known(slug)
    name = format_html('role="img" aria-label="{}"', BLAZES[slug].label) if named else 'aria-hidden="true"'
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"/></svg>',
        f"blaze {size}".strip(),
        name if isinstance(name, SafeString) else SafeString(name),
        static("svg/blazes.svg"),
        slug,
    )


@register.simple_tag
@lru_cache(maxsize=128)  # the same few on every page; the address of the sprite does not change while a process lives
def icon(name: str) -> SafeString:
    """The icon `name` (an id of `static/svg/icons.svg`), always decorative: words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("svg/icons.svg"),
        name,
    )
