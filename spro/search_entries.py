"""What the search finds in the roof: the fixed pages, and the ways in by need, by situation and by service."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from core.reference import NEED_PHRASES, STATUS_PHRASES, Need, Service, Status
from core.search import Entry
from spro.pages import existing


def needs() -> Iterator[Entry]:
    for need in Need:
        phrase = NEED_PHRASES[need]
        url = _places(besoin=need.value)
        yield Entry("need", need.value, phrase.sentence, url, phrase.hint, f"{need.label} {phrase.short}", weight=9)


def statuses() -> Iterator[Entry]:
    for status in Status:
        phrase = STATUS_PHRASES[status]
        url = _places(statut=status.value)
        body = f"{status.label} {phrase.short} {status.value}"
        yield Entry("status", status.value, phrase.sentence, url, phrase.hint, body, weight=7)


def services() -> Iterator[Entry]:
    for service in Service:
        summary = "Les lieux qui offrent ce service."
        yield Entry("service", service.value, service.label, _places(service=service.value), summary, weight=6)


def pages() -> Iterator[Entry]:
    for page in existing():
        yield Entry("page", page.name, page.title, page.url, page.summary, page.words, weight=5)


def _places(**parameters: str) -> str:
    return f"{reverse('sites')}?{urlencode(parameters)}"
