"""Initials are explained at their first use on a page, once, and never a hole in escaping."""

from __future__ import annotations

from django.http import HttpRequest
from django.template import Context, Template

from core.acronyms import met


def shown(source: str, **context: object) -> str:
    return Template("{% load acronyms %}" + source).render(Context({"request": HttpRequest(), **context}))


def test_initials_are_explained_once_a_page() -> None:
    html = shown("{% gloss a %}|{% gloss b %}", a="DCIO <b>", b="DCIO, ARML")
    assert html == (
        'DCIO <small class="gloss">[direction d’un centre d’information et d’orientation]</small> &lt;b&gt;|'
        'DCIO, ARML <small class="gloss">[association régionale des missions locales]</small>'
    )


def test_a_text_that_explains_its_initials_is_left_alone() -> None:
    assert list(met("le conseil en évolution professionnelle (CEP), la CEPA, CSAIO et CSAIO")) == [(61, "CSAIO")]


def test_initials_of_a_title() -> None:
    html = shown("{% initials_of name %}", name="Missions locales et ARML")
    assert html == "ARML\u00a0: association régionale des missions locales."
